"""What a page of orders needs besides itself: products, refunds and, where they are wanted,
notes.

An order whose refunds the shop fails to show is held: exported, it could be shipped although its
buyer was paid back. Products and notes hold no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from http import HTTPStatus

import msgspec
from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import PartError, RefusedError, UnavailableError
from connectors.interface import Remark
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, order_path
from connectors.woocommerce.listing.batches import Batches
from connectors.woocommerce.listing.customers import Customers
from connectors.woocommerce.listing.goods.catalog import Catalog
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.values import read_key, read_text

# From this many orders on, one list of refunds is cheaper than asking order by order.
_WORTH_A_LISTING = 3
_REFUND_PARAMS = (("dp", "6"), ("_fields", wire.list_fields(wire.Refund)))
# In seconds. A refund is made and deleted, never edited: the API has no way to.
_REFUNDS_KNOWN_FOR = 3600.0
_MOST_REFUNDS = 20_000
_NOTE_FIELDS = wire.list_fields(wire.Note)


class RelatedReader:
    """Reads what belongs to the orders of one shop. `remark` hears of what is left out of them."""

    def __init__(
        self,
        api: Api,
        catalog: Catalog,
        habits: ShopHabits,
        isolation: Isolation,
        *,
        customers: Customers,
        notes: bool,
        remark: Callable[[Remark], None],
    ) -> None:
        self._api = api
        self._catalog = catalog
        self._habits = habits
        self._isolation = isolation
        self._customers = customers
        self._notes = notes
        self._remark = remark
        self._lists_refunds = True
        self._refunds: TTLCache[tuple[int, int, str], wire.Refund] = TTLCache(
            _MOST_REFUNDS, _REFUNDS_KNOWN_FOR
        )

    async def prepare(self) -> None:
        """Ask for what does not depend on the orders, while they are on their way."""
        await self._catalog.prepare()

    async def read_related(self, orders: Sequence[wire.Order]) -> Related:
        """Everything at once, as far as the upstream's policy allows."""
        faults: dict[int, str] = {}
        goods, refunds, notes, customers = await run_together(
            self._catalog.find_goods(orders),
            self._read_refunds(orders, faults),
            self._read_notes(orders),
            self._customers.find_customers(orders, faults),
        )
        return Related(
            goods=goods, refunds=refunds, notes=notes, customers=customers, faults=faults
        )

    async def _read_refunds(
        self, orders: Sequence[wire.Order], faults: dict[int, str]
    ) -> Mapping[int, Sequence[wire.Refund]]:
        """The refunds of the orders that have any, by order id. `faults` is filled with the reasons
        of those that the shop fails to show.
        """
        briefs = {
            read_key(order.id): {
                read_key(brief.id): read_text(brief.total)
                for brief in wire.read_list(order.refunds)
            }
            for order in orders
            if order.refunds
        }
        known = {order_id: self._recall_refunds(order_id, own) for order_id, own in briefs.items()}
        wanted = {order_id: briefs[order_id].keys() for order_id in briefs if not known[order_id]}
        found = await self._ask_refunds(wanted, faults)
        for order_id, refunds in found.items():
            for refund in refunds:
                number = read_key(refund.id)
                if total := briefs[order_id].get(number):
                    self._refunds[order_id, number, total] = refund
        return {**known, **found}

    def _recall_refunds(self, order_id: int, briefs: Mapping[int, str]) -> Sequence[wire.Refund]:
        """The refunds of an order where all of them are known; else none."""
        known = [self._refunds.get((order_id, number, total)) for number, total in briefs.items()]
        return [one for one in known if one is not None] if all(known) else []

    async def _ask_refunds(
        self, wanted: Mapping[int, AbstractSet[int]], faults: dict[int, str]
    ) -> Mapping[int, Sequence[wire.Refund]]:
        found: dict[int, list[wire.Refund]] = {}
        if len(wanted) >= _WORTH_A_LISTING and self._lists_refunds:
            for refund in await self._list_refunds(set[int]().union(*wanted.values())):
                found.setdefault(read_key(refund.parent_id), []).append(refund)
        # Where the list lacks one, or the shop has no such list, ask for each order's own.
        left = [
            order_id for order_id, ids in wanted.items() if ids - _list_ids(found.get(order_id, ()))
        ]
        lists = await run_together(
            *(self._isolate_refunds(order_id, wanted[order_id], faults) for order_id in left)
        )
        return {order: found.get(order, ()) for order in wanted} | dict(
            zip(left, lists, strict=True)
        )

    async def _list_refunds(self, ids: set[int]) -> Iterable[wire.Refund]:
        batches = Batches(
            self._api,
            self._habits,
            self._isolation,
            "refunds",
            _REFUND_PARAMS,
            _decode_refund,
            neighbor="orders",
        )
        try:
            return (await batches.read(ids)).found.values()
        except UnavailableError as error:
            if not error.reached:
                raise
            # Where the list fails over all, each order's own refunds may still be shown.
            return ()
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            # The list of all refunds came with WooCommerce 9; this shop is older.
            self._lists_refunds = False
            return ()

    async def _isolate_refunds(
        self, order_id: int, ids: AbstractSet[int], faults: dict[int, str]
    ) -> Sequence[wire.Refund]:
        try:
            return await self._isolation.fetch(
                "refunds",
                lambda: self._read_own_refunds(order_id, ids),
                probe=self._probe,
            )
        except PartError as error:
            faults[order_id] = f"refunds: {error}"
            return ()

    async def _read_own_refunds(
        self, order_id: int, ids: AbstractSet[int]
    ) -> Sequence[wire.Refund]:
        """One order's refunds, page by page until all its ids have come or nothing new does."""
        found: dict[int, wire.Refund] = {}
        received = 0
        while True:
            params = (*_REFUND_PARAMS, ("offset", str(received))) if received else _REFUND_PARAMS
            try:
                page = await self._api.read_page(
                    order_path(str(order_id), "/refunds"), LARGEST_PAGE, params, for_part=True
                )
            except RefusedError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                return ()
            items = filter(None, map(_decode_refund, page.items))
            fresh = {number: refund for number, refund in items if number not in found}
            found |= fresh
            received += len(page.items)
            if not fresh or ids <= found.keys():
                return tuple(found.values())

    async def _probe(self) -> None:
        await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)

    async def _read_notes(self, orders: Sequence[wire.Order]) -> Mapping[int, Sequence[wire.Note]]:
        ids = [read_key(order.id) for order in orders] if self._notes else []
        lists = await run_together(*(self._isolate_notes(order_id) for order_id in ids))
        return dict(zip(ids, lists, strict=True))

    async def _isolate_notes(self, order_id: int) -> Sequence[wire.Note]:
        try:
            return await self._isolation.fetch(
                "notes", lambda: self._read_own_notes(order_id), probe=self._probe
            )
        except (PartError, UnavailableError) as error:
            # Notes that fail for all orders keep none back as long as the shop lists orders.
            await self._probe()
            self._remark(
                Remark(
                    about=f"notes orders/{order_id}",
                    text=f"Order {order_id} went out without its internal notes: {error}",
                    quoted=str(error),
                )
            )
            return ()

    async def _read_own_notes(self, order_id: int) -> Sequence[wire.Note]:
        return (
            await self._api.find_items(
                order_path(str(order_id), "/notes"),
                wire.Note,
                [("_fields", _NOTE_FIELDS)],
                for_part=True,
            )
            or ()
        )


def _list_ids(refunds: Iterable[wire.Refund]) -> set[int]:
    return {read_key(refund.id) for refund in refunds}


def _decode_refund(raw: msgspec.Raw) -> tuple[int, wire.Refund] | None:
    try:
        refund = msgspec.json.decode(raw, type=wire.Refund)
    except UNDECODABLE:
        return None
    return read_key(refund.id), refund
