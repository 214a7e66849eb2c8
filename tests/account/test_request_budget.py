"""The budget of an API key: never more in any minute, whoever asks, and over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proxy.storage.account.request_budget import RequestBudget
from proxy.storage.database import Database
from proxy.storage.tables import account_keys
from tests.databases import copy_migrated, make_migrated_file
from tests.storage.conftest import HandClock

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Shared:
    """One key's budget as two processes see it, and another key's."""

    one: RequestBudget
    two: RequestBudget
    foreign: RequestBudget
    database: Database
    clock: HandClock


@pytest.fixture(params=["sqlite", "postgresql"])
async def shared(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shared]:
    clock = HandClock()
    url = copy_migrated(request, request.param, tmp_path)
    async with AsyncExitStack() as stack:
        first, second = [
            await stack.enter_async_context(Database.open(url, clock=clock)) for _ in range(2)
        ]
        one, two = RequestBudget(first, "key"), RequestBudget(second, "key")
        yield Shared(one, two, RequestBudget(first, "other"), first, clock)


async def test_processes_that_ask_at_once_get_no_more_than_the_budget_together(
    shared: Shared,
) -> None:
    waits = await asyncio.gather(*(each.take(5) for each in (shared.one, shared.two) * 5))
    assert waits.count(0.0) == 5
    assert {wait for wait in waits if wait} == {61.0}
    assert await shared.foreign.take(5) == 0.0


async def test_a_request_becomes_free_again_when_its_minute_is_over(shared: Shared) -> None:
    assert await shared.one.take(2) == 0.0
    shared.clock.forward(40)
    assert await shared.two.take(2) == 0.0
    assert await shared.one.take(2) == 21.0
    shared.clock.forward(21)
    assert await shared.one.take(2) == 0.0
    assert await shared.one.take(2) == 40.0
    assert await shared.one.take(3) == 0.0


async def test_a_hold_counts_for_everybody_until_it_is_over(shared: Shared) -> None:
    await shared.one.hold(30)
    assert await shared.two.take(5) == 30.0
    shared.clock.forward(31)
    assert await shared.two.take(5) == 0.0
    await shared.two.hold(10**9)
    assert await shared.one.take(5) == 120.0


async def test_a_hold_forgets_no_request(shared: Shared) -> None:
    assert await shared.one.take(1) == 0.0
    await shared.one.hold(1)
    shared.clock.forward(2)
    assert await shared.one.take(1) == 59.0


async def test_a_clock_that_was_set_back_blocks_nobody(shared: Shared) -> None:
    assert await shared.one.take(1) == 0.0
    await shared.one.hold(100)
    shared.clock.forward(-3600)
    assert await shared.one.take(1) == 0.0


async def test_the_key_is_kept_only_as_its_name(shared: Shared) -> None:
    await shared.one.take(1)
    async with shared.database.reading() as connection:
        rows = (await connection.execute(account_keys.select())).mappings().all()
    assert [row["key"] for row in rows] == ["key"]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.floats(0, 20), min_size=1, max_size=25), st.integers(1, 4))
def test_no_minute_holds_more_than_the_budget(pauses: list[float], per_minute: int) -> None:
    async def ask(url: str) -> list[datetime]:
        clock, sent = HandClock(), []
        async with Database.open(url, clock=clock) as database:
            for pause in pauses:
                clock.forward(pause)
                if await RequestBudget(database, "key").take(per_minute) == 0.0:
                    sent.append(clock.time)
        return sent

    with TemporaryDirectory() as folder:
        sent = asyncio.run(ask(make_migrated_file(Path(folder) / "kept.db")))
    for first, late in zip(sent, sent[per_minute:], strict=False):
        assert late - first > MINUTE
