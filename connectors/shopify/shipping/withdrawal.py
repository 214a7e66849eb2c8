"""Take the tracking number of a voided label out of Shopify.

A parcel that has no other number is cancelled, so that its units are open again; one that has keeps
the others. Sources: shopify.dev, "Fulfillment" (`POST fulfillments/{id}/cancel.json`) and
`fulfillmentCancel`.
"""

from __future__ import annotations

from connectors.errors import (
    ConflictError,
    OrderNotFoundError,
    TemporaryError,
    UnsentError,
)
from connectors.interface import ShipOutcome
from connectors.shipments import Shipment, fold_tracking
from connectors.shopify.api.transport import Tracking, Transport
from connectors.shopify.mapping.wire_fulfillment import Fulfillment
from connectors.shopify.shipping.plan import find_sent
from connectors.upstream.request import name_step


async def withdraw_number(transport: Transport, order_id: int, shipment: Shipment) -> ShipOutcome:
    """Take it out of all parcels that have it, once in effect."""
    number = shipment.tracking_number.strip()
    if not number:
        raise ConflictError(
            f"Order {shipment.order}: the voided parcel has no tracking number, so it is not known"
            " which of Shopify's it is. Cancel its fulfillment in Shopify."
        )
    found = find_sent(await _read_parcels(transport, order_id, shipment), number)
    if not found:
        return ShipOutcome(already=True, detail="Shopify does not show this tracking number")
    try:
        for parcel in found:
            await _take_out(transport, parcel, number)
    except UnsentError:
        return ShipOutcome()
    if find_sent(await _read_parcels(transport, order_id, shipment), number):
        raise TemporaryError(
            f"Order {shipment.order}: Shopify answered that the tracking number {number} is taken"
            " out, and still shows it. Portside looks again before it repeats the write."
        )
    return ShipOutcome(detail=f"{len(found)} parcels were cancelled, or keep their other numbers")


async def _read_parcels(
    transport: Transport, order_id: int, shipment: Shipment
) -> tuple[Fulfillment, ...]:
    parcels = await transport.read_fulfillments(order_id)
    if parcels is None:
        raise OrderNotFoundError(
            f"Order {shipment.order}: Shopify does not know an order with the id {order_id}."
        )
    return parcels


async def _take_out(transport: Transport, parcel: Fulfillment, number: str) -> None:
    numbers = [one for one in parcel.tracking_numbers or () if one.strip()]
    urls = list(parcel.tracking_urls or ())
    if len(urls) != len(numbers):
        urls = [""] * len(numbers)
    kept = [
        (one, url)
        for one, url in zip(numbers, urls, strict=True)
        if fold_tracking(one) != fold_tracking(number)
    ]
    if not kept:
        with name_step("cancel parcel"):
            await transport.cancel_fulfillment(parcel.id)
        return
    *earlier, (last, link) = kept
    linked = bool(earlier) and all(url for _, url in kept)
    rest = Tracking(
        number=last,
        company=parcel.tracking_company or "",
        url=link if linked or not earlier else "",
        link=link,
        earlier=tuple(one for one, _ in earlier),
        earlier_urls=tuple(url for _, url in earlier) if linked else (),
    )
    with name_step("tracking number"):
        await transport.set_tracking(parcel.id, rest, notify=False)
