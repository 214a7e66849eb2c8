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
from connectors.upstream.response import Reply, find_json, find_json_fault

ROOT = "wp-json/"
# WooCommerce before 11.1 looks at a key only if this stands somewhere in the address, as it does in
# `/wp-json/wc/v3/…`.
_KEY_MARKER = "_api=wp-json/wc/"
_INDEX = msgspec.json.Decoder(dict[str, msgspec.Raw])


class PageNotFoundError(RefusedError):
    """404 as a site answers it for a page; for an unknown route its REST API answers 404 with
    JSON.
    """


def review_missing(reply: Reply, error: ConnectorError) -> ConnectorError:
    """Tell the two kinds of 404 apart; meant for `Upstream.open`."""
    if (
        not isinstance(error, RefusedError)
        or reply.status != HTTPStatus.NOT_FOUND
        or find_json_fault(reply.content) is None
    ):
        return error
    return PageNotFoundError(str(error), status=error.status, code=error.code)


class Permalinks:
    """Which form one shop answers to: the first, until only the second has answered.

    The second form keeps the `index.php` that WordPress itself puts into it: some servers redirect
    a POST to the bare folder, and WooCommerce checks OAuth signatures of the bare folder against an
    address without its slash.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._plain = False

    @property
    def plain(self) -> bool:
        """Whether the shop has turned out to answer the second form only."""
        return self._plain

    async def ask(self, path: str, call: Callable[[str], Awaitable[Reply]]) -> Reply:
        """What `call` returns for `path`, which begins with `ROOT`, at the address where the shop
        has it.

        Where the shop has no such page, it is asked whether its API is at the other address. A
        write that was answered like that has changed nothing, and is made again there.
        """
        if self._plain:
            return await call(to_query_address(path))
        try:
            return await call(path)
        except PageNotFoundError:
            if not await self._answers_by_query():
                raise
        self._plain = True
        return await call(to_query_address(path))

    async def _answers_by_query(self) -> bool:
        """Whether the index of the API is there. Raises `TemporaryError` if the shop fails."""
        try:
            reply = await self._upstream.once().get(
                to_query_address(ROOT), [("_fields", "namespaces")], data=False
            )
        except (AuthenticationError, RefusedError) as error:
            # A plugin may refuse us the index; it is enough that it refuses in the API's way.
            return bool(error.code)
        try:
            return "namespaces" in _INDEX.decode(find_json(reply.content) or b"{}")
        except UNDECODABLE:
            return False


def to_query_address(path: str) -> str:
    """The address of `wp-json/wc/v3/orders` at a site with plain permalinks.

    The slashes are not escaped, because WooCommerce reads the raw address.
    """
    return f"index.php?rest_route=/{path.removeprefix(ROOT)}&{_KEY_MARKER}"
