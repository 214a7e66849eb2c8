"""A real shop as the story knows it, whatever its make."""

from __future__ import annotations

from typing import Any, Protocol


class Shop(Protocol):
    """A real shop, seeded.

    `tracking` gives number and pieces of each parcel of an order, as the shop itself tells.
    """

    name: str
    version: str
    placed: int
    url: str

    def connector(self, url: str) -> dict[str, Any]: ...

    async def tracking(self, order_id: str) -> list[tuple[str, int]]: ...

    async def state(self, order_id: str) -> str: ...

    async def cancel(self, order_id: str) -> None: ...
