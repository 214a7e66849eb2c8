"""Tells a shop that fails over an order of a page from one that fails over all its lists."""

from __future__ import annotations

import msgspec

from connectors.errors import ConnectorError, IncompleteListingError, UnavailableError
from connectors.woocommerce.api.client import ORDERS, Api, RawPage
from connectors.woocommerce.listing.queries import Ask, Sort, build_params

# A place that no list of orders reaches.
_BEHIND = 1_000_000_000
# So many places are tried one after the other, those behind them in steps that grow.
_NEAR = 6
_DROPS = "it ignores which page is asked for (a web server or a plugin may drop the query)"
_FILLS = "it ignores how many orders a page is to hold"


class ListProbe:
    """The probes of one walk."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._place = 0
        self._has_places = False

    async def find_listed(self, error: UnavailableError) -> Ask:
        """A place of the list of all orders that the shop lists: one of an order, or the empty one
        behind its only order.

        Raises `error` where the shop answers nothing. Where it answers other reads and lists no
        order at any place that is tried, the error says what it may ignore.
        """
        if await self._list_place(self._place) is not None:
            return _build_ask(self._place)
        await self._check_other_reads(error)
        low, high = self._place, _BEHIND
        while high - low > 1:
            place = min(low + max(low - _NEAR, 1), (low + high) // 2)
            page = await self._list_place(place)
            if page is None:
                low = place
            elif page.entries > 1:
                raise _explain_lists(error, "pages of its orders that are to hold one each", _FILLS)
            elif page.entries or place == 1:
                self._place = place
                return _build_ask(place)
            else:
                high = place
        raise _explain_lists(error, "each list that holds an order", _FILLS)

    async def read_end(self, ask: Ask) -> RawPage:
        """The id at the place of a list, and the one behind it."""
        return await self._read(ask, 2)

    async def check_places(self, status: str) -> None:
        """Once, ask for a place behind every list. A shop that ignores places shows, or fails over,
        the same row wherever it is asked: its list would seem to have no end.
        """
        if self._has_places:
            return
        try:
            page = await self._read(_build_ask(_BEHIND, status), 1)
            found, self._has_places = "", not page.items
        except UnavailableError as fault:
            found = f" Last: {fault}"
        if not self._has_places:
            raise IncompleteListingError(
                "The list of orders cannot be proved complete: the shop fails over a row of it, and"
                f" shows one behind its end too: {_DROPS}.{found}"
            )

    async def _check_other_reads(self, error: UnavailableError) -> None:
        """Raises `error` where the shop answers neither an empty list of orders nor anything else,
        and with what it may ignore where it fails over that list alone.
        """
        if await self._list_place(_BEHIND) is not None:
            return
        if not await self._api.has_answer("products", (("per_page", "1"), ("_fields", "id"))):
            raise error
        where = "each list of orders, even over one behind their end"
        raise _explain_lists(error, where, _DROPS)

    async def _list_place(self, place: int) -> RawPage | None:
        """The id at a place, asked for once; None where the shop does not list it."""
        try:
            return await self._read(_build_ask(place), 1)
        except ConnectorError:
            return None

    async def _read(self, ask: Ask, size: int) -> RawPage:
        """Ids alone, asked for once."""
        params = build_params(msgspec.structs.replace(ask, brief=True))
        return await self._api.read_page(ORDERS, size, params, once=True, for_part=True)


def _build_ask(place: int, status: str = "any") -> Ask:
    return Ask(status=status, offset=place, sort=Sort.ID, brief=True)


def _explain_lists(error: UnavailableError, where: str, ignored: str) -> UnavailableError:
    """The error of a shop that fails over its lists of orders and answers other reads."""
    return UnavailableError(
        f"{error} The shop fails over {where}, and answers other reads: a plugin breaks all lists,"
        f" or an order breaks them and {ignored}.",
        retry_after=error.retry_after,
    )
