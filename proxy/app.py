"""The composition root: settings in, a running Portside out. Only it imports all the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from aiohttp import web

from connectors.interface import ConnectorType
from connectors.reading.countries import load_names
from connectors.reading.regions import load_regions
from proxy import __version__
from proxy.dashboard.pages import add_dashboard
from proxy.delivery.intake import Deliverer
from proxy.delivery.worker import DeliveryWorker
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from proxy.export import Exporter
from proxy.export.polls import PollKeeper
from proxy.live_settings import LiveSettings
from proxy.live_stores import LiveStores
from proxy.operator.account_jobs import AccountWork
from proxy.operator.alerts import Alerter
from proxy.operator.gauges import GaugeKeeper
from proxy.operator.reload import Reloader
from proxy.remarks import RemarkKeeper
from proxy.server.admin import add_admin, guard_browsers, refuse_nul, require_password
from proxy.server.admission.clients import Proxies
from proxy.server.admission.connections import ConnectionLimits, Connections
from proxy.server.admission.descriptors import count_descriptors
from proxy.server.admission.failed_logins import FailedLogins
from proxy.server.admission.limits import ADMIN, PER_ADDRESS, count_public
from proxy.server.change_tokens import add_change_tokens, guard_changes
from proxy.server.deliveries import add_deliveries
from proxy.server.endpoint import add_endpoint
from proxy.server.keys import (
    ACCOUNTS,
    DATABASE,
    DELIVERER,
    EXPORTER,
    FAILED_LOGINS,
    LOG_PACE,
    METRICS,
    POLLS,
    PROXIES,
    REMARKS,
    SETTINGS,
    STOPPING,
    STORES,
    WATCH,
    AccountWaker,
)
from proxy.server.listener import listening
from proxy.server.middlewares import errors_as_xml, observe, set_headers
from proxy.server.orders import add_orders
from proxy.server.readiness import add_readiness
from proxy.server.standing import add_standing
from proxy.server.webhooks.account import add_account_webhooks
from proxy.server.webhooks.shop import add_webhooks
from proxy.services import serve_connector
from proxy.settings.loader import TypeFinder
from proxy.settings.models import AdminSettings, Settings
from proxy.settings.values import ListenAddress
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.polls import PollHistory
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.storage.shops.remarks import DatabaseRemarks
from proxy.stores import Store
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.metrics import Metrics
from proxy.telemetry.tracing import open_tracing
from proxy.watch import Watch


class Portside(msgspec.Struct, frozen=True, kw_only=True):
    """A running Portside: where ShipStation's side and the operator's side really listen."""

    public: ListenAddress
    admin: ListenAddress
    metrics: Metrics
    exporter: Exporter
    gauges: GaugeKeeper
    accounts: AccountWork
    reloader: Reloader


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers of both sides share."""

    stores: Mapping[str, Store]
    metrics: Metrics
    database: Database
    stopping: Callable[[], bool]
    exporter: Exporter
    deliverer: Deliverer
    accounts: AccountWaker
    remarks: RemarkKeeper
    watch: Watch
    proxies: Proxies
    kinds: Mapping[str, ConnectorType]
    settings: LiveSettings

    def put_into(self, app: web.Application) -> None:
        """Lay it where the handlers of `app` look for it."""
        app[STORES], app[METRICS], app[DATABASE] = self.stores, self.metrics, self.database
        app[STOPPING], app[EXPORTER], app[DELIVERER] = self.stopping, self.exporter, self.deliverer
        app[ACCOUNTS], app[SETTINGS] = self.accounts, self.settings
        app[REMARKS], app[PROXIES] = self.remarks, self.proxies
        app[WATCH], app[POLLS] = self.watch, PollKeeper(PollHistory(self.database))
        app[FAILED_LOGINS], app[LOG_PACE] = FailedLogins(), LogPace()


def _load_places() -> None:
    load_names()
    load_regions()


