"""Audits on a timer: when, what becomes of the findings, and who is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.interface import Remark
from connectors.orders import Order, OrderStatus
from proxy.account.client import AccountClient
from proxy.export.ledger import Ledger
from proxy.operator.audit.timer import AuditTimer
from proxy.storage.account.audits import AuditResult, Audits
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from tests.account.stage import Front, open_client, open_front
from tests.account.test_refresh import make_order
from tests.databases import copy_migrated

HOUR = timedelta(hours=1)


@pytest.fixture
def kept_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return copy_migrated(request, "sqlite", tmp_path)


class Bench:
    """A store with orders in ShipStation, and a replica that audits it."""

    def __init__(self, front: Front, client: AccountClient, database: Database) -> None:
        self.front = front
        self.remarks = dict[str, str]()
        self._client = client
        self._audits = Audits(database)
        self._timer = AuditTimer(database, Ledger(DatabaseExportStorage(database)))
        front.store = msgspec.structs.replace(front.store, remark=self._note)

    def _note(self, remark: Remark) -> None:
        self.remarks[remark.about] = remark.text

    async def give(self, *orders: Order) -> None:
        """Put orders into the shop, and let ShipStation import them."""
        for order in orders:
            await self.front.hint(order)
        await self.front.account.import_orders(self.front.there)

    async def look(self) -> int:
        """What the job does each time. Returns how many requests ShipStation was asked."""
        asked = len(self.front.account.calls)
        await self._timer.audit_due(self._client, self.front.store)
        return len(self.front.account.calls) - asked

    async def read(self) -> AuditResult | None:
        return (await self._audits.read("north"))[0]

    def cancel_late(self, order: Order) -> None:
        """Cancelled in the shop at the order's date, which lists it only now."""
        orders = [each for each in self.front.stall.orders if each.id != order.id]
        cancelled = msgspec.structs.replace(order, status=OrderStatus.CANCELLED)
        self.front.stall.orders = [*orders, cancelled]

    def list_remarks(self) -> dict[str, str]:
        return {about: text for about, text in self.remarks.items() if text}


@asynccontextmanager
async def open_bench(url: str, **audit: object) -> AsyncIterator[Bench]:
    settings: dict[str, Any] = {"account": {"audit": audit}}
    async with (
        open_front(url, **settings) as front,
        open_client(front.account, url) as (client, _),
        Database.open(url, clock=front.account.clock) as database,
    ):
        yield Bench(front, client, database)


async def test_what_shipstation_lacks_is_told_in_numbers_given_again_and_found_mended(
    kept_url: str,
) -> None:
    async with open_bench(kept_url) as bench:
        now = bench.front.account.clock()
        await bench.give(make_order(1, now), make_order(2, now))
        await bench.front.account.advance(4 * HOUR)
        await bench.give()
        bench.cancel_late(make_order(2, now + HOUR))
        assert await bench.look() > 0
        found = await bench.read()
        assert found is not None
        assert (found.compared, found.faulty) == (2, {"cancelled_here_open_there": 1})
        ((about, text),) = bench.list_remarks().items()
        assert about == "audit cancelled_here_open_there"
        assert "1 order is cancelled_here_open_there; `portside audit --store north" in text
        assert "N-2" not in text

        assert await bench.look() == 0, "it is not due again"
        await bench.give()
        assert bench.front.account.find_order("N-2").order_status == "cancelled"
        await bench.front.account.advance(24 * HOUR)
        assert await bench.look() > 0
        mended = await bench.read()
        assert mended is not None
        assert mended.faulty == {}
        assert bench.list_remarks() == {}


@pytest.mark.parametrize(("stuck", "faulty"), [("2h", {"stuck": 1}), ("4d", {})])
async def test_the_timer_waits_for_a_parcel_as_long_as_the_settings_say(
    kept_url: str, stuck: str, faulty: dict[str, int]
) -> None:
    async with open_bench(kept_url, stuck=stuck) as bench:
        await bench.give(make_order(1, bench.front.account.clock()))
        await bench.front.account.advance(4 * HOUR)
        await bench.look()
        result = await bench.read()
        assert result is not None
        assert result.faulty == faulty


async def test_never_is_never_and_takes_back_what_was_found(kept_url: str) -> None:
    async with open_bench(kept_url, every="never") as bench:
        now = bench.front.account.clock()
        await bench.give(make_order(1, now))
        await bench.front.account.advance(2 * HOUR)
        async with Database.open(kept_url, clock=bench.front.account.clock) as database:
            await Audits(database).keep("north", now, 1, {"stuck": 1}, 72 * HOUR)
        bench.remarks["audit stuck"] = "audit: 1 order is stuck"
        assert await bench.look() == 0
        assert await bench.read() is None
        assert bench.list_remarks() == {}


async def test_orders_from_before_the_store_was_connected_are_not_imported_by_the_timer(
    kept_url: str,
) -> None:
    async with open_bench(kept_url) as bench:
        now = bench.front.account.clock()
        bench.front.stall.orders.append(make_order(9, now - timedelta(days=5)))
        await bench.give(make_order(1, now))
        await bench.front.account.advance(2 * HOUR)
        async with bench.front.storage.reading(bench.front.store.books) as rows:
            coverage = await rows.coverage()
        assert coverage is not None
        assert coverage.since > now - timedelta(days=5)
        assert await bench.look() > 0
        found = await bench.read()
        assert found is not None
        assert (found.since, found.compared, found.faulty) == (coverage.since, 1, {})


async def test_what_was_found_says_nothing_any_more_when_audits_stop(migrated_url: str) -> None:
    async with open_bench(migrated_url) as bench:
        await bench.give(make_order(1, bench.front.account.clock()))
        assert await bench.look() > 0
        await bench.front.account.advance(72 * HOUR - timedelta(seconds=1))
        assert await bench.read() is not None
        await bench.front.account.advance(HOUR)
        assert await bench.read() is None
