"""A client of ShipStation's API against the fake account, in the account's simulated time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.interface import Remark, ignore_remark
from connectors.orders import Order
from connectors.testing.clock import Clock
from proxy.account.client import AccountClient
from proxy.account.refresh.refresher import Refresher
from proxy.delivery.intake import Deliverer
from proxy.delivery.worker import DeliveryWorker
from proxy.doors.custom_store.requests import parse_export, parse_notify
from proxy.export import Exporter
from proxy.export.hints.news import PaidNews
from proxy.export.ledger import Ledger
from proxy.settings.account import AccountSettings
from proxy.settings.models import DeliverySettings, ExportSettings
from proxy.settings.store import StoreSettings
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.stores import Store as AccountStore
from proxy.simulator.account.traits import Traits
from proxy.storage.account.refreshes import Refreshes
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics
from tests.delivery.conftest import Process
from tests.delivery.plays import drain
from tests.server.stall import Stall
from tests.simulator.account.stage import NOW, ROOMY
from tests.simulator.store import LOGIN


class Waits:
    """Sleeps by moving the account's clock on, and remembers for how long."""

    def __init__(self, account: FakeAccount) -> None:
        self._account = account
        self.seconds = list[float]()

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self._account.advance(timedelta(seconds=seconds))


def build_settings(account: FakeAccount, **changes: object) -> AccountSettings:
    """The account's address, key and secret, and 20 requests a minute."""
    given = {"api_key": account.key, "api_secret": account.secret, "url": account.url, **changes}
    return AccountSettings.model_validate(given)


@asynccontextmanager
async def open_client(
    account: FakeAccount, url: str, **changes: object
) -> AsyncIterator[tuple[AccountClient, Waits]]:
    """A client whose budget stands in the database at `url`, and how it waits."""
    waits, settings = Waits(account), build_settings(account, **changes)
    async with (
        Database.open(url, clock=account.clock) as database,
        AccountClient.open(settings, database, sleep=waits) as client,
    ):
        yield client, waits


def build_store(
    fake: FakeAccount,
    store_id: int,
    stall: Stall | None = None,
    *,
    name: str = "north",
    remark: Callable[[Remark], None] = ignore_remark,
    **settings: Any,
) -> Store:
    """The store `name` of Portside, whose shop is `stall`, and which is `store_id` there; of the
    `settings`, `account` is merged.
    """
    own = {
        "api_key": fake.key,
        "api_secret": fake.secret,
        "url": fake.url,
        "store_id": store_id,
    }
    given = {
        "credentials": {"username": "north", "password": "pass-word"},
        "connector": {"type": "stall"},
        **settings,
        "account": own | settings.get("account", {}),
    }
    return Store(
        name=name,
        settings=StoreSettings.model_validate(given),
        connector=stall or Stall(),
        remark=remark,
    )


class Front:
    """Portside's books, outbox and door of the store `north`, in the account's time.

    `polls` is when the account asked for a first page.
    """

    def __init__(self, account: FakeAccount, stall: Stall, database: Database) -> None:
        self.account = account
        self.stall = stall
        self._database = database
        self.storage = DatabaseExportStorage(database)
        self.exporter = Exporter(ExportSettings(), self.storage)
        self.polls = list[datetime]()
        self.store = build_store(account, 1, stall)
        self.there: AccountStore
        self.process = self.build_process()

    async def answer(self, request: web.Request) -> web.Response:
        """A page of orders, as the endpoint gives it."""
        wanted = parse_export(request.query)
        if wanted.page == 1:
            self.polls.append(self.account.clock())
        page = await self.exporter.page(self.store, wanted)
        await self.exporter.mark_sent(page)
        return web.Response(body=page.body, content_type="application/xml")

    async def take(self, request: web.Request) -> web.Response:
        """A notice, as the endpoint takes it."""
        shipment = parse_notify(request.query, await request.read())
        await self.process.deliverer.accept(self.store, shipment)
        return web.Response()

    async def deliver(self) -> None:
        """Tell the shop of all that is due."""
        await drain(self.process)

    def build_process(self) -> Process:
        """A process's share of the outbox."""
        outbox, deliveries = DatabaseOutbox(self._database), DatabaseDeliveries(self._database)
        settings, metrics = DeliverySettings(), Metrics()
        deliverer = Deliverer(outbox, settings, metrics)
        stores = {self.store.name: self.store}
        worker = DeliveryWorker(outbox, deliveries, deliverer, stores=stores, settings=settings)
        return Process(store=self.store, deliverer=deliverer, worker=worker, metrics=metrics)

    async def hint(self, order: Order) -> None:
        """Put an order into the shop and say that it changed."""
        self.stall.orders = [each for each in self.stall.orders if each.id != order.id]
        self.stall.orders.append(order)
        await self.exporter.ledger.add_hint(self.store.books, order.id)

    def build_refresher(self, database: Database) -> Refresher:
        """A replica's refresher."""
        storage = DatabaseExportStorage(database)
        return Refresher(Refreshes(database), storage, PaidNews(Ledger(storage)).has_any)

    def list_refreshes(self) -> list[datetime]:
        """When the account was asked to refresh."""
        return [call.at for call in self.account.calls if call.path == "/stores/refreshstore"]


@asynccontextmanager
async def open_front(
    url: str, *, traits: Traits = ROOMY, now: datetime = NOW, **settings: Any
) -> AsyncIterator[Front]:
    """An account connected to Portside with the database at `url`; the first import is done."""
    async with (
        FakeAccount(Clock(now), traits=traits) as account,
        Database.open(url, clock=account.clock) as database,
    ):
        front = Front(account, Stall(), database)
        app = web.Application()
        app.router.add_get("/stores/north", front.answer)
        app.router.add_post("/stores/north", front.take)
        async with front.exporter, TestServer(app) as server:
            address = str(server.make_url("/stores/north"))
            front.there = await account.connect_store("North", address, LOGIN, patience=20)
            front.store = build_store(account, front.there.store_id, front.stall, **settings)
            front.process = front.build_process()
            await account.import_orders(front.there)
            yield front
            await front.process.deliverer.close()
