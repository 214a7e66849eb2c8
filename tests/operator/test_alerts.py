"""People are told what needs them and when that is over: once in the fleet, in one message, without
buyers' data, and not in their quiet hours.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, text, update

from proxy.cli.main import main
from proxy.operator.alerts import URGENT, Alerter
from proxy.rules.alarms import Alarm, AlarmKind
from proxy.rules.quiet_hours import QuietHours
from proxy.settings.alerts.settings import AlertSettings
from proxy.storage.alarms import CLAIM, AlarmBook
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.tables import deliveries
from tests.builders import build_shipment
from tests.databases import copy_migrated, make_migrated_file
from tests.operator.receiver import Receiver

NOON = datetime(2026, 3, 25, 12, 0, tzinfo=UTC)


def make_alarm(kind: AlarmKind, store: str = "north") -> Alarm:
    return Alarm(kind=kind, store=store, text=f"{store}: {kind.value}", advice="Look.")


class Times:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Times:
    return Times()


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return copy_migrated(request, request.param, tmp_path)


@pytest.fixture
async def database(url: str, clock: Times) -> AsyncIterator[Database]:
    async with Database.open(url, clock=clock) as database:
        yield database


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    async with receiver.open():
        yield receiver


def settings_for(receiver: Receiver, **more: str) -> AlertSettings:
    return AlertSettings.model_validate({"to": [receiver.url], **more})


async def make_dead(database: Database) -> None:
    await DatabaseOutbox(database).put("north", build_shipment(), lease=None)
    async with database.writing() as connection:
        await connection.execute(update(deliveries).values(state="dead"))


async def mend(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(delete(deliveries))


async def test_each_beginning_and_each_end_is_told_once_over_two_replicas(
    url: str, clock: Times, receiver: Receiver
) -> None:
    settings = settings_for(receiver)
    async with Database.open(url, clock=clock) as one, Database.open(url, clock=clock) as other:
        fleet = [Alerter(each, lambda: settings, ["north"]) for each in (one, other)]

        async def look() -> None:
            for _ in range(2):
                await asyncio.gather(*(alerter.look() for alerter in fleet))

        await look()
        assert receiver.messages == []
        await make_dead(one)
        await look()
        (begun,) = receiver.messages
        assert begun["title"] == "Portside: 1 needs a person"
        assert begun["message"].startswith("north: 1 shipment could not be told to the shop")
        for private in ("Ada", "Example Street", "1001"):
            assert private not in begun["message"]
        await mend(one)
        await look()
        _, ended = receiver.messages
        assert ended["title"] == "Portside: 1 over"
        assert ended["message"].startswith("Over: north: 1 shipment could not be told")
        await look()
        assert len(receiver.messages) == 2


async def test_what_begins_and_ends_together_is_one_message(
    database: Database,
) -> None:
    book = AlarmBook(database)
    first = await book.note([make_alarm(AlarmKind.DEAD)], quiet=False, urgent=URGENT)
    await book.settle(first)
    both = [make_alarm(AlarmKind.GAP), make_alarm(AlarmKind.INVALID, "south")]
    claimed = await book.note(both, quiet=False, urgent=URGENT)
    assert [alarm.kind for alarm in claimed.began] == [AlarmKind.GAP, AlarmKind.INVALID]
    assert [alarm.kind for alarm in claimed.ended] == [AlarmKind.DEAD]


async def test_new_settings_reach_who_tells_people_without_a_restart(
    database: Database, receiver: Receiver
) -> None:
    current = [AlertSettings()]
    alerter = Alerter(database, lambda: current[-1], ["north"])
    await make_dead(database)
    await alerter.look()
    assert receiver.messages == []
    current.append(AlertSettings.model_validate({"to": [receiver.url], "when": {"dead": 2}}))
    await alerter.look()
    assert receiver.messages == []
    current.append(settings_for(receiver))
    await alerter.look()
    assert len(receiver.messages) == 1


async def test_a_disk_too_full_to_note_its_alarm_is_told_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    settings = AlertSettings.model_validate(
        {"to": [receiver.url], "when": {"disk_below": "900000GB"}}
    )
    async with Database.open(make_migrated_file(tmp_path / "kept.db")) as database:
        full = "select raise(fail, 'database or disk is full')"
        async with database.writing() as connection:
            await connection.execute(
                text(f"create trigger full before insert on alarms begin {full}; end")
            )
        alerter = Alerter(database, lambda: settings, ["north"])
        for _ in range(2):
            with pytest.raises(StorageError):
                await alerter.look()
        (message,) = receiver.messages
        assert "The disk of the database has" in message["message"]
        assert "Make room" in message["message"]


async def test_what_could_not_be_sent_is_sent_later(
    database: Database, receiver: Receiver, clock: Times
) -> None:
    receiver.status = 500
    alerter = Alerter(database, lambda: settings_for(receiver), ["north"])
    await make_dead(database)
    await alerter.look()
    tries = len(receiver.messages)
    receiver.status = 200
    await alerter.look()
    assert len(receiver.messages) == tries, "the claim holds"
    clock.now += CLAIM
    await alerter.look()
    await alerter.look()
    assert len(receiver.messages) == tries + 1


async def test_quiet_hours_hold_back_all_but_a_full_disk_until_their_end(
    database: Database, receiver: Receiver, clock: Times
) -> None:
    clock.now = datetime(2026, 3, 25, 1, 0, tzinfo=UTC)
    alerter = Alerter(
        database, lambda: settings_for(receiver, quiet="22:00-06:00 Europe/Berlin"), ["north"]
    )
    await make_dead(database)
    await alerter.look()
    assert receiver.messages == []
    urgent = [make_alarm(AlarmKind.DISK_BELOW, ""), make_alarm(AlarmKind.DEAD)]
    claimed = await AlarmBook(database).note(urgent, quiet=True, urgent=URGENT)
    assert [alarm.kind for alarm in claimed.began] == [AlarmKind.DISK_BELOW]
    await AlarmBook(database).settle(claimed)
    clock.now = datetime(2026, 3, 25, 5, 0, tzinfo=UTC)
    await alerter.look()
    assert "north: 1 shipment" in receiver.messages[0]["message"]


async def test_what_began_and_ended_in_quiet_hours_wakes_nobody_in_the_morning(
    database: Database,
) -> None:
    book = AlarmBook(database)
    assert not await book.note([make_alarm(AlarmKind.DEAD)], quiet=True, urgent=URGENT)
    assert not await book.note([], quiet=True, urgent=URGENT)
    assert not await book.note([], quiet=False, urgent=URGENT)


async def test_what_ended_and_holds_again_before_its_end_was_told_is_no_news(
    database: Database,
) -> None:
    book = AlarmBook(database)
    holding = [make_alarm(AlarmKind.DEAD)]
    await book.settle(await book.note(holding, quiet=False, urgent=URGENT))
    assert not await book.note([], quiet=True, urgent=URGENT)
    assert not await book.note(holding, quiet=False, urgent=URGENT)


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        ("22:00-06:00 Europe/Berlin", "2026-03-25T21:30+00:00", True),
        ("22:00-06:00 Europe/Berlin", "2026-03-25T20:59+00:00", False),
        ("22:00-06:00 Europe/Berlin", "2026-03-25T05:00+00:00", False),
        ("22:00-06:00 Europe/Berlin", "2026-07-25T04:30+00:00", False),
        ("12:00-13:00 UTC", "2026-07-25T12:00+00:00", True),
        ("12:00-13:00 UTC", "2026-07-25T13:00+00:00", False),
    ],
)
def test_quiet_hours_go_by_the_clocks_of_their_zone(
    hours: str, moment: str, *, quiet: bool
) -> None:
    assert QuietHours.parse(hours).includes(datetime.fromisoformat(moment)) is quiet
    assert str(QuietHours.parse(hours)) == hours


@pytest.mark.parametrize("text", ["", "22-06", "22:00-06:00", "25:00-06:00 UTC", "9" * 10_000])
def test_hours_that_cannot_be_understood_say_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected hours and a time zone such as 22:00-06:00"):
        QuietHours.parse(text)


def write_settings(folder: Path, to: str) -> Path:
    file = folder / "settings.yaml"
    file.write_text(
        f"database: sqlite:///{folder}/portside.db\nalerts: {{to: [{to}]}}\nstores:\n  north:\n"
        "    credentials: {username: north, password: secret}\n    connector: {type: woocommerce,"
        " url: http://127.0.0.1:9, consumer_key: ck, consumer_secret: cs}\n"
    )
    return file


async def test_a_test_message_tells_whether_people_can_be_told(
    tmp_path: Path, receiver: Receiver
) -> None:
    deaf = "json://user:secret-word@127.0.0.1:9/hook"
    file = write_settings(tmp_path, f'"{receiver.url}", "{deaf}"')
    command = ["alerts", "test", "--settings", str(file)]
    result = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "1. http://…: sent",
        "2. json://…: not sent: see that the address is right and reachable",
    ]
    assert [message["title"] for message in receiver.messages] == ["Portside: a test"]


def test_starting_does_not_wait_for_the_services_of_alerts() -> None:
    asked = "import sys, proxy.app; print('apprise' in sys.modules, 'requests' in sys.modules)"
    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
    assert timedelta(seconds=30) < CLAIM
