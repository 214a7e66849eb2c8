"""Each store's last poll and how it polls, read without going through the history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text, update

from proxy.storage import schema
from proxy.storage.database import Database
from proxy.storage.export.polls import PollOutcome
from proxy.storage.rhythms import read_rhythms
from proxy.storage.tables import polls
from tests.databases import copy_migrated
from tests.past_polls import add_polls

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = copy_migrated(request, request.param, tmp_path)
    async with Database.open(url) as database:
        yield database


async def test_a_rhythm_is_the_last_poll_the_usual_interval_and_failures_in_a_row(
    database: Database,
) -> None:
    await add_polls(database, "busy", [MINUTE * place for place in range(100, 150)])
    await add_polls(database, "busy", [MINUTE * place for place in range(70)], PollOutcome.FAILED)
    await add_polls(database, "rare", [timedelta(days=4), timedelta(days=2), timedelta(days=1)])
    await add_polls(database, "well", [timedelta()])
    await add_polls(database, "dead", [MINUTE, 2 * MINUTE, 3 * MINUTE], PollOutcome.FAILED)
    async with database.reading() as connection:
        now = await database.now(connection)
        rhythms = await read_rhythms(connection)
        assert await read_rhythms(connection, "rare") == {"rare": rhythms["rare"]}
        assert await read_rhythms(connection, "none") == {}
    assert rhythms["busy"].usual_interval == MINUTE
    assert (rhythms["rare"].usual_interval, rhythms["rare"].fruitless_since) == (None, None)
    for store, minutes in (("busy", 69), ("dead", 3)):
        since = rhythms[store].fruitless_since
        assert since is not None
        assert minutes * MINUTE <= now - since < (minutes + 1) * MINUTE


async def test_an_interval_counts_by_the_time_that_it_covers(database: Database) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    hourly = [hour * n for n in range(72)]
    await add_polls(database, "hourly", hourly)
    await add_polls(database, "down for half a day", [*hourly[:20], *hourly[32:]])
    busy = [MINUTE * 2 * n for n in range(480)]
    await add_polls(database, "slow at night", [*busy, *(day - 2 * hour * n for n in range(5))])
    await add_polls(database, "new", [MINUTE * 2 * n for n in range(60)])
    async with database.reading() as connection:
        rhythms = await read_rhythms(connection)
    usual = {
        "hourly": hour,
        "down for half a day": hour,
        "slow at night": 2 * hour,
        "new": 2 * MINUTE,
    }
    for store, interval in usual.items():
        found = rhythms[store].usual_interval
        assert found is not None
        # The last poll is made after the others were put there.
        assert abs(found - interval) < MINUTE / 2, store


async def test_a_client_that_stays_away_for_days_keeps_its_usual_interval(
    database: Database,
) -> None:
    days = [timedelta(days=6), timedelta(days=6, hours=1), timedelta(days=6, hours=2)]
    await add_polls(database, "north", days)
    async with database.reading() as connection:
        (rhythm,) = (await read_rhythms(connection)).values()
    assert rhythm.usual_interval is not None
    assert abs(rhythm.usual_interval - timedelta(hours=1)) < MINUTE


def go_back(connection: Connection) -> None:
    """As an older Portside left the tables."""
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    command.downgrade(config, "0024")


async def test_an_update_does_not_forget_who_has_stopped_polling(database: Database) -> None:
    hour = timedelta(hours=1)
    await add_polls(database, "north", [hour * n for n in range(20, 60)])
    await add_polls(database, "new", [hour, 2 * hour])
    async with database.reading() as connection:
        before = await read_rhythms(connection)
    async with database.writing() as connection:
        await connection.run_sync(go_back)
        await connection.run_sync(schema.upgrade)
        assert await read_rhythms(connection) == before
    assert before["north"].usual_interval == hour


async def test_the_last_poll_is_the_newest_and_of_equals_the_one_kept_last(
    database: Database,
) -> None:
    await add_polls(database, "north", [3 * MINUTE, 2 * MINUTE], reason="old")
    await add_polls(database, "north", [MINUTE], reason="new")
    for reason in ("first", "second"):
        await add_polls(database, "south", [MINUTE], PollOutcome.FAILED, reason=reason)
    async with database.writing() as connection:
        at = await database.now(connection)
        await connection.execute(update(polls).where(polls.c.store == "south").values(at=at))
        rhythms = await read_rhythms(connection)
    last = {store: (each.last.outcome, each.last.reason) for store, each in rhythms.items()}
    assert last == {"north": (PollOutcome.GIVEN, "new"), "south": (PollOutcome.FAILED, "second")}


async def test_without_polls_there_is_nothing_to_read(database: Database) -> None:
    async with database.reading() as connection:
        assert await read_rhythms(connection) == {}


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
    """How many steps of its own machine SQLite takes for the rhythms."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    async with database.reading() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.set_progress_handler(count, 1)
        await read_rhythms(connection)
        await driver.set_progress_handler(None, 1)
    return steps
