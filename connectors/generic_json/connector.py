"""The generic connector: which calls, in what order. What they look like is in the settings."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

import msgspec

from connectors.errors import (
    ConflictError,
    OrderNotFoundError,
    RefusedError,
    UnreadableResponseError,
)
from connectors.generic_json.api.answers import Answers, Bodies
from connectors.generic_json.api.auth.credentials import Credentials, make_auth
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.check import check_shop
from connectors.generic_json.listing.expander import Expander, Unfinished
from connectors.generic_json.listing.exports import Exports
from connectors.generic_json.listing.lookup import OrderLookup
from connectors.generic_json.listing.pages import Pages
from connectors.generic_json.listing.part_reader import PartReader
from connectors.generic_json.listing.reader import Listing
from connectors.generic_json.listing.window import slice_window
from connectors.generic_json.mapping.lines import read_lines
from connectors.generic_json.mapping.order import read_order, reject_order
from connectors.generic_json.review import review_settings
from connectors.generic_json.settings.answers import AnswerRule
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.generic_json.shipping.shipper import PROBE, Shipper
from connectors.habit_memory import HabitMemory
from connectors.interface import CheckReport, ConnectorContext, ConnectorType, ShipOutcome
from connectors.orders import Order, OrderId, OrderStatus, RejectedOrder, Window
from connectors.places import Source
from connectors.reading.fields import FieldError
from connectors.reading.proof import Habits
from connectors.shipments import Shipment
from connectors.turns import measure_value, run_aside
from connectors.upstream.client import Upstream
from connectors.upstream.isolation import Isolation
from connectors.upstream.masking import Mask

_MEGABYTE = 1024 * 1024


class GenericJsonConnector:
    """One shop behind a JSON API that settings describe."""

    def __init__(
        self,
        settings: GenericJsonSettings,
        upstream: Upstream,
        context: ConnectorContext,
        login: Credentials,
    ) -> None:
        self._settings = settings
        self._rules = settings.map.rules
        self._upstream = upstream
        bodies = Bodies()

        def make_caller(*rules: AnswerRule) -> Caller:
            answers = Answers(settings.answers, bodies, lambda: Mask(login.auth.secrets), rules)
            return Caller(upstream, answers, bodies, login.marks.values)

        past_end = getattr(settings.orders.paging, "past_end", ())
        ends = [AnswerRule(status=past_end, means="empty")] if past_end else []
        listed = make_caller(*ends)
        self._caller = make_caller()
        self._lookup = OrderLookup(settings, self._caller)
        exports = None
        if (export := settings.orders.export) is not None:
            rules = [AnswerRule(status=export.pending, means="empty")] if export.pending else []
            exports = Exports(self._caller, make_caller(*rules), export)
        self._pages = Pages(listed, settings.orders, self._rules, context.remark, exports)
        self._habits = HabitMemory(
            context.memory, (self._pages.habits, Habits.LEARNED), (self._pages, ("probed",))
        )
        self._isolation = Isolation()
        parts = PartReader(
            self._caller,
            self._isolation,
            self._pages.probe,
            slots=settings.limits.concurrency,
            remembered=settings.limits.cache,
        )
        self._expander = Expander(parts, settings.orders, context.remark)
        self._fill = context.filler.fill if context.filler is not None else None
        self._listing = Listing(settings, self._pages, self._expander, self._fill, context.remark)
        self._shipper = None
        if settings.shipment is not None:
            way = settings.shipment
            callers = {step.name: make_caller(*step.rules) for step in way.steps}
            self._shipper = Shipper(
                way,
                {**callers, PROBE: self._caller},
                {step.name: make_caller(*step.rules) for step in way.void},
                context.carriers,
                context.shipping,
            )

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The orders of a window, as `orders:` describes the list."""
        async with self._habits.keep(), aclosing(self._listing.list_orders(window)) as orders:
            async for order in orders:
                yield order

    def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """What is neither shipped nor cancelled, as `orders.open:` describes it."""
        return self._listing.list_open_orders()

    async def count_orders(self, window: Window) -> int | None:
        """The shop's own count of the span that is really asked for; None where it gives none or
        more than one walk is needed.
        """
        orders = self._settings.orders
        parts = slice_window(window, orders.window)
        is_one = len(parts) == 1 and orders.partitions is None and not orders.also
        if not is_one or orders.window.kind != "filter":
            return None
        return await self._pages.count_orders(orders.request, window)

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        """One order, by its id."""
        parts = self._caller.for_parts(once=False)
        found = await self._isolation.fetch(
            "order",
            lambda: self._lookup.fetch_order(order_id, parts),
            probe=self._pages.probe,
        )
        whole = await self._complete_order(found)
        return await run_aside(measure_value(whole), self._map_order, whole, order_id)

    async def raw_order(self, order_id: str) -> Any:
        """One order as the shop sends it, made whole as far as that went.

        Raises `OrderNotFoundError`.
        """
        found = await self._fetch_order(order_id)
        return found.order if isinstance(found, Unfinished) else found

    async def _fetch_order(self, order_id: str) -> Any:
        """One order, made whole, or `Unfinished`. What may pass is raised."""
        whole = await self._complete_order(await self._lookup.fetch_order(order_id))
        if isinstance(whole, Unfinished) and whole.cause is not None:
            raise whole.cause
        return whole

    async def _complete_order(self, found: Any) -> Any:
        (whole,) = await self._expander.complete_orders([found], detailed=True)
        return whole

    async def find_order_id(self, number: str) -> OrderId:
        """The id of the order that people call by this number, where `order.find` says how to
        ask.
        """
        return await self._lookup.find_id(number)

    async def _find_id(self, number: str) -> str:
        """The id that a notice without one means: where the shop cannot be asked, its number."""
        return (
            number
            if self._settings.order.find is None or not number
            else await self.find_order_id(number)
        )

    def _map_order(self, raw: Any, order_id: str) -> Order | RejectedOrder:
        """The order, if it is the one that was asked for.

        Another one in its place does not say that the shop has no such order: a cache may have
        mixed them up, and an order that is held stays held.
        """
        if isinstance(raw, Unfinished):
            return reject_order(raw.order, self._rules, raw.reason)
        order = read_order(raw, self._rules, fill=self._fill)
        if order is None:
            raise OrderNotFoundError(f"The shop's {order_id!r} is not an order (map.only).")
        if isinstance(order, Order) and order.id != order_id:
            raise UnreadableResponseError(
                f"The shop was asked for the order {order_id!r} and answered with {order.id!r}."
            )
        return order

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Write a shipment to the shop, as `shipment:` describes it; looks before it writes."""
        if self._shipper is None:
            raise RefusedError(
                "This store's settings have no shipment block: shipments cannot be written to the"
                " shop."
            )
        order_id = shipment.order_id or await self._find_id(shipment.order_number)
        raw = await self._fetch_order(order_id)
        size, rules = measure_value(raw), self._rules
        order = await run_aside(size, self._map_order, raw, order_id)
        if isinstance(order, RejectedOrder):
            raise UnreadableResponseError(f"The order cannot be read: {order.reason}.")
        if order.status is OrderStatus.CANCELLED:
            raise ConflictError(f"The order {order.number} is cancelled in the shop.")
        try:
            lines = await run_aside(size, read_lines, raw, rules.items, order.currency, rules.money)
        except FieldError as error:
            raise UnreadableResponseError(f"The order cannot be read: {error}.") from None
        read_again = partial(self.raw_order, order_id)
        outcome = await self._shipper.ship(shipment, earlier, raw, lines, read_again)
        return msgspec.structs.replace(outcome, order_id=order_id)

    async def withdraw(self, shipment: Shipment) -> ShipOutcome:
        """Take the number of a voided label out, as `shipment.void:` describes it."""
        if self._shipper is None:
            raise RefusedError("This store's settings have no shipment block.")
        order_id = shipment.order_id or await self._find_id(shipment.order_number)
        read_order = partial(self.raw_order, order_id)
        return await self._shipper.withdraw(shipment, await read_order(), read_order)

    async def check(self) -> CheckReport:
        """Log in, read a page, count, and say what is missing."""
        return await check_shop(
            self._settings, self._upstream, self._pages, self._listing, self.count_orders
        )

    async def fetch(self, window: Window, limit: int) -> list[Any]:
        """The first orders of a window as the shop sends them."""
        found = await self._listing.fetch_raw(window, limit)
        return [raw.order if isinstance(raw, Unfinished) else raw for raw in found]

    def trace(self, raw: Any) -> tuple[Order | RejectedOrder | None, list[Source]]:
        """What becomes of one order as the shop sends it, and where each field came from."""
        sources: list[Source] = []
        return read_order(raw, self._rules, sources, self._fill), sources


@asynccontextmanager
async def open_connector(
    settings: GenericJsonSettings, context: ConnectorContext
) -> AsyncIterator[GenericJsonConnector]:
    """The connector, ready; its connections are closed on leaving."""
    login = make_auth(settings.auth, settings.url)
    policy = msgspec.structs.replace(
        context.upstream.patient(settings.orders.paging.sizes),
        largest_answer=settings.limits.answer_size * _MEGABYTE,
    )
    async with Upstream.open(
        settings.url,
        auth=login.auth,
        policy=policy,
        observer=context.observer,
        headers=settings.headers,
        allowed_hosts=settings.allowed_hosts,
    ) as upstream:
        yield GenericJsonConnector(settings, upstream, context, login)


connector_type = ConnectorType(
    name="generic_json",
    settings=GenericJsonSettings,
    open=open_connector,
    undated=lambda settings: settings.orders.undated,
    review=review_settings,
)
