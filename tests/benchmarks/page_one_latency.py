"""Time to page 1 of a window of 10,000 orders against that of a window of 100, from the same fake
shop: page 1 does not wait for the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from tests.acceptance.page_polls import open_shop, serve, take

FEW, MANY, ROUNDS = 100, 10_000, 7
MINUTE = timedelta(minutes=1)


async def measure() -> tuple[list[float], list[float]]:
    """Seconds to page 1 of the small and the large windows, taken in turn; each window is read to
    its end before the next.
    """
    few, many = list[float](), list[float]()
    async with open_shop(MANY) as (shop, first), serve(shop) as (served, client):
        # What a process does once, it has done.
        await take(client, served, first - MINUTE, first - MINUTE)
        for number in range(ROUNDS):
            start = first - number * MINUTE
            _, given, seconds = await take(client, served, start, first)
            few.append(seconds)
            pages, on_page_one, seconds = await take(client, served, start, shop.clock())
            many.append(seconds)
            assert (given, on_page_one, pages) == (FEW, FEW, MANY // FEW)
            await take(client, served, start, shop.clock(), pages)
    return few, many


def run() -> Iterator[str]:
    """The medians and their ratio."""
    few, many = (median(seconds) * 1000 for seconds in asyncio.run(measure()))
    yield (
        f"window of {FEW} orders: {few:.0f} ms to page 1; of {MANY}: {many:.0f} ms; ratio"
        f" {many / few:.2f} (aim 1.3 or less)"
    )
