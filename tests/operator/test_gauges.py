"""The gauges tell what the database knows, so that a restart changes none of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from connectors.errors import UnavailableError
from connectors.orders import OrderId, RejectedOrder
from connectors.upstream.policy import BreakerNews
from proxy.app import Portside
from tests.builders import build_order
from tests.operator.test_status import poll
from tests.server.conftest import WINDOW
from tests.server.stall import Stall, open_front


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def test_all_gauges_are_as_before_from_the_first_scrape_after_a_restart(
    tmp_path: Path, client: ClientSession
) -> None:
    broken = RejectedOrder(id=OrderId("9"), number="9", modified_at=None, reason="total: no money")
    stall = Stall([build_order(), broken])

    async def gauges(portside: Portside) -> dict[str, str]:
        async with client.get(f"http://{portside.admin}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        kinds = dict(line.split()[2:4] for line in lines if line.startswith("# TYPE"))
        # What the process itself is doing, and its disk, are of the moment.
        momentary = ("portside_connections", "portside_database_free", "portside_database_bytes")
        return {
            name: value
            for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")
            if kinds.get(name.partition("{")[0]) == "gauge"
            and name.startswith("portside_")
            and not name.startswith((*momentary, "portside_info"))
        }

    async with open_front(stall, tmp_path) as portside:
        assert await poll(portside, client) == 200
        stall.context.upstream.watch(BreakerNews())
        stall.error = UnavailableError("down")
        later = {"start_date": WINDOW["end_date"], "end_date": "03/26/2026 00:00"}
        assert await poll(portside, client, **later) == 503
    async with open_front(stall, tmp_path) as portside:
        before = await gauges(portside)
    async with open_front(stall, tmp_path) as portside:
        after = await gauges(portside)
    assert after == before
    for expected in (
        'portside_held_orders{kind="unreadable",store="north"}',
        'portside_last_poll_failed{store="north"}',
        'portside_alarm{kind="unreadable",store="north"}',
        'portside_shop_up{store="north"}',
    ):
        assert before[expected] == "1.0", expected
