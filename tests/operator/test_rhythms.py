"""Each store's last poll and its polls of late, read without going through the history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from proxy.rules.rhythm import find_usual_interval
from proxy.storage.database import Database
from proxy.storage.export.polls import PollOutcome
from proxy.storage.rhythms import read_last_polls, read_rhythms
from proxy.storage.tables import polls
from tests.databases import copy_migrated

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = copy_migrated(request, request.param, tmp_path)
    async with Database.open(url) as database:
        yield database


async def add_polls(
    database: Database, store: str, ages: Sequence[timedelta], outcome: str = "given"
) -> None:
    async with database.writing() as connection:
        now = await database.now(connection)
        rows = [
            {
                "store": store,
                "at": now - age,
                "outcome": outcome,
                "kind": "",
                "reason": f"{store} {place}",
                "seconds": 1.0,
            }
            for place, age in enumerate(ages)
        ]
        await connection.execute(insert(polls), rows)


async def test_a_rhythm_is_made_of_the_last_thirty_polls_of_three_days(database: Database) -> None:
    await add_polls(database, "busy", [MINUTE * place for place in range(10, 50)])
    await add_polls(database, "busy", [MINUTE * place for place in range(3)], "failed")
    await add_polls(database, "at once", [MINUTE] * 40)
    await add_polls(database, "rare", [timedelta(days=4), timedelta(days=2), timedelta(days=1)])
    await add_polls(database, "slow", [timedelta(hours=3, minutes=1) * n for n in range(40)])
    await add_polls(database, "gone", [timedelta(days=5)] * 2)
    async with database.reading() as connection:
        now = await database.now(connection)
        rhythms = await read_rhythms(connection, now)
    assert {store: len(rhythm.began) for store, rhythm in rhythms.items()} == {
        "busy": 30,
        "at once": 30,
        "rare": 2,
        "slow": 24,
    }
    busy = rhythms["busy"]
    assert list(busy.began) == sorted(busy.began)
    assert busy.fruitless_since == busy.began[-3]
    assert timedelta() < busy.began[-1] - busy.began[0] < 40 * MINUTE
    assert rhythms["rare"].fruitless_since is None
    async with database.reading() as connection:
        assert await read_rhythms(connection, now, "slow") == {"slow": rhythms["slow"]}


async def test_an_interval_counts_by_the_time_that_it_covers(database: Database) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    hourly = [hour * n for n in range(72)]
    await add_polls(database, "hourly", hourly)
    await add_polls(database, "down for half a day", [*hourly[:20], *hourly[32:]])
    busy = [MINUTE * 2 * n for n in range(480)]
    await add_polls(database, "slow at night", [*busy, *(day - 2 * hour * n for n in range(5))])
    await add_polls(database, "new", [MINUTE * 2 * n for n in range(60)])
    async with database.reading() as connection:
        rhythms = await read_rhythms(connection, await database.now(connection))
    usual = {
        store: find_usual_interval(rhythm.began, rhythm.covering)
        for store, rhythm in rhythms.items()
    }
    assert usual == {
        "hourly": hour,
        "down for half a day": hour,
        "slow at night": 2 * hour,
        "new": 2 * MINUTE,
    }


async def test_the_last_poll_is_the_newest_and_of_equals_the_one_kept_last(
    database: Database,
) -> None:
    await add_polls(database, "north", [MINUTE, 3 * MINUTE, 2 * MINUTE])
    await add_polls(database, "south", [MINUTE, MINUTE, 2 * MINUTE], "failed")
    async with database.reading() as connection:
        last = await read_last_polls(connection)
    assert {store: (poll.outcome, poll.reason) for store, poll in last.items()} == {
        "north": (PollOutcome.GIVEN, "north 0"),
        "south": (PollOutcome.FAILED, "south 1"),
    }


async def test_without_polls_there_is_nothing_to_read(database: Database) -> None:
    async with database.reading() as connection:
        now = await database.now(connection)
        assert await read_last_polls(connection) == {}
        assert await read_rhythms(connection, now) == {}


@pytest.mark.parametrize("is_analyzed", [False, True])
async def test_a_longer_history_is_no_more_work(
    request: pytest.FixtureRequest, tmp_path: Path, *, is_analyzed: bool
) -> None:
    work = []
    for many in (100, 1_000):
        async with Database.open(copy_migrated(request, "sqlite", tmp_path)) as database:
            for store in ("north", "south"):
                await add_polls(database, store, [MINUTE * place for place in range(many)])
            if is_analyzed:  # as an operator may do by hand; the planner then knows the amounts
                async with database.writing() as connection:
                    await connection.execute(text("analyze"))
            work.append(await count_steps(database))
    few, more = work
    assert few > 0
    assert more <= few * 1.1


async def count_steps(database: Database) -> int:
    """How many steps of its own machine SQLite takes for the last polls and the rhythms."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    async with database.reading() as connection:
        now = await database.now(connection)
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.set_progress_handler(count, 1)
        await read_last_polls(connection)
        await read_rhythms(connection, now)
        await driver.set_progress_handler(None, 1)
    return steps
