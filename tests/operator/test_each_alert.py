"""Each condition, as it comes to stand in the database, is one message when it begins and one when
it is over, from two replicas together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, update

from proxy.operator.alerts import Alerter
from proxy.rules.alarms import AlarmKind
from proxy.settings.alerts.settings import AlertSettings
from proxy.storage.account.audits import Audits
from proxy.storage.database import Database
from proxy.storage.export.polls import PollOutcome
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.tables import (
    audits,
    deliveries,
    failed_logins,
    gaps,
    held_orders,
    pollers,
    remarks,
    shop_lists,
    shop_states,
)
from tests.builders import build_shipment
from tests.databases import make_migrated_file
from tests.operator.receiver import Receiver
from tests.past_polls import add_polls

NOON = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNTED = {"about": "count", "text": "the shop counts 9 orders, and 8 were found"}
LATE_LIST = {"lookback": 600, "late_at": NOON, "clock_behind": 0}
SEEN = {"first_seen": NOON, "last_seen": NOON}
DOWN = {"failing_since": NOON - HOUR, "failed_at": NOON, "failures": 9, "error": "It hung up."}
WRONG = {"began_at": NOON, "count": 20, "last_at": NOON, "client": "203.0.113.9"}
NEED_NOBODY = {AlarmKind.LATE, AlarmKind.MISCOUNT}
Play = Callable[[Database], Awaitable[None]]


def put(table: Table, **row: Any) -> Play:
    async def play(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(insert(table).values(store="north", **row))

    return play


def empty(table: Table) -> Play:
    async def play(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(delete(table))

    return play


def hold(kind: str) -> Play:
    return put(held_orders, order_id="7", number="1007", kind=kind, reason="total", **SEEN)


def poll(ages: Sequence[timedelta], outcome: PollOutcome, kind: str = "") -> Play:
    return lambda database: add_polls(database, "north", ages, outcome, kind=kind)


def deliver(**values: Any) -> Play:
    async def play(database: Database) -> None:
        await DatabaseOutbox(database).put("north", build_shipment(), lease=None)
        async with database.writing() as connection:
            await connection.execute(update(deliveries).values(**values))

    return play


async def find_faults(database: Database) -> None:
    await Audits(database).keep("north", NOON - HOUR, 9, {"stuck": 2}, HOUR)


async def wait_for_nothing(_database: Database) -> None:
    """The disk is not ours to fill: its threshold moves instead."""


PLAYS: dict[AlarmKind, tuple[Play, Play]] = {
    AlarmKind.DISK_BELOW: (wait_for_nothing, wait_for_nothing),
    AlarmKind.SHOP_DOWN: (put(shop_states, **DOWN), empty(shop_states)),
    AlarmKind.INCOMPLETE: (
        poll([2 * HOUR, HOUR], PollOutcome.FAILED, "IncompleteListingError"),
        poll([timedelta()], PollOutcome.GIVEN),
    ),
    AlarmKind.NO_POLL: (
        poll([HOUR * ago for ago in range(5, 20)], PollOutcome.GIVEN),
        poll([timedelta()], PollOutcome.GIVEN),
    ),
    AlarmKind.GAP: (put(gaps, start=NOON - HOUR, end=NOON, noted_at=NOON), empty(gaps)),
    AlarmKind.DEAD: (deliver(state="dead"), empty(deliveries)),
    AlarmKind.UNREADABLE: (hold("unreadable"), empty(held_orders)),
    AlarmKind.INVALID: (hold("invalid"), empty(held_orders)),
    AlarmKind.OLDEST_WAITING: (deliver(queued_at=NOON - HOUR), empty(deliveries)),
    AlarmKind.AUDIT: (find_faults, empty(audits)),
    AlarmKind.SECOND_POLLER: (put(pollers, chains="[]", second_at=NOON), empty(pollers)),
    AlarmKind.WRONG_LOGIN: (put(failed_logins, **WRONG), empty(failed_logins)),
    AlarmKind.LATE: (put(shop_lists, **LATE_LIST), empty(shop_lists)),
    AlarmKind.MISCOUNT: (put(remarks, **COUNTED, **SEEN), empty(remarks)),
}


@pytest.mark.parametrize("kind", AlarmKind)
async def test_a_condition_is_one_message_when_it_begins_and_one_when_it_is_over(
    kind: AlarmKind, tmp_path: Path
) -> None:
    url, receiver, disk = make_migrated_file(tmp_path / "kept.db"), Receiver(), ["1MB"]

    def read_settings() -> AlertSettings:
        return AlertSettings.model_validate({"to": [receiver.url], "when": {"disk_below": disk[0]}})

    async with (
        receiver.open(),
        Database.open(url, clock=lambda: NOON) as one,
        Database.open(url, clock=lambda: NOON) as other,
    ):
        fleet = [Alerter(database, read_settings, ["north"]) for database in (one, other)]
        begin, end = PLAYS[kind]
        begun = "1 to note" if kind in NEED_NOBODY else "1 needs a person"
        for play, room, title in ((begin, "900000GB", begun), (end, "1MB", "1 over")):
            await play(one)
            if kind is AlarmKind.DISK_BELOW:
                disk[0] = room
            for _ in range(2):
                await asyncio.gather(*(alerter.look() for alerter in fleet))
            message = receiver.messages.pop()
            assert receiver.messages == []
            assert message["title"] == f"Portside: {title}"
            for private in ("Ada", "1007", "203.0.113.9"):
                assert private not in message["message"]
