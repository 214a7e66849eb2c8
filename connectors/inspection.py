"""What a connector may show of its work to whoever sets it up: raw orders, and where each field came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import msgspec

from connectors.orders import Order, RejectedOrder, Window


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a field of an order came from: the JSON path or expression, and the settings' line if it is known."""

    field: str
    path: str
    place: str = ""
    value: Any = None


@runtime_checkable
class Inspectable(Protocol):
    """A connector that can show what the shop sent before it became an order. Optional."""

    async def fetch(self, window: Window, limit: int) -> list[Any]:
        """The first orders of a window as the shop sends them."""
        ...

    async def raw_order(self, order_id: str) -> Any:
        """One order as the shop sends it. Raises `OrderNotFoundError`."""
        ...

    def trace(self, raw: Any) -> tuple[Order | RejectedOrder | None, Sequence[Source]]:
        """What becomes of an order as the shop sent it, and the origin of each field."""
        ...