@asynccontextmanager
async def open_portside(
    settings: Settings, find_kind: TypeFinder, *, stopping: Callable[[], bool] = lambda: False
) -> AsyncIterator[Portside]:
    """Start everything; leaving the context stops it in reverse: no new requests, running ones end,
    leases go back, connections close.

    Raises `StorageError`, `ListenError` where an address cannot be listened on, and `TracingError`.
    """
    metrics, live = Metrics(__version__), LiveSettings(settings)
    kinds = {name: find_kind(name) for name in live.list_kinds()}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(open_tracing(settings.tracing.endpoint, __version__))
        # In a thread, and before the first order needs them: it would hold up every other request.
        stack.callback(asyncio.create_task(asyncio.to_thread(_load_places)).cancel)
        database = await stack.enter_async_context(
            Database.open(settings.database.get_secret_value())
        )
        await database.migrate()
        remarks = await stack.enter_async_context(RemarkKeeper(DatabaseRemarks(database)))
        watch = await stack.enter_async_context(Watch(database))
        opening = LiveStores.open(
            settings.stores,
            kinds,
            lambda name: serve_connector(name, metrics, database, remarks, watch),
        )
        stores = await stack.enter_async_context(opening)
        exporter = await stack.enter_async_context(
            Exporter(
                settings.export, DatabaseExportStorage(database), stores.values(), metrics=metrics
            )
        )
        delivering = _delivering(database, settings, metrics, stores, exporter)
        deliverer = await stack.enter_async_context(delivering)
        working = AccountWork.open(database, stores, exporter.ledger, settings.delivery)
        accounts = await stack.enter_async_context(working)
        shared = _Shared(
            stores=stores,
            metrics=metrics,
            database=database,
            stopping=stopping,
            exporter=exporter,
            deliverer=deliverer,
            accounts=accounts,
            remarks=remarks,
            watch=watch,
            proxies=Proxies(settings.trusted_proxies),
            kinds=kinds,
            settings=live,
        )
        gauges = await stack.enter_async_context(_watching(database, metrics, live, stores))
        admin, public = await stack.enter_async_context(_listening_sides(settings, shared))
        yield Portside(
            public=public,
            admin=admin,
            metrics=metrics,
            exporter=exporter,
            gauges=gauges,
            accounts=accounts,
            reloader=Reloader(live, find_kind, kinds, stores, exporter, accounts, gauges),
        )


@asynccontextmanager
async def _watching(
    database: Database, metrics: Metrics, settings: LiveSettings, stores: LiveStores
) -> AsyncIterator[GaugeKeeper]:
    """Set the gauges and tell people of alarms while the block lasts."""
    gauges = GaugeKeeper(database, metrics, settings, stores)
    alerter = Alerter(database, lambda: settings.now.alerts, stores)
    async with gauges.running(), alerter.running():
        yield gauges


@asynccontextmanager
async def _delivering(
    database: Database,
    settings: Settings,
    metrics: Metrics,
    stores: Mapping[str, Store],
    exporter: Exporter,
) -> AsyncIterator[Deliverer]:
    """Carry what waits to the shops while the block lasts."""
    outbox, deliveries = DatabaseOutbox(database), DatabaseDeliveries(database)
    deliverer = Deliverer(outbox, settings.delivery, metrics, exporter.note_delivered)
    worker = DeliveryWorker(
        outbox, deliveries, deliverer, stores=stores, settings=settings.delivery
    )
    async with worker.running(stop_within=settings.stop_within.total_seconds()):
        yield deliverer


@asynccontextmanager
async def _listening_sides(
    settings: Settings, shared: _Shared
) -> AsyncIterator[tuple[ListenAddress, ListenAddress]]:
    """Listen on the operator's side, then on ShipStation's; leaving it closes both in reverse."""
    within = settings.stop_within.total_seconds()
    to_shops = sum(store.upstream.concurrency for store in settings.stores.values())
    public_limits = ConnectionLimits(
        in_all=count_public(count_descriptors(), to_shops),
        per_address=PER_ADDRESS,
        proxies=shared.proxies,
    )
    admin_limits = ConnectionLimits(in_all=ADMIN, per_address=ADMIN)
    operators = _make_operators_side(shared)
    async with (
        listening(
            operators,
            settings.admin.listen,
            Connections("admin", admin_limits, shared.metrics),
            stop_within=within,
        ) as admin,
        listening(
            _make_shipstations_side(shared),
            settings.listen,
            Connections("public", public_limits, shared.metrics),
            stop_within=within,
        ) as public,
    ):
        yield admin, public


def _make_operators_side(shared: _Shared) -> web.Application:
    """What the operator asks: health, numbers, deliveries, how the stores stand."""

    def admin() -> AdminSettings:
        return shared.settings.now.admin

    def password() -> str:
        return admin().password.get_secret_value()

    app = web.Application(
        middlewares=[
            guard_browsers(admin),
            require_password(admin),
            refuse_nul(),
            guard_changes(),
        ]
    )
    shared.put_into(app)
    app.on_response_prepare.append(set_headers)
    add_operators_routes(app, password)
    add_dashboard(app, shared.kinds)
    return app


def add_operators_routes(app: web.Application, password: Callable[[], str]) -> None:
    """What programs ask on the operator's side: `docs/openapi.yaml` describes it."""
    add_admin(app)
    add_change_tokens(app, password)
    add_readiness(app)
    add_standing(app)
    add_deliveries(app)
    add_orders(app)


def _make_shipstations_side(shared: _Shared) -> web.Application:
    """What ShipStation asks, and the webhooks of the shops and of ShipStation."""
    app = web.Application(middlewares=[observe, errors_as_xml], client_max_size=MAX_BODY)
    shared.put_into(app)
    app.on_response_prepare.append(set_headers)
    add_endpoint(app)
    add_webhooks(app)
    add_account_webhooks(app)
    return app
