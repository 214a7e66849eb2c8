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
# The most that WooCommerce gives on one page.
LARGEST_PAGE = 100


class Api:
    """One shop's API. Raises only `ConnectorError`s.

    Every read bears a parameter that no other has, for page caches have been seen to serve the REST
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
        """Whether the shop was found to have its API only at `index.php?rest_route=…`."""
        return self._permalinks.plain

    async def get(self, path: str, params: Pairs = (), *, root: str = CORE) -> Reply:
        """One read. `path` is relative to `root`."""
        return await self._permalinks.ask(
            root + path, lambda place: self._upstream.get(place, (*params, self._mark()))
        )

    async def answers(self, path: str, params: Pairs = ()) -> bool:
        """Whether the shop answers this read of the core API with data.

        Asked once, without repeats; does not raise.
        """
        try:
            await self._permalinks.ask(
                CORE + path, lambda place: self._upstream.once().get(place, (*params, self._mark()))
            )
        except ConnectorError:
            return False
        return True

    async def page(self, *, data: bool = False) -> Reply:
        """The shop's home page."""
        return await self._upstream.get("", data=data)

    async def many(
        self, path: str, kind: type[T], params: Pairs = (), *, root: str = CORE
    ) -> list[T]:
        """A list whose items are decoded one by one; what does not fit is left out."""
        reply = await self.get(path, params, root=root)
        return [
            found
            for raw in reply.decode(list[msgspec.Raw])
            if (found := _decoded(raw, kind)) is not None
        ]

    async def many_or_none(
        self, path: str, kind: type[T], params: Pairs = (), *, root: str = CORE
    ) -> list[T] | None:
        """Like `many`; None where the shop answers 404: no such route, or nothing it could belong
        to.
        """
        try:
            return await self.many(path, kind, params, root=root)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    async def post(self, path: str, body: Any, params: Pairs = (), *, root: str = CORE) -> Reply:
        """One change.

        WooCommerce takes POST wherever it takes PUT, which firewalls like to forbid.
        """
        return await self._permalinks.ask(
            root + path, lambda place: self._upstream.write("POST", place, json=body, params=params)
        )

    def _mark(self) -> tuple[str, str]:
        return ("_portside", f"{self._run}{next(self._count)}")


def _decoded(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNDECODABLE:
        return None


def order_path(order_id: str, tail: str = "") -> str:
    """The path of one order, or of what hangs on it."""
    return f"orders/{encode_segment(order_id)}{tail}"


def comma(values: Sequence[int | str]) -> str:
    """Ids or words as the API takes lists."""
    return ",".join(map(str, values))
