"""Peak memory of the serving process for a walk of 500 orders and one of 20,000: a page is held in
memory, never the window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from tests.acceptance.page_polls import open_shop, serve, take

FEW, MANY = 500, 20_000


async def peak(orders: int) -> float:
    """MiB at the most, for the whole process, after ShipStation has taken every page of a window of
    `orders`.
    """
    async with open_shop(orders) as (shop, first), serve(shop) as (served, client):
        pages, given, _ = await take(client, served, first, shop.clock())
        for page in range(2, pages + 1):
            given += (await take(client, served, first, shop.clock(), page))[1]
        assert given == orders, f"{given} of {orders} orders were given"
        status = (Path("/proc") / str(served.process.pid) / "status").read_text()
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")
    )


def run() -> Iterator[str]:
    """The two peaks and their ratio."""
    few, many = (asyncio.run(peak(orders)) for orders in (FEW, MANY))
    yield (
        f"walk of {FEW} orders: {few:.0f} MiB; of {MANY}: {many:.0f} MiB; ratio {many / few:.2f}"
        " (aim 1.3 or less)"
    )
