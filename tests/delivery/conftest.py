"""A shop, an outbox in a real file and a deliverer in front of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.shipments import Shipment
from proxy.delivery.intake import Deliverer
from proxy.delivery.worker import DeliveryWorker
from proxy.settings.models import (
    CredentialSettings,
    DeliverySettings,
    StoreSettings,
    UpstreamSettings,
)
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Delivery, DeliveryFilter
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store, open_store
from proxy.telemetry.metrics import Metrics
from tests.databases import copy_migrated
from tests.delivery.shelf import ShelfSettings, ShelfShop, open_shop, shelf
from tests.log_scan import commands, log

__all__ = ["commands", "log"]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Look, again and again, until it is so; the test's time limit is the end of patience."""
    while True:
        if await condition():
            return
        await asyncio.sleep(0.01)


@dataclass
class Fast:
    """The real time, moved forward by hand: hours of waiting pass at once."""

    moved: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def steady(self) -> float:
        return self().timestamp()

    def forward(self, span: timedelta) -> None:
        self.moved += span


@dataclass
class Process:
    """One Portside process' part in delivering, without its HTTP side."""

    store: Store
    deliverer: Deliverer
    worker: DeliveryWorker
    metrics: Metrics


@dataclass
class World:
    """A shop, what is kept, and the means to start processes; `delivered` is what those told the
    export of.
    """

    shop: ShelfShop
    database: Database
    outbox: DatabaseOutbox
    deliveries: DatabaseDeliveries
    clock: Fast
    stack: AsyncExitStack
    delivered: list[Shipment] = field(default_factory=list)

    async def process(
        self,
        *,
        notify_customer: Any = "as_told",
        name: str = "north",
        url: str = "",
        **delivery: Any,
    ) -> Process:
        settings = DeliverySettings(**delivery)
        store_settings = StoreSettings(
            credentials=(CredentialSettings(username="u", password="p"),),
            connector=ShelfSettings(type="shelf", url=url or self.shop.url),
            notify_customer=notify_customer,
            upstream=UpstreamSettings(rate=2000.0),
        )
        store = await self.stack.enter_async_context(open_store(name, store_settings, shelf))
        metrics = Metrics()
        deliverer = Deliverer(
            self.outbox, settings, metrics, lambda _, shipment: self.delivered.append(shipment)
        )
        deliverer.attempts.clock = self.clock.steady
        worker = DeliveryWorker(
            self.outbox,
            self.deliveries,
            deliverer,
            stores={name: store},
            settings=settings,
        )
        self.stack.push_async_callback(deliverer.close)
        return Process(store=store, deliverer=deliverer, worker=worker, metrics=metrics)

    async def only(self) -> Delivery:
        """The one delivery there is."""
        (delivery,) = await self.deliveries.find(DeliveryFilter())
        return delivery


@pytest.fixture
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    clock = Fast()
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(open_shop())
        database = await stack.enter_async_context(
            Database.open(copy_migrated(request, "sqlite", tmp_path), clock=clock)
        )
        yield World(
            shop=shop,
            database=database,
            outbox=DatabaseOutbox(database),
            deliveries=DatabaseDeliveries(database),
            clock=clock,
            stack=stack,
        )


@pytest.fixture
def parcel() -> Callable[..., Shipment]:
    def make(order: str = "1001", number: str = "1Z1", **more: Any) -> Shipment:
        return Shipment(order_number=order, tracking_number=number, carrier="UPS", **more)

    return make
