"""Tell the shop of a shipment: look first, tracking next, status last."""

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
    """Carries shipments to one shop."""

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
        """Once in effect, however often it is told.

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
        seen = await place.look(order.id, shipment, order.items)
        if closed and not seen.entry:
            raise ConflictError(
                f"Order {order.number} is {order.shop_status} in the shop, so nothing was told to"
                " it as shipped."
            )
        parcel = plan_parcel(order.items, shipment, earlier, in_shop=seen.in_shop, told=seen.entry)
        if not seen.whole and not closed:
            await place.write(order.id, shipment, order.items, parcel.quantities, seen)
        moved = not closed and await self._move_order(order, parcel, fresh=seen.whole)
        return ShipOutcome(
            already=seen.whole and not moved,
            completed=parcel.complete,
            detail=_describe_outcome(place.name, parcel, order, moved=moved),
        )

    async def _read_order(self, order: wire.Order, *, closed: bool) -> Order:
        """The order as the client has it: its lines less refunds, virtual goods marked."""
        row = await self._reader.map_order(order, whole=not closed)
        if isinstance(row, RejectedOrder):
            raise UnreadableResponseError(f"Order {row.number} cannot be read: {row.reason}.")
        return row

    async def _move_order(self, order: Order, parcel: Parcel, *, fresh: bool) -> bool:
        """Move the order on to its next status if it is not there yet; every write, even one that
        changes nothing, dates the order anew.

        Unless the order was read a moment ago (`fresh`), its status is read again: it may have been
        cancelled while tracking was written.
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
                f"Order {order.number} became {status} while its shipment was told, so it was not"
                f" moved to {wanted}."
            )
        if not _is_step_forward(status, wanted):
            return False
        await self._api.post(order_path(order.id), {"status": wanted})
        return True


def _is_step_forward(status: str, wanted: str) -> bool:
    """Whether moving to `wanted` is a step forward: an order that already counts as shipped stays
    as it is.
    """
    return status != wanted and read_status(status)[0] is not OrderStatus.SHIPPED


def _describe_outcome(place: str, parcel: Parcel, order: Order, *, moved: bool) -> str:
    told = [f"told as {place}"]
    if parcel.unknown:
        told.append(f"{len(parcel.unknown)} of its items are in no line of order {order.number}")
    if not parcel.complete:
        told.append("more is to be shipped")
    elif moved:
        told.append("the order is completed")
    return "; ".join(told)
