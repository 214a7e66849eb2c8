"""Portside in front of a shop: its real endpoint on a socket, its real deliverer and worker, a real
file, and a clock that is moved by hand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import ClientSession, encode_basic_auth

from connectors.interface import Connector, ConnectorSettings
from connectors.orders import Order, OrderId
from connectors.testing.harness import ShopHarness
from connectors.testing.trial import QUICK
from proxy import app
from proxy.account.worker import AccountWorker
from proxy.delivery.intake import Deliverer
from proxy.delivery.worker import DeliveryWorker
from proxy.export import Exporter
from proxy.live_settings import LiveSettings
from proxy.remarks import RemarkKeeper
from proxy.server.admission.clients import Proxies
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.names import BooksName
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Delivery, DeliveryFilter, DeliveryState
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.storage.shops.remarks import DatabaseRemarks
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics
from proxy.watch import Watch
from tests.builders import build_given
from tests.databases import make_migrated_file
from tests.delivery.conftest import Fast

STORE = "north"
_LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
# After this long nothing waits for an outage or a step of the schedule any more.
_LONG = timedelta(hours=30)


@dataclass(frozen=True)
class Heard:
    """What a client was answered."""

    status: int
    text: str


@dataclass
class Front:
    """One store, open."""

    harness: ShopHarness
    connector: Connector
    kept: DatabaseExportStorage
    deliveries: DatabaseDeliveries
    deliverer: Deliverer
    worker: DeliveryWorker
    clock: Fast
    url: str
    client: ClientSession

    async def tell(self, query: Mapping[str, str], body: str) -> Heard:
        """Send a notice as a shipping client does."""
        async with self.client.post(
            self.url, params=query, data=body.encode(), headers=_LOGIN
        ) as answer:
            return Heard(answer.status, await answer.text())

    async def give(self, order_id: str) -> None:
        """Remember an order as an export does."""
        order = await self.connector.get_order(OrderId(order_id))
        assert isinstance(order, Order)
        async with self.kept.writing(BooksName(STORE)) as rows:
            await rows.put_given([build_given(order)])

    async def list_deliveries(self, *order: str) -> list[Delivery]:
        """All, or those of one order."""
        wanted = DeliveryFilter(order=order[0] if order else None)
        return list(await self.deliveries.find(wanted, limit=10_000))

    async def work(self, waited: timedelta = _LONG) -> None:
        """Let time pass, and do all that is due then."""
        self.clock.forward(waited)
        while await self.worker.look() or self.deliverer.count_running(STORE):
            while self.deliverer.count_running(STORE):
                self.deliverer.wake.clear()
                await self.deliverer.wake.wait()

    async def finish(self) -> None:
        """A person brings back what is dead once, now that the shop is well; all is tried until
        nothing waits.
        """
        await self.deliveries.retry(DeliveryFilter())
        for _ in range(20):
            await self.work()
            rows = await self.list_deliveries()
            if not any(row.state is DeliveryState.WAITING for row in rows):
                return
        waiting = [row.last_error for row in rows if row.state is DeliveryState.WAITING]
        raise AssertionError(f"a shop that is well again does not hear of it: {waiting}")


def make_settings(folder: Path) -> Settings:
    """One store, on free ports and SQLite."""
    store = {
        "credentials": [{"username": "north", "password": "pass-word"}],
        "connector": ConnectorSettings(type="shop"),
    }
    return Settings.model_validate(
        {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": make_migrated_file(folder / "portside.db"),
            "stores": {STORE: store},
        }
    )


@asynccontextmanager
async def open_front(harness: ShopHarness, folder: Path) -> AsyncIterator[Front]:
    """Everything between a shipping client and the shop, as `proxy.app` puts it together, but for
    the clock and for the worker, which looks when it is told to.
    """
    settings, clock, metrics = make_settings(folder), Fast(), Metrics()
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(harness.open_connector(QUICK))
        store = Store(name=STORE, settings=settings.stores[STORE], connector=connector)
        url = settings.database.get_secret_value()
        database = await stack.enter_async_context(Database.open(url, clock=clock))
        await database.migrate()
        kept = DatabaseExportStorage(database)
        exporter = await stack.enter_async_context(
            Exporter(settings.export, kept, [store], metrics=metrics)
        )
        remarks = await stack.enter_async_context(RemarkKeeper(DatabaseRemarks(database)))
        outbox, deliveries = DatabaseOutbox(database), DatabaseDeliveries(database)
        deliverer = Deliverer(outbox, settings.delivery, metrics, exporter.note_delivered)
        deliverer.attempts.clock = clock.steady
        stack.push_async_callback(deliverer.close)
        worker = DeliveryWorker(
            outbox,
            deliveries,
            deliverer,
            stores={STORE: store},
            settings=settings.delivery,
        )
        shared = app._Shared(
            stores={STORE: store},
            metrics=metrics,
            database=database,
            stopping=lambda: False,
            exporter=exporter,
            deliverer=deliverer,
            accounts=AccountWorker([]),
            remarks=remarks,
            watch=await stack.enter_async_context(Watch(database)),
            proxies=Proxies(settings.trusted_proxies),
            kinds={},
            settings=LiveSettings(settings),
        )
        _, public = await stack.enter_async_context(app._listening_sides(settings, shared))
        yield Front(
            harness=harness,
            connector=connector,
            kept=kept,
            deliveries=deliveries,
            deliverer=deliverer,
            worker=worker,
            clock=clock,
            url=f"http://{public}/stores/{STORE}",
            client=await stack.enter_async_context(ClientSession()),
        )
