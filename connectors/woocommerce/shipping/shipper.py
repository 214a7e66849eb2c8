"""Report a shipment to the shop: look first, then write the tracking, then move the status."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.errors import ConflictError, UnreadableResponseError
from connectors.interface import ShipOutcome
from connectors.orders import Order, OrderStatus, RejectedOrder
from connectors.shipments import Shipment
from connectors.woocommerce.api.client import Api, order_path
from connectors.woocommerce.listing.lookup import Lookup
from connectors.woocommerce.listing.reader import Reader
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.statuses import CLOSED, normalize_status, read_status
from connectors.woocommerce.settings import WooCommerceSettings
from connectors.woocommerce.shipping.parcel import Parcel, plan_parcel
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
    ) -> None:
        self._api = api
        self._lookup = lookup
        self._reader = reader
        self._places = places
        self._settings = settings

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Takes effect once, however often it is called.

        Raises `OrderNotFoundError`, or `ConflictError` for an order that is closed.
        """
        row = await self._lookup.find_order(shipment)
        if isinstance(row.order, RejectedOrder):
            raise UnreadableResponseError(
                f"Order {row.order.number or shipment.order} cannot be read: {row.order.reason}."
            )
        closed = normalize_status(row.order.status) in CLOSED
        order = await self._read_order(row.order, closed=closed)
        place = await self._places.find_place(order.id)
        record = await place.look(order.id, shipment, order.items)
        if closed and not record.entry:
            raise ConflictError(
                f"Order {order.number} is {order.shop_status} in the shop, so nothing was"
                " reported to it as shipped."
            )
        parcel = plan_parcel(
            order.items, shipment, earlier, in_shop=record.in_shop, has_shipment=record.entry
        )
        if not record.whole and not closed:
            await place.write(order.id, shipment, order.items, parcel.quantities, record)
        moved = not closed and await self._move_order(order, parcel, fresh=record.whole)
        return ShipOutcome(
            already=record.whole and not moved,
            completed=parcel.complete,
            detail=_describe_outcome(place.name, parcel, order, moved=moved),
        )

    async def _read_order(self, order: wire.Order, *, closed: bool) -> Order:
        """The order as it was exported: its lines less refunds, virtual goods marked."""
        row = await self._reader.map_order(order, whole=not closed)
        if isinstance(row, RejectedOrder):
            raise UnreadableResponseError(f"Order {row.number} cannot be read: {row.reason}.")
        return row

    async def _move_order(self, order: Order, parcel: Parcel, *, fresh: bool) -> bool:
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
        await self._api.post(order_path(order.id), {"status": wanted})
        return True


def _is_step_forward(status: str, wanted: str) -> bool:
    """Whether moving to `wanted` is a step forward: an order that counts as shipped stays
    as it is.
    """
    return status != wanted and read_status(status)[0] is not OrderStatus.SHIPPED


def _describe_outcome(place: str, parcel: Parcel, order: Order, *, moved: bool) -> str:
    facts = [f"reported as {place}"]
    if parcel.unknown:
        facts.append(f"{len(parcel.unknown)} of its items are in no line of order {order.number}")
    if not parcel.complete:
        facts.append("more is to be shipped")
    elif moved:
        facts.append("the order is completed")
    return "; ".join(facts)
