"""A whole `verify` against a working Portside: it finds nothing wrong, and neither the books nor
the metrics show that it was there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from aiohttp import ClientSession
from yarl import URL

from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.client import StoreClient
from proxy.simulator.exam import Exam
from proxy.simulator.history import History, Pace
from proxy.simulator.promises import Outcome
from proxy.simulator.verify import try_promise, verify
from tests.builders import build_order
from tests.server.stall import Stall, open_front

# What the metrics say of windows that ShipStation asked for.
UNMEASURED = (
    "portside_last_poll_timestamp_seconds",
    "portside_window",
    "portside_orders_held",
    "portside_covered_until",
)


async def test_a_trial_finds_all_promises_kept_and_leaves_no_trace(
    tmp_path: Path, client: ClientSession
) -> None:
    now = datetime.now(UTC)
    order = build_order()
    orders = [
        msgspec.structs.replace(
            order,
            id=str(number),
            number=str(number),
            placed_at=now,
            modified_at=now - timedelta(hours=number),
        )
        for number in range(30)
    ]
    async with open_front(Stall(orders), tmp_path) as portside:
        url = URL(f"http://{portside.public}/stores/north")
        for _ in range(2):
            async with StoreClient.open(
                url, Credentials(username="north", password="pass-word"), patience=20
            ) as store:
                exam = Exam(store, now=datetime.now(UTC), span=timedelta(days=60))
                results = await verify(exam)
                history = History(exam, Pace(speed=1e6))
                await history.run()
                results += [await try_promise(promise, exam) for promise in history.promises()]
            assert [result for result in results if result.outcome is Outcome.BROKEN] == []
        async with client.get(f"http://{portside.admin}/status") as answer:
            (standing,) = (await answer.json())["stores"]
        assert [standing[name] for name in ("covered_until", "finished_until", "last_poll")] == [
            None
        ] * 3
        assert standing["gaps"] == []
        await portside.gauges.fill()
        async with client.get(f"http://{portside.admin}/metrics") as answer:
            measured = await answer.text()
        assert [line for line in measured.splitlines() if line.startswith(UNMEASURED)] == []
