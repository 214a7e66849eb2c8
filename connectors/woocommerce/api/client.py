"""WooCommerce's REST interface (wc/v3) over one shop's HTTP: paths, the parameters every call
needs, typed lists.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from connectors.errors import ConnectorError, RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.client import Upstream
from connectors.upstream.request import Pairs, encode_segment
from connectors.upstream.response import Reply
from connectors.woocommerce.api.permalinks import ROOT, Permalinks

T = TypeVar("T")
CORE = f"{ROOT}wc/v3/"
# The most rows that WooCommerce puts on one page.
LARGEST_PAGE = 100


class Api:
    """One shop's API. Raises only `ConnectorError`s.

    Every read carries a parameter that no other read has, because some page caches serve the REST
    API.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._permalinks = Permalinks(upstream)
        self._run = secrets.token_hex(4)
        self._count = itertools.count()

    @property
    def clock_offset(self) -> float | None:
        """How far the shop's clock is from ours, as `Upstream.clock_offset`."""
        return self._upstream.clock_offset

    @property
    def by_query(self) -> bool:
        """Whether the shop has turned out to have its API only at `index.php?rest_route=…`."""
        return self._permalinks.plain

    async def get(self, path: str, params: Pairs = (), *, root: str = CORE) -> Reply:
        """One read. `path` is relative to `root`."""
        return await self._permalinks.ask(
            root + path, lambda place: self._upstream.get(place, (*params, self._make_mark()))
        )

    async def has_answer(self, path: str, params: Pairs = ()) -> bool:
        """Whether the shop answers this read of the core API with data.

        Asked once, without repeats; does not raise.
        """
        try:
            await self._permalinks.ask(
                CORE + path,
                lambda place: self._upstream.once().get(place, (*params, self._make_mark())),
            )
        except ConnectorError:
            return False
        return True

    async def get_home_page(self, *, data: bool = False) -> Reply:
        """The shop's home page."""
        return await self._upstream.get("", data=data)

    async def list_items(
        self, path: str, kind: type[T], params: Pairs = (), *, root: str = CORE
    ) -> list[T]:
        """The items of a list, decoded one by one; those that do not fit are left out."""
        reply = await self.get(path, params, root=root)
        return [
            found
            for raw in reply.decode(list[msgspec.Raw])
            if (found := _decode_item(raw, kind)) is not None
        ]

    async def find_items(
        self, path: str, kind: type[T], params: Pairs = (), *, root: str = CORE
    ) -> list[T] | None:
        """Like `list_items`; None where the shop answers 404: it has no such route, or nothing that
        the list could belong to.
        """
        try:
            return await self.list_items(path, kind, params, root=root)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    async def post(self, path: str, body: Any, params: Pairs = (), *, root: str = CORE) -> Reply:
        """One change.

        Made by POST, which WooCommerce takes wherever it takes PUT: many firewalls forbid PUT.
        """
        return await self._permalinks.ask(
            root + path, lambda place: self._upstream.write("POST", place, json=body, params=params)
        )

    def _make_mark(self) -> tuple[str, str]:
        return ("_portside", f"{self._run}{next(self._count)}")


def _decode_item(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNDECODABLE:
        return None


def order_path(order_id: str, tail: str = "") -> str:
    """The path of one order, or of a list that belongs to it."""
    return f"orders/{encode_segment(order_id)}{tail}"


def join_ids(values: Sequence[int | str]) -> str:
    """Ids or words as the API takes lists."""
    return ",".join(map(str, values))
