"""Report a shipment to the shop: look first, then write the tracking, then move the status."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from connectors.errors import (
    ConflictError,
    TemporaryError,
    UnreadableResponseError,
    UnsentError,
)
from connectors.interface import ShipOutcome
from connectors.orders import Order, OrderStatus, RejectedOrder
from connectors.shipments import (
    Shipment,
    ShippingRules,
    build_foreign_error,
    describe_foreign,
    is_part,
    name_lines,
)
from connectors.upstream.request import name_step
from connectors.upstream.response import Reply
from connectors.woocommerce.api.client import Api, order_path
from connectors.woocommerce.listing.lookup import Lookup
from connectors.woocommerce.listing.reader import Reader
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.statuses import CLOSED, normalize_status, read_status
from connectors.woocommerce.settings import WooCommerceSettings
from connectors.woocommerce.shipping.parcel import Parcel, plan_parcel
from connectors.woocommerce.shipping.report import Report
from connectors.woocommerce.shipping.tracking import Place, read_answer
from connectors.woocommerce.shipping.tracking_places import Places


class Shipper:
    """Reports shipments to one shop."""

    def __init__(
        self,
        api: Api,
        lookup: Lookup,
        reader: Reader,
        places: Places,
        settings: WooCommerceSettings,
        rules: ShippingRules,
    ) -> None:
        self._api = api
        self._lookup = lookup
        self._reader = reader
        self._places = places
        self._settings = settings
        self._rules = rules

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Takes effect once, however often it is called.

        Raises `OrderNotFoundError`, `ConflictError` for an order that is closed, or
        `TemporaryError` if the shop does not show what was written to it.
        """
        row = await self._lookup.find_order(shipment)
        if isinstance(row.order, RejectedOrder):
            raise UnreadableResponseError(
                f"Order {row.order.number or shipment.order} cannot be read: {row.order.reason}."
            )
        closed = normalize_status(row.order.status) in CLOSED
        order = await self._read_order(row.order, closed=closed)
        shipment = name_lines(shipment, order.items)
        earlier = [name_lines(each, order.items) for each in earlier]
        place = await self._places.find_place(order.id)
        over_ship = self._rules.over_ship
        report = Report(
            order_id=order.id,
            shipment=shipment,
            lines=order.items,
            parcel=plan_parcel(order.items, shipment, earlier, over_ship=over_ship),
            is_part=is_part(shipment, earlier),
        )
        foreign = report.parcel.foreign
        if foreign and len(foreign) == len(shipment.items):
            raise build_foreign_error(shipment, foreign)
        record = await place.look(report)
        if closed and not record.entry:
            raise ConflictError(
                f"Order {order.number} is {order.shop_status} in the shop, so nothing was"
                " reported to it as shipped."
            )
        parcel = plan_parcel(
            order.items,
            shipment,
            earlier,
            in_shop=record.in_shop,
            has_shipment=record.entry,
            over_ship=over_ship,
        )
        report = msgspec.structs.replace(report, parcel=parcel)
        may_read = self._rules.confirm
        if not record.whole and not closed and not await place.write(report, record) and may_read:
            await _confirm_record(place, report, order)
            may_read = False
        moved = not closed and await self._move_order(
            order, parcel, fresh=record.whole, may_read=may_read
        )
        return ShipOutcome(
            already=record.whole and not moved,
            completed=parcel.complete,
            order_id=order.id,
            detail=_describe_outcome(
                "" if record.whole else place.name_for(report), parcel, moved=moved
            ),
        )

    async def _read_order(self, order: wire.Order, *, closed: bool) -> Order:
        """The order as it was exported: its lines less refunds, virtual goods marked."""
        row = await self._reader.map_order(order, whole=not closed)
        if isinstance(row, RejectedOrder):
            raise UnreadableResponseError(f"Order {row.number} cannot be read: {row.reason}.")
        return row

    async def _move_order(
        self, order: Order, parcel: Parcel, *, fresh: bool, may_read: bool
    ) -> bool:
        """Move the order on to its next status, unless it is there; every write changes its
        modified time, even one that changes nothing else.

        The status is read again unless the order was read a moment ago (`fresh`): the order may
        have been cancelled while tracking was written.
        """
        wanted = self._settings.shipped_status if parcel.complete else self._settings.partial_status
        if not wanted or not _is_step_forward(order.shop_status, wanted):
            return False
        status = (
            order.shop_status
            if fresh
            else normalize_status(await self._lookup.read_status(order.id))
        )
        if status in CLOSED:
            raise ConflictError(
                f"Order {order.number} became {status} while its shipment was reported, so it was"
                f" not moved to {wanted}."
            )
        if not _is_step_forward(status, wanted):
            return False
        with suppress(UnsentError), name_step("status"):
            reply = await self._api.post(order_path(order.id), {"status": wanted})
            if self._rules.confirm:
                await self._confirm_status(order, reply, status, wanted, may_read=may_read)
        return True

    async def _confirm_status(
        self, order: Order, reply: Reply, before: str, wanted: str, *, may_read: bool
    ) -> None:
        """Raise `TemporaryError` unless the order has left its status, by the shop's answer, else
        by reading it again.

        A plugin may have moved the order further than `wanted`: that is an effect too.
        """
        answer = read_answer(reply, wire.Order)
        shown = normalize_status(answer.status) if answer is not None else ""
        if not shown and may_read:
            shown = normalize_status(await self._lookup.read_status(order.id))
        if not shown:
            raise TemporaryError(
                f"The shop's answer does not show whether order {order.number} was moved to"
                f" {wanted}; the next attempt looks at the order first."
            )
        if shown == before:
            raise TemporaryError(
                f"Order {order.number} is still {shown}, although the shop accepted the change to"
                f" {wanted}. Look for a plugin that sets the status back or keeps it."
            )


async def _confirm_record(place: Place, report: Report, order: Order) -> None:
    """Raise `TemporaryError` unless the place shows now what was written to it."""
    with name_step("confirm"):
        if not (await place.look(report)).whole:
            raise TemporaryError(
                f"The shop accepted the shipment of order {order.number} as"
                f" {place.name_for(report)}, but does not show it. Look for a plugin that keeps it"
                " from being saved."
            )


def _is_step_forward(status: str, wanted: str) -> bool:
    """Whether moving to `wanted` is a step forward: an order that counts as shipped stays
    as it is.
    """
    return status != wanted and read_status(status)[0] is not OrderStatus.SHIPPED


def _describe_outcome(written: str, parcel: Parcel, *, moved: bool) -> str:
    """What became of it in words; nothing was `written` where the shop had it already."""
    facts = [f"kept as {written}" if written else "the shop knows of this shipment already"]
    if parcel.further:
        facts.append("as a further parcel, because nothing of it was left to ship")
    elif parcel.beyond:
        facts.append(f"without {parcel.beyond} of its pieces, which are more than was left to ship")
    if parcel.foreign:
        facts.append(describe_foreign(parcel.foreign))
    if not parcel.complete:
        facts.append("more is to be shipped")
    elif moved:
        facts.append("the order is completed")
    return "; ".join(facts)
