"""The two addresses of a WordPress REST API: `/wp-json/…`, and `/index.php?rest_route=/…`, the only
one where permalinks are plain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from connectors.errors import AuthenticationError, RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.reading.tolerant import read_tolerantly
from connectors.upstream.client import Upstream
from connectors.upstream.response import Reply
from connectors.woocommerce.api.refusals import PageNotFoundError

ROOT = "wp-json/"
# WooCommerce before 11.1 looks at a key only if this stands somewhere in the address, as it does in
# `/wp-json/wc/v3/…`.
_KEY_MARKER = "_api=wp-json/wc/"
_INDEX = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Permalinks:
    """Which form one shop answers to: the first, until the index of its API is only at the second.

    The second form keeps the `index.php` that WordPress itself puts into it: some servers redirect
    a POST to the bare folder, and WooCommerce checks OAuth signatures of the bare folder against an
    address without its slash.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._plain = False
        self._looking = asyncio.Lock()
        self._looks = 0

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
        plain, looks = self._plain, self._looks
        try:
            return await call(_to_address(path, plain=plain))
        except PageNotFoundError:
            async with self._looking:
                # What is asked beside this one may have looked already.
                if self._plain == plain and (
                    self._looks != looks or not await self._is_elsewhere(plain=plain)
                ):
                    raise
                self._plain = not plain
        return await call(_to_address(path, plain=not plain))

    async def _is_elsewhere(self, *, plain: bool) -> bool:
        """Whether the API is at the other form of address alone.

        One page that is missing says nothing about the address as long as the API's index is there.
        """
        elsewhere = not await self._has_index(plain=plain) and await self._has_index(
            plain=not plain
        )
        self._looks += 1
        return elsewhere

    async def _has_index(self, *, plain: bool) -> bool:
        """Whether the index of the API is at this form of address. Raises `TemporaryError` if the
        shop fails.
        """
        try:
            reply = await self._upstream.once().get(
                _to_address(ROOT, plain=plain), [("_fields", "namespaces")], data=False
            )
        except (AuthenticationError, RefusedError) as error:
            # A plugin may refuse us the index; it is enough that it refuses in the API's way.
            return bool(error.code)
        try:
            mended = read_tolerantly(reply.content)
            return mended is not None and "namespaces" in _INDEX.decode(mended.content)
        except UNDECODABLE:
            return False


def _to_address(path: str, *, plain: bool) -> str:
    return to_query_address(path) if plain else path


def to_query_address(path: str) -> str:
    """The address of `wp-json/wc/v3/orders` at a site with plain permalinks.

    The slashes are not escaped, because WooCommerce reads the raw address.
    """
    return f"index.php?rest_route=/{path.removeprefix(ROOT)}&{_KEY_MARKER}"
