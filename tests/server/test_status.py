"""What an operator sees of the exports: how far each store is, and what is held back and why."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession
from click.testing import CliRunner
from structlog.testing import capture_logs

from connectors.errors import AuthenticationError
from connectors.orders import OrderId, RejectedOrder
from proxy.app import Portside
from proxy.cli.main import main
from proxy.rules.reasons import group_reason
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import Gap
from proxy.storage.outbox.database import DatabaseOutbox
from tests.builders import build_shipment
from tests.databases import read_actions
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

BROKEN = RejectedOrder(
    id=OrderId("77"),
    number="1077",
    modified_at=None,
    reason="line_items[0].total: expected money, found 'abc'",
)
GAP = Gap(
    start=datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC),
    end=datetime(2026, 1, 3, tzinfo=UTC),
    noted_at=datetime(2026, 3, 1, tzinfo=UTC),
)


async def poll(portside: Portside, client: ClientSession, status: int = 200) -> None:
    async with client.get(
        f"http://{portside.public}/stores/north", params=WINDOW, headers=LOGIN
    ) as answer:
        assert answer.status == status


async def json_of(
    portside: Portside, client: ClientSession, path: str
) -> tuple[int, dict[str, Any]]:
    async with client.get(f"http://{portside.admin}{path}") as answer:
        return answer.status, await answer.json()


async def metrics(portside: Portside, client: ClientSession) -> str:
    async with client.get(f"http://{portside.admin}/metrics") as answer:
        return await answer.text()


async def note_gap(folder: Path) -> None:
    async with (
        Database.open(f"sqlite:///{folder}/portside.db") as database,
        DatabaseExportStorage(database).writing("north") as rows,
    ):
        await rows.put_gap(GAP)


NOTHING_YET = {
    "store": "north",
    "in_settings": True,
    "last_poll": None,
    "usual_interval_seconds": None,
    "no_orders_since": None,
    "walk": None,
    "covered_until": None,
    "finished_until": None,
    "gaps": [],
    "shop": {
        "state": "unknown",
        "answered_at": None,
        "usual_seconds": None,
        "down_since": None,
        "failed_at": None,
        "error": "",
        "next_try_at": None,
    },
    "held": {"filtered": 0, "early": 0, "invalid": 0, "unreadable": 0},
    "deliveries": {
        "waiting": {"count": 0, "oldest": None},
        "dead": {"count": 0, "oldest": None},
    },
    "second_poller_at": None,
    "failed_logins": None,
    "remarks": [],
    "audit": None,
}


async def test_a_store_that_was_never_asked_has_been_given_nothing(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path) as portside:
        status, shown = await json_of(portside, client, "/status")
    assert (status, shown["stores"]) == (200, [NOTHING_YET])
    assert (shown["summary"], shown["needs_person"], shown["alarms"]) == ("All well.", False, [])
    assert shown["disk"]["database_bytes"] > 0


async def test_an_order_that_did_not_go_out_is_shown_with_its_reason(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    stall.orders.append(BROKEN)
    async with open_front(stall, tmp_path) as portside:
        await poll(portside, client)
        _, standing = await json_of(portside, client, "/status")
        assert standing["stores"][0]["held"]["unreadable"] == 1
        assert standing["summary"] == "north: 1 order cannot be read, and is held."
        for path in ("/held", "/held?store=north"):
            status, listed = await json_of(portside, client, path)
            assert status == 200
            (held,) = listed["held"]
            assert (held["store"], held["order_id"], held["order_number"], held["kind"]) == (
                "north",
                "77",
                "1077",
                "unreadable",
            )
            assert held["reason"] == BROKEN.reason
        assert await json_of(portside, client, "/held?store=norht") == (
            400,
            {"error": "store: expected one of north, found 'norht'; did you mean 'north'?"},
        )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a shop whose secrets are not set: these commands read the database alone."""
    for name in ("SHOP_LOGIN", "SHOP_URL", "SHOP_KEY", "SHOP_SECRET"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "settings.yaml"
    file.write_text(
        f"database: sqlite:///{tmp_path}/portside.db\nstores:\n  north:\n    credentials:"
        " {username: north, password: '${SHOP_LOGIN}'}\n    connector: {type: woocommerce, url:"
        " '${SHOP_URL}', consumer_key: '${SHOP_KEY}', consumer_secret: '${SHOP_SECRET}'}\n"
    )
    return file


def portside_says(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(main, words)
    assert result.exit_code == status, result.output
    return result.output


async def broken_order_polled(stall: Stall, folder: Path) -> None:
    stall.orders.append(BROKEN)
    async with open_front(stall, folder) as portside, ClientSession() as client:
        await poll(portside, client)
    await note_gap(folder)


def test_the_command_line_shows_what_is_held_and_what_may_be_missing(
    stall: Stall, tmp_path: Path, settings: Path
) -> None:
    asyncio.run(broken_order_polled(stall, tmp_path))
    held = portside_says("held", "--settings", str(settings))
    assert "1077" in held
    assert BROKEN.reason in held
    shown = portside_says("status", "--settings", str(settings), status=1)
    assert shown.startswith("north: orders changed from 2026-01-02 03:04 to 2026-01-03 00:00 UTC")
    assert "may never have reached ShipStation (1 more).\n" in shown
    assert (
        "north: changes from 2026-01-02T03:04:05.678901Z to 2026-01-03T00:00:00Z may be missing"
        in shown
    )
    (titles,) = [line for line in shown.splitlines() if line.lstrip().startswith("STORE")]
    assert re.split(r"\s{2,}", titles.strip()) == [
        "STORE",
        "LAST POLL",
        "COVERED UNTIL",
        "WAITING",
        "DEAD",
        "UNREADABLE",
        "INVALID",
        "FILTERED",
    ]
    assert "Times are UTC.\n" in shown
    status = json.loads(portside_says("status", "--settings", str(settings), "--json", status=1))
    (standing,) = status["stores"]
    assert (standing["held"]["unreadable"], len(standing["gaps"])) == (1, 1)
    (order,) = json.loads(
        portside_says("held", "--settings", str(settings), "--store", "north", "--json")
    )
    assert order["order_id"] == "77"


def test_the_command_line_says_why_a_poll_failed_before_it_is_an_alarm(
    stall: Stall, tmp_path: Path, settings: Path
) -> None:
    async def refuse() -> None:
        stall.error = AuthenticationError("the shop refuses the key")
        async with open_front(stall, tmp_path) as portside, ClientSession() as client:
            await poll(portside, client, 502)

    asyncio.run(refuse())
    shown = portside_says("status", "--settings", str(settings))
    assert shown.startswith("All well.\n")
    assert "north: the last poll brought no orders: the shop refuses the key" in shown


def test_the_command_line_counts_reasons_that_several_orders_share(
    stall: Stall, tmp_path: Path, settings: Path
) -> None:
    stall.orders.append(msgspec.structs.replace(BROKEN, id=OrderId("78"), number="1078"))
    asyncio.run(broken_order_polled(stall, tmp_path))
    *_, last = portside_says("held", "--settings", str(settings)).strip().splitlines()
    assert last.split()[:2] == ["2", "unreadable"]
    assert group_reason(BROKEN.reason) in last
    cut = portside_says("held", "--settings", str(settings), "--limit", "1")
    assert "note: north holds more than these 1; see them with a higher --limit" in cut


def test_a_gap_goes_once_the_operator_dismisses_it_by_its_start(
    stall: Stall, tmp_path: Path, settings: Path
) -> None:
    asyncio.run(broken_order_polled(stall, tmp_path))
    named = ("status", "--settings", str(settings), "--store", "north", "--dismiss-gap")
    other = (GAP.start + timedelta(seconds=1)).isoformat()
    assert "north has no gap that starts at 2026-01-02T03:04:06.678901Z" in portside_says(
        *named, other, status=1
    )
    assert portside_says(*named, "2026-01-02T03:04:05.678901Z") == "dismissed\n"
    assert "may be missing" not in portside_says("status", "--settings", str(settings), status=1)
    done = asyncio.run(read_actions(f"sqlite:///{tmp_path}/portside.db"))
    assert done == [("dismiss gap", "north", "2026-01-02T03:04:05.678901Z")]


async def parcel_left_behind(folder: Path) -> None:
    """One parcel waits for a store that the settings called `old`."""
    async with Database.open(f"sqlite:///{folder}/portside.db") as database:
        await database.migrate()
        await DatabaseOutbox(database).put("old", build_shipment(), lease=None)


async def test_a_store_that_the_settings_lost_is_shown_warned_of_once_and_counted(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    await parcel_left_behind(tmp_path)
    with capture_logs() as logs:
        async with open_front(stall, tmp_path) as portside:
            _, shown = await json_of(portside, client, "/status")
            counted = 'portside_deliveries{state="waiting",store="old"} 1.0'
            assert counted in await metrics(portside, client)
    assert [
        (each["store"], each["in_settings"], each["deliveries"]["waiting"]["count"])
        for each in shown["stores"]
    ] == [
        ("north", True, 0),
        ("old", False, 1),
    ]
    (warning,) = [
        line
        for line in logs
        if line["event"] == "Deliveries wait for a store that the settings do not name."
    ]
    assert (warning["log_level"], warning["store"], warning["waiting"]) == ("warning", "old", 1)


def test_the_command_line_marks_a_store_that_the_settings_lost(
    tmp_path: Path, settings: Path
) -> None:
    asyncio.run(parcel_left_behind(tmp_path))
    shown = portside_says("status", "--settings", str(settings))
    assert "not in the settings" in shown
    assert "old: its deliveries are not tried" in shown
    assert "old" not in portside_says("status", "--settings", str(settings), "--store", "north")


def test_a_gap_is_not_dismissed_without_its_store(settings: Path) -> None:
    said = portside_says(
        "status", "--settings", str(settings), "--dismiss-gap", "2026-01-02", status=1
    )
    assert "--dismiss-gap: expected --store NAME with it, found none" in said


def test_before_the_first_start_one_sentence_says_what_is_missing_and_what_to_do(
    tmp_path: Path, settings: Path
) -> None:
    file = tmp_path / "portside.db"
    for missing in (f"there is no database at {file}", f"{file} has no tables of Portside's"):
        (said,) = portside_says("status", "--settings", str(settings), status=1).splitlines()
        assert said.startswith("Error: nothing is recorded yet, because ")
        assert missing in said
        assert "start `portside serve` once" in said
        file.touch()
