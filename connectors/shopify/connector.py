"""A Shopify shop as a `Connector`: which calls, in what sequence. No field names in here."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import structlog

from connectors.errors import ConnectorError, OrderNotFoundError, SharedNumberError
from connectors.fieldmap.excerpts import ExcerptReader
from connectors.habit_memory import HabitMemory
from connectors.interface import (
    CheckReport,
    ConnectorContext,
    ConnectorType,
    Remark,
    ShipOutcome,
    leave_out_idle,
)
from connectors.orders import Order, OrderId, RejectedOrder, Window
from connectors.shipments import Shipment
from connectors.shopify.api.auth import WALL_DAYS, find_missing, make_auth
from connectors.shopify.api.graphql import GraphqlTransport
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.rest import RestTransport
from connectors.shopify.api.transport import Span, Transport
from connectors.shopify.api.version import VersionWatch
from connectors.shopify.check import check_shop, read_scopes
from connectors.shopify.listing.habits import ListHabits
from connectors.shopify.listing.surroundings import Around, FirstLook, Surroundings
from connectors.shopify.listing.walk import Walk, count_sizes
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import read_order, reject_order
from connectors.shopify.mapping.statuses import OVER, Held, read_held, read_state
from connectors.shopify.mapping.whole import estimate_size, list_parts
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.shipping.shipper import Shipper
from connectors.shopify.shipping.withdrawal import withdraw_number
from connectors.shopify.webhooks import ShopifyWebhooks, check_webhooks
from connectors.turns import map_in_turns
from connectors.upstream.client import Upstream
from connectors.upstream.isolation import Isolation

# So many orders have what belongs to them looked up together: as many as one query may ask for,
# about how they travel or about a product of each.
_BATCH = 76
_PLACE = re.compile(r"\[\d+\]")
_log = structlog.get_logger("portside.shopify")


class ShopifyConnector:
    """One shop; see `connectors.interface.Connector` for what each call promises."""

    def __init__(
        self, upstream: Upstream, settings: ShopifySettings, context: ConnectorContext
    ) -> None:
        client = GraphqlClient(upstream, settings.api_version)
        self._upstream = upstream
        self._settings = settings
        self._rules = settings.rules
        self._context = context
        self._excerpts = None if context.filler is None else ExcerptReader(context.filler)
        self._isolation = Isolation()
        self._habits = ListHabits()
        self._habit_memory = HabitMemory(context.memory, (self._habits, ListHabits.LEARNED))
        self._graphql = GraphqlTransport(client, settings.money, self._isolation, context.remark)
        self._rest = RestTransport(
            upstream, settings.api_version, self._graphql, context.remark, context.filler
        )
        self._transport: Transport = (
            self._graphql if settings.transport == "graphql" else self._rest
        )
        self._asked_for_rest = settings.transport != "auto"
        self._knows_wall = False
        self._remark_list = leave_out_idle(context.remark)
        self._surroundings = Surroundings(client, settings, self._isolation, context)
        self.webhooks = ShopifyWebhooks(upstream, settings)

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """By time of change. Shopify's times are whole seconds, so it is asked for a second more
        and the bounds are judged here.
        """
        await self._warn_of_wall(window)
        walk = self._walk_span(_build_span(window))
        async with self._habit_memory.keep(), aclosing(walk) as orders:
            async for order in orders:
                moment = order.modified_at
                if moment is None or window.contains(moment):
                    yield order

    async def _warn_of_wall(self, window: Window) -> None:
        """Warn where a window begins before the days of which Shopify shows orders; it is read
        nevertheless.
        """
        if self._knows_wall or datetime.now(UTC) - window.start < timedelta(days=WALL_DAYS):
            return
        try:
            scopes = await read_scopes(self._upstream)
        except ConnectorError:
            # The walk will meet the same error and raise it.
            return
        self._knows_wall = True
        if "read_all_orders" not in scopes:
            _log.warning(
                "Shop hides old orders.",
                store=self._context.store,
                older_than_days=WALL_DAYS,
                advice="grant the app the scope read_all_orders",
            )

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Every order not yet shipped, whenever it changed: holds come and go without a new time of
        change.
        """
        async with aclosing(self._walk_span(Span(unshipped=True))) as orders:
            async for order in orders:
                if isinstance(order, RejectedOrder) or order.status not in OVER:
                    yield order

    async def _walk_span(self, span: Span) -> AsyncGenerator[Order | RejectedOrder, None]:
        transport = await self._choose_transport()
        batch: list[wire.Order | RejectedOrder] = []
        look = FirstLook(self._surroundings, span, batch)
        walk = Walk(
            transport,
            span,
            self._settings.page_size,
            habits=self._habits,
            isolation=self._isolation,
            remark=self._remark_list,
            count=look.find_count,
        )
        async with aclosing(walk.list_orders()) as orders:
            async for found in orders:
                batch.append(found)
                if len(batch) == _BATCH:
                    for order in await self._map_batch(batch, await look.find_held()):
                        yield order
                    batch = []
        for order in await self._map_batch(batch, await look.find_held()):
            yield order

    async def _map_batch(
        self, batch: Sequence[wire.Order | RejectedOrder], held: Mapping[int, Held] | None
    ) -> list[Order | RejectedOrder]:
        around = await self._surroundings.find_around(batch, held)
        for one in batch:
            if isinstance(one, wire.Order):
                self._remark_fields(one)
        return await map_in_turns(
            lambda one: one if isinstance(one, RejectedOrder) else self._map_order(one, around),
            batch,
            estimate_size,
        )

    def _map_order(self, order: wire.Order, around: Around) -> Order | RejectedOrder:
        if fault := around.find_fault(order.id):
            return reject_order(order, fault)
        found = read_order(
            order,
            self._rules,
            held=around.find_held(order.id),
            variants=around.variants,
            route=around.find_route(order.id),
        )
        filler, reader = self._context.filler, self._excerpts
        if filler is None or reader is None or isinstance(found, RejectedOrder):
            return found
        return filler.fill(found, *list_parts(order, around.details, reader))

    def _remark_fields(self, order: wire.Order) -> None:
        """One remark for each field that orders go out without, whichever line it is in."""
        for field in order.left_out:
            about = _PLACE.sub("[]", field.partition(":")[0])
            text = f"Order {order.name or order.id} goes out without a side field. {field}"
            self._context.remark(Remark(about=f"field {about}", text=text, quoted=field))

    async def _choose_transport(self) -> Transport:
        """The transport to use.

        `auto` asks once whether the shop serves REST, and turns to GraphQL if it does not.
        """
        if not self._asked_for_rest:
            if not await self._rest.is_served():
                await self._graphql.count_orders(Span(start=datetime.now(UTC)))
                _log.warning("Shop has no REST.", store=self._context.store)
                self._transport = self._graphql
            self._asked_for_rest = True
        return self._transport

    async def count_orders(self, window: Window) -> int | None:
        """The shop's own count, which includes orders that will be rejected, e.g. test orders."""
        known = self._surroundings.take_count(span := _build_span(window))
        return await (await self._choose_transport()).count_orders(span) if known is None else known

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        """One order by its id, with its holds read from its own fulfillment orders."""
        key = _read_id(order_id)
        transport = await self._choose_transport()
        found = await transport.read_order(key) if key else None
        if found is None:
            raise OrderNotFoundError(f"Shopify does not know an order with the id {order_id}.")
        held: dict[int, Held] = {}
        if (
            isinstance(found, wire.Order)
            and self._settings.holds
            and not read_state(found, None).over
        ):
            one = read_held(await transport.read_fulfillment_orders(key))
            held = {key: one} if one is not None else {}
        return (await self._map_batch([found], held))[0]

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        """Take the tracking number of a voided label out."""
        transport = await self._choose_transport()
        order_id = _read_id(shipment.order_id) or await self._find_order_id(transport, shipment)
        return await withdraw_number(transport, order_id, shipment)

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """By the order's id; a notice that has only its number costs one request more."""
        transport = await self._choose_transport()
        order_id = _read_id(shipment.order_id) or await self._find_order_id(transport, shipment)
        shipper = Shipper(transport, self._settings, self._context, self._explain_absence, order_id)
        outcome = await shipper.ship(shipment, earlier)
        return msgspec.structs.replace(outcome, order_id=str(order_id))

    async def find_order_id(self, number: str) -> OrderId:
        """The id of the order with this name."""
        transport = await self._choose_transport()
        found = await self._find_order_id(transport, Shipment(order_number=number))
        return OrderId(str(found))

    async def _find_order_id(self, transport: Transport, shipment: Shipment) -> int:
        name = shipment.order_number or shipment.order_id
        found = await transport.find_orders(name) if name else ()
        if not found:
            raise OrderNotFoundError(f"Shopify does not know an order with the number {name}.")
        if len(found) > 1:
            raise SharedNumberError(name, map(str, found))
        return found[0]

    async def _explain_absence(self) -> str:
        """The missing right that hides fulfillment orders, in words; empty if it is granted."""
        scopes = await read_scopes(self._upstream)
        lacking = [
            need for need in find_missing(self._settings, scopes) if "fulfillment" in need.scope
        ]
        return (
            f"The app lacks the scope {lacking[0].scope}, so {lacking[0].breaks}; grant it in the"
            " app's settings."
            if lacking
            else ""
        )

    async def check(self) -> CheckReport:
        """The login, rights, version and orders."""
        return await check_shop(self._upstream, self._transport, self._graphql, self._settings)


def _read_id(order_id: str) -> int:
    return int(order_id) if order_id.isascii() and order_id.isdecimal() else 0


def _build_span(window: Window) -> Span:
    start, end = (one.astimezone(UTC).replace(microsecond=0) for one in (window.start, window.end))
    return Span(start=start, end=end + timedelta(seconds=1))


@asynccontextmanager
async def open_connector(
    settings: ShopifySettings, context: ConnectorContext
) -> AsyncIterator[ShopifyConnector]:
    """Connections to one shop, closed on leaving; no request is made yet."""
    async with Upstream.open(
        settings.base_url,
        auth=make_auth(settings),
        policy=context.upstream.patient(count_sizes(settings.page_size)),
        observer=context.observer,
        judge=VersionWatch(context.store, settings.api_version),
    ) as upstream:
        yield ShopifyConnector(upstream, settings, context)


def name_undated_changes(settings: ShopifySettings) -> str:
    """Holds do not always move an order's modified time."""
    return "putting an order on hold, releasing it" if settings.holds else ""


connector_type = ConnectorType(
    name="shopify",
    settings=ShopifySettings,
    open=open_connector,
    check_webhooks=check_webhooks,
    undated=name_undated_changes,
)
