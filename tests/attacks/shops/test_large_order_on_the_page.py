"""An order that the shop made large, looked at on the operator's page, holds up nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import ClientSession

from tests.attacks.shops.test_hostile_store import (
    MOST_OF_A_STEP,
    Repeat,
    describe_shop,
    make_shop,
    open_two,
    poll,
)
from tests.attacks.steps import metering, running_elsewhere
from tests.server.stall import Stall


async def test_no_step_of_the_loop_does_much_with_a_large_order_on_the_page(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with running_elsewhere(lambda: make_shop("generic_json")) as shop:
        order = shop.book.add()
        shop.faults.add(Repeat(400), times=None)
        async with open_two(describe_shop("generic_json", shop), stall, tmp_path) as portside:
            query = {"store": "north", "number": order.id, "try": "lines[*].id"}
            with metering() as meter:
                page = asyncio.create_task(look(client, f"http://{portside.admin}/ui/order", query))
                honest = await poll(client, portside, "south")
                text = await page
    assert honest[0] == 200
    assert "It finds:" in text
    assert meter.largest <= MOST_OF_A_STEP, meter.place


async def look(client: ClientSession, url: str, query: dict[str, str]) -> str:
    async with client.get(url, params=query) as answer:
        assert answer.status == 200
        return await answer.text()
