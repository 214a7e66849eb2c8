"""What an operator reads in the log: a sentence for each poll and each notice, at which level."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import yaml
from aiohttp import ClientSession

from connectors.errors import RefusedError, UnavailableError
from connectors.orders import OrderId
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import open_portside
from proxy.cli.kinds import find_kind
from proxy.delivery.log_lines import tell_attempt
from proxy.doors.custom_store.dates import format_date
from proxy.rules.retry_schedule import Decision
from proxy.settings.loader import load_settings
from proxy.storage.outbox.interface import Attempt, AttemptOutcome, Delivery, DeliveryState
from tests.builders import build_order, build_shipment
from tests.databases import make_migrated_file
from tests.log_scan import capturing_log
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

NOTICE = {"action": "shipnotify", "order_number": "A-1001", "carrier": "USPS", "service": ""}


@pytest.fixture
def terminal() -> Iterator[io.StringIO]:
    with capturing_log("console", "info") as stream:
        yield stream


def read_sentences(terminal: io.StringIO) -> list[str]:
    """Each line without its time and level, and without the seconds at its end."""
    told = [line.split("] ", 1)[1].strip() for line in terminal.getvalue().splitlines()]
    return [line.rsplit(", ", 1)[0] if line.endswith(" s") else line for line in told]


async def test_a_poll_and_a_notice_are_one_sentence_each(
    stall: Stall, tmp_path: Path, client: ClientSession, terminal: io.StringIO
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 200
        query = {**NOTICE, "tracking_number": "9400"}
        async with client.post(url, params=query, headers=LOGIN) as answer:
            assert answer.status == 200
    assert read_sentences(terminal) == [
        "north: gave ShipStation 1 order on 1 page",
        "north: told the shop that order A-1001 was shipped",
    ]


async def test_what_failed_is_one_sentence_with_the_reason_and_what_comes_next(
    tmp_path: Path, client: ClientSession, terminal: io.StringIO
) -> None:
    stall = Stall([build_order()])
    stall.error = UnavailableError("the shop did not answer")
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 503
        stall.error = RefusedError("the shop refused the shipment.")
        query = {**NOTICE, "tracking_number": "9401"}
        async with client.post(url, params=query, headers=LOGIN) as answer:
            assert answer.status == 422
    poll, notice = read_sentences(terminal)
    assert ".;" not in terminal.getvalue()
    assert poll.startswith("north: the poll was answered 503: the shop did not answer")
    assert notice == (
        "north: could not tell the shop that order A-1001 was shipped: the shop refused the"
        " shipment; a person must look: `portside deliveries show 1`"
    )


async def test_a_normal_shops_first_poll_and_shipment_are_two_lines_and_no_warning(
    tmp_path: Path, client: ClientSession, terminal: io.StringIO
) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.stock(count=3)
        number = next(iter(shop.book)).number
        access = {"consumer_key": shop.access.key, "consumer_secret": shop.access.secret}
        settings = {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": make_migrated_file(tmp_path / "portside.db"),
            "stores": {
                "north": {
                    "credentials": {"username": "north", "password": "pass-word"},
                    "connector": {"type": "woocommerce", "url": shop.url, **access},
                }
            },
        }
        file = tmp_path / "settings.yaml"
        file.write_text(yaml.safe_dump(settings))
        loaded = load_settings(file, find_type=find_kind)
        async with open_portside(loaded, find_kind) as portside:
            url = f"http://{portside.public}/stores/north"
            end = shop.clock() + timedelta(days=1)
            window = WINDOW | {
                "start_date": format_date(end - timedelta(days=9)),
                "end_date": format_date(end),
            }
            async with client.get(url, params=window, headers=LOGIN) as answer:
                assert answer.status == 200
            notice = {**NOTICE, "order_number": number, "tracking_number": "9402"}
            async with client.post(url, params=notice, headers=LOGIN) as answer:
                assert answer.status == 200
    assert "warn" not in terminal.getvalue()
    assert read_sentences(terminal) == [
        "north: gave ShipStation 2 orders on 1 page, 1 held back",
        f"north: told the shop that order {number} was shipped",
    ]


def test_a_notice_that_must_wait_is_one_line_however_often_it_is_tried(
    terminal: io.StringIO,
) -> None:
    down, later = UnavailableError("the shop did not answer"), datetime(2026, 3, 25, 2, tzinfo=UTC)
    attempt = Attempt(
        at=later, outcome=AttemptOutcome.RETRY, seconds=1.0, message="down", worker="here"
    )
    waiting, again = build_delivery(), build_delivery(last_error="down")
    for delivery in (waiting, again, again):
        tell_attempt(delivery, attempt, down, Decision(next_at=later, counted=False))
    tell_attempt(again, attempt, down, Decision(next_at=None))
    tell_attempt(again, attempt, None, None)
    first, dead, told = read_sentences(terminal)
    assert first.endswith("the shop did not answer; next try at 02:00:00 UTC")
    assert dead.endswith("a person must look: `portside deliveries show 1`")
    assert told == "north: told the shop that order A-1001 was shipped"


def build_delivery(last_error: str = "") -> Delivery:
    moment = datetime(2026, 3, 25, 1, tzinfo=UTC)
    return Delivery(
        id=1,
        store="north",
        shipment=build_shipment(),
        state=DeliveryState.WAITING,
        attempts=0,
        next_attempt_at=None,
        lease=None,
        lease_until=None,
        last_error=last_error,
        created_at=moment,
        queued_at=moment,
    )


@pytest.fixture
def all_levels() -> Iterator[io.StringIO]:
    """All of it, as JSON."""
    with capturing_log("json", "debug") as stream:
        yield stream


def count_levels(all_levels: io.StringIO) -> Counter[tuple[str, str]]:
    """How often each event stands there, by level; without debug."""
    lines = [json.loads(line) for line in all_levels.getvalue().splitlines()]
    return Counter((line["level"], line["event"]) for line in lines if line["level"] != "debug")


async def test_probes_and_looks_of_the_operators_stand_at_debug(
    stall: Stall, tmp_path: Path, client: ClientSession, all_levels: io.StringIO
) -> None:
    async with open_front(stall, tmp_path) as portside:
        for path in ("healthz", "readyz", "metrics", "status", "held", "deliveries", "", "ui/live"):
            async with client.get(f"http://{portside.admin}/{path}") as answer:
                assert answer.status == 200
        async with client.head(f"http://{portside.public}/stores/north", headers=LOGIN) as answer:
            assert answer.status == 200
    assert count_levels(all_levels) == {}
    assert '"event": "Answered."' in all_levels.getvalue()


async def test_a_walk_of_many_pages_and_a_repeated_notice_are_one_line_each(
    tmp_path: Path, client: ClientSession, all_levels: io.StringIO
) -> None:
    order = build_order()
    orders = [
        msgspec.structs.replace(order, id=OrderId(str(number)), number=f"A-{number}")
        for number in range(1001, 1004)
    ]
    async with open_front(Stall(orders), tmp_path, export={"page_size": 1}) as portside:
        url = f"http://{portside.public}/stores/north"
        for page in ("1", "2", "3"):
            async with client.get(url, params=WINDOW | {"page": page}, headers=LOGIN) as answer:
                assert answer.status == 200
                await answer.read()
        for _ in range(3):
            params = NOTICE | {"tracking_number": "9400"}
            async with client.post(url, params=params, headers=LOGIN) as answer:
                assert answer.status == 200
    assert count_levels(all_levels) == {("info", "Poll answered."): 1, ("info", "Shop told."): 1}


async def test_what_a_person_may_have_to_see_to_is_a_warning_and_its_parts_stand_at_debug(
    tmp_path: Path, client: ClientSession, all_levels: io.StringIO
) -> None:
    stall = Stall([build_order()])
    stall.error = UnavailableError("the shop did not answer")
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 503
        params = NOTICE | {"tracking_number": "9400"}
        async with client.post(url, params=params, headers=LOGIN) as answer:
            assert answer.status == 200
    assert count_levels(all_levels) == {
        ("warning", "Refused."): 1,
        ("warning", "Shop not told."): 1,
    }
