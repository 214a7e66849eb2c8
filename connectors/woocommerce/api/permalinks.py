"""The two addresses of a WordPress REST API: `/wp-json/…`, and `/index.php?rest_route=/…`, the only
one where permalinks are plain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec

from connectors.errors import AuthenticationError, ConnectorError, RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.client import Upstream
from connectors.upstream.response import Reply, find_json, json_fault

ROOT = "wp-json/"
# WooCommerce before 11.1 heeds a key only if this stands somewhere in the address, as it does in
# `/wp-json/wc/v3/…`.
_HEED_THE_KEY = "_api=wp-json/wc/"
_INDEX = msgspec.json.Decoder(dict[str, msgspec.Raw])


class PageNotFoundError(RefusedError):
    """404 as a site answers for a page, not as its REST API does for a route: that comes as
    JSON.
    """


def review_missing(reply: Reply, error: ConnectorError) -> ConnectorError:
    """Tells the two kinds of 404 apart; to be given to `Upstream.open`."""
    if (
        not isinstance(error, RefusedError)
        or reply.status != HTTPStatus.NOT_FOUND
        or json_fault(reply.content) is None
    ):
        return error
    return PageNotFoundError(str(error), status=error.status, code=error.code)


class Permalinks:
    """Knows which form one shop answers to.

    The second one, once it was needed and answered, is kept.

    WordPress itself names the second form with `index.php` in it: some servers redirect a POST to
    the bare folder, and WooCommerce checks OAuth signatures of the bare folder against an address
    without its slash.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._plain = False

    @property
    def plain(self) -> bool:
        """Whether the shop was found to answer the second form only."""
        return self._plain

    async def ask(self, path: str, call: Callable[[str], Awaitable[Reply]]) -> Reply:
        """What `call` gives for `path`, which begins with `ROOT`, at the address where the shop has
        it.

        Where no such page is found, the shop is asked whether it has the API at the other address.
        A write that was answered so has changed nothing, and is made there.
        """
        if self._plain:
            return await call(by_query(path))
        try:
            return await call(path)
        except PageNotFoundError:
            if not await self._answers_by_query():
                raise
        self._plain = True
        return await call(by_query(path))

    async def _answers_by_query(self) -> bool:
        """Whether the index of the API is there.

        Raises `TemporaryError` where the shop fails to say.
        """
        try:
            reply = await self._upstream.once().get(
                by_query(ROOT), [("_fields", "namespaces")], data=False
            )
        except (AuthenticationError, RefusedError) as error:
            # A plugin may keep the index from us; that it says so in the API's way is enough.
            return bool(error.code)
        try:
            return "namespaces" in _INDEX.decode(find_json(reply.content) or b"{}")
        except UNDECODABLE:
            return False


def by_query(path: str) -> str:
    """`wp-json/wc/v3/orders` as a site with plain permalinks has it.

    The slashes stay as they are, for WooCommerce reads the raw address.
    """
    return f"index.php?rest_route=/{path.removeprefix(ROOT)}&{_HEED_THE_KEY}"
