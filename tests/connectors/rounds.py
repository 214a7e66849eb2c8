"""Rounds of requests: which of them a connector sends without waiting for another's answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from connectors.testing.faults import Handler
from connectors.testing.shop import FakeShop

# In seconds; a round that is never complete ends the test instead of holding it up.
_PATIENCE = 20.0


class Rounds:
    """Holds each request until all of its round are there, so that requests that wait for each
    other's answers never end. `sizes` are how many requests make each round; requests after the
    last round are answered at once.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._left = [size for size in sizes for _ in range(size)]
        self._waiting: list[asyncio.Future[None]] = []

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Wait for the others of the round; a `Fault`."""
        if self._left:
            size = self._left.pop(0)
            self._waiting.append(asyncio.get_running_loop().create_future())
            mine = self._waiting[-1]
            if len(self._waiting) == size:
                for one in self._waiting:
                    one.set_result(None)
                self._waiting.clear()
            await mine
        return await handler(request)


@asynccontextmanager
async def expect_rounds(shop: FakeShop, *sizes: int) -> AsyncIterator[None]:
    """Within the block the shop is sent requests in rounds of these sizes, and no others."""
    met = len(shop.requests)
    shop.faults.add(Rounds(sizes), times=None)
    try:
        async with asyncio.timeout(_PATIENCE):
            yield
    except TimeoutError:
        asked = [seen.path for seen in shop.requests[met:]]
        raise AssertionError(f"expected rounds of {sizes}, found {asked}") from None
    finally:
        shop.faults.clear()
    asked = [seen.path for seen in shop.requests[met:]]
    assert len(asked) == sum(sizes), asked
