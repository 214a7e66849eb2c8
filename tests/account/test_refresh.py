"""Refreshes: a paid order is asked for within a minute and a half, a gap is given again, and nobody
asks twice.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import pytest
from sqlalchemy import update

from connectors.errors import RefusedError, UnavailableError
from connectors.orders import Order, OrderId, OrderStatus
from proxy.account.refresh.request import request_refresh
from proxy.rules.refresh import UNHEEDED
from proxy.simulator.account.traits import Faults, Traits
from proxy.storage.account.refreshes import Refreshes, RefreshReason
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import HintReason
from proxy.storage.names import BooksName
from proxy.storage.tables import hints
from tests.account.stage import Front, open_client, open_front
from tests.builders import build_item, build_order
from tests.databases import copy_migrated

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TICK = timedelta(seconds=15)
HOURLY = Traits(limit=10_000, poll_every=HOUR)


def make_order(number: int, now: datetime, status: OrderStatus = OrderStatus.PAID) -> Order:
    return build_order(
        id=OrderId(f"{number}"),
        number=f"N-{number}",
        status=status,
        modified_at=now,
        placed_at=now,
        items=(build_item(id=f"{number}1", quantity=1),),
    )


def find_imported(front: Front) -> set[str]:
    return {order.order_number for order in front.account.books.orders.values()}


async def test_a_paid_order_is_imported_within_ninety_seconds_and_refreshes_keep_their_pause(
    kept_url: str,
) -> None:
    draw = Random(7)
    arrivals = sorted(draw.uniform(0, 5400) for _ in range(24))
    async with (
        open_front(kept_url, traits=HOURLY) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as one,
        Database.open(kept_url, clock=front.account.clock) as two,
    ):
        replicas = [front.build_refresher(one), front.build_refresher(two)]
        began, waiting, delays = front.account.clock(), dict[str, datetime](), list[float]()
        while front.account.clock() < began + 2 * HOUR:
            now = front.account.clock()
            while arrivals and now >= began + timedelta(seconds=arrivals[0]):
                order = make_order(len(arrivals), now)
                waiting[order.number] = began + timedelta(seconds=arrivals.pop(0))
                await front.hint(order)
            await asyncio.gather(*(each.tell_news(client, front.store) for each in replicas))
            await front.account.advance(TICK)
            for number in find_imported(front) & waiting.keys():
                delays.append((front.account.clock() - waiting.pop(number)).total_seconds())
        assert (len(delays), waiting) == (24, {})
        assert median(delays) <= 90
        refreshes = front.list_refreshes()
        assert len(refreshes) <= 24
        assert all(later - earlier >= 2 * MINUTE for earlier, later in pairwise(refreshes))


@pytest.mark.parametrize(
    "news", ["unpaid", "known", "filtered", "gone", "switched off", "no store id"]
)
async def test_what_shipstation_need_not_hear_at_once_causes_no_refresh(
    kept_url: str, news: str
) -> None:
    choices: dict[str, dict[str, Any]] = {
        "switched off": {"account": {"refresh": {"on_new_orders": False}}},
        "no store id": {"account": {"store_id": None}},
        "filtered": {"filters": {"exclude_tags": ["b2b"]}},
    }
    async with (
        open_front(kept_url, **choices.get(news, {})) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as database,
    ):
        status = OrderStatus.UNPAID if news == "unpaid" else OrderStatus.PAID
        order = make_order(1, front.account.clock(), status)
        await front.hint(order)
        if news == "known":
            await front.account.advance(MINUTE)
            await front.account.import_orders(front.there)
            await front.hint(order)
        if news == "gone":
            front.stall.orders.clear()
        if news == "filtered":
            front.stall.orders = [build_order(**{**_fields(order), "tags": ("b2b",)})]
        refresher = front.build_refresher(database)
        for _ in range(3):
            await refresher.tell_news(client, front.store)
            await front.account.advance(MINUTE)
        assert front.list_refreshes() == []


def _fields(order: Order) -> dict[str, object]:
    return {name: getattr(order, name) for name in ("id", "number", "status", "modified_at")}


async def test_an_order_that_is_paid_later_is_news_then(kept_url: str) -> None:
    async with (
        open_front(kept_url) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as database,
    ):
        refresher = front.build_refresher(database)
        await front.hint(make_order(1, front.account.clock(), OrderStatus.UNPAID))
        await refresher.tell_news(client, front.store)
        await front.account.advance(MINUTE)
        await front.hint(make_order(1, front.account.clock()))
        await refresher.tell_news(client, front.store)
        assert len(front.list_refreshes()) == 1
        await front.account.advance(MINUTE)
        assert find_imported(front) == {"N-1"}


async def test_a_refresh_that_no_poll_follows_is_repeated_with_patience(kept_url: str) -> None:
    async with (
        open_front(kept_url, traits=Traits(limit=10_000, refresh_after=10 * HOUR)) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as database,
    ):
        refresher = front.build_refresher(database)
        await front.hint(make_order(1, front.account.clock()))
        for _ in range(60):
            await refresher.tell_news(client, front.store)
            await front.account.advance(MINUTE)
        refreshes = front.list_refreshes()
        assert [later - earlier for earlier, later in pairwise(refreshes)] == [UNHEEDED] * 3


async def test_a_refresh_that_shipstation_did_not_take_is_asked_for_again_at_once(
    kept_url: str,
) -> None:
    async with (
        open_front(kept_url) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as database,
    ):
        refresher = front.build_refresher(database)
        await front.hint(make_order(1, front.account.clock()))
        front.account.faults = Faults(broken=1.0)
        with pytest.raises(UnavailableError):
            await refresher.tell_news(client, front.store)
        front.account.faults = Faults()
        before = len(front.list_refreshes())
        await refresher.tell_news(client, front.store)
        assert len(front.list_refreshes()) == before + 1


async def test_a_gap_older_than_recovery_is_given_again_by_one_refresh_from_its_start(
    kept_url: str,
) -> None:
    async with (
        open_front(kept_url) as front,
        open_client(front.account, kept_url) as (client, _),
        Database.open(kept_url, clock=front.account.clock) as database,
    ):
        await front.account.import_orders(front.there)
        await front.account.advance(timedelta(days=5))
        front.stall.orders.append(make_order(1, front.account.clock()))
        await front.account.advance(timedelta(days=40))
        await front.account.import_orders(front.there, front.account.clock() - HOUR)
        ledger = front.exporter.ledger
        assert len((await ledger.read_coverage(front.store.books)).gaps) == 1
        assert find_imported(front) == set()
        refresher = front.build_refresher(database)
        for _ in range(5):
            await refresher.heal_gaps(client, front.store)
            await front.account.advance(5 * MINUTE)
        assert find_imported(front) == {"N-1"}
        assert len(front.list_refreshes()) == 1
        for _ in range(2):
            await front.account.import_orders(front.there)
            await front.account.advance(5 * MINUTE)
        assert (await ledger.read_coverage(front.store.books)).gaps == ()


async def test_a_store_that_cannot_be_refreshed_is_told_in_shipstations_words(
    kept_url: str,
) -> None:
    async with (
        open_front(kept_url) as front,
        open_client(front.account, kept_url) as (client, _),
    ):
        manual = front.account.add_store("By hand")
        with pytest.raises(RefusedError, match="This store can not be refreshed"):
            await request_refresh(client, manual.store_id)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_of_many_replicas_one_may_ask(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = copy_migrated(request, kind, tmp_path)
    async with Database.open(url) as one, Database.open(url) as two:
        replicas = [Refreshes(database) for database in (one, two, one, two)]
        claims = [each.claim("north", RefreshReason.NEWS, MINUTE) for each in replicas]
        assert sorted(await asyncio.gather(*claims)) == [False, False, False, True]
        assert not await replicas[0].claim("north", RefreshReason.GAP, MINUTE)
        assert await replicas[0].claim("south", RefreshReason.GAP, MINUTE)
        await replicas[1].take_back("north", RefreshReason.NEWS)
        assert await replicas[0].claim("north", RefreshReason.GAP, MINUTE)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_hints_of_an_older_portside_are_listed_behind_all_others(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    async with Database.open(copy_migrated(request, kind, tmp_path)) as database:
        storage, books = DatabaseExportStorage(database), BooksName("north")
        async with storage.writing(books) as rows:
            await rows.add_hints(["old"], rows.now, HintReason.NEWS)
        async with database.writing() as connection:
            await connection.execute(update(hints).values(said_at=None))
        async with storage.writing(books) as rows:
            await rows.add_hints(["young"], rows.now, HintReason.NEWS)
        async with storage.reading(books) as rows:
            waiting = await rows.list_waiting_hints([HintReason.NEWS], 10)
        assert [hint.order_id for hint in waiting] == ["young", "old"]
