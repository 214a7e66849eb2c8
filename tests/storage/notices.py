"""Notices to put, and ways to settle them, for every test of an outbox."""

from __future__ import annotations

from datetime import date

from connectors.orders import Address
from connectors.shipments import Shipment, ShippedItem
from proxy.storage.outbox.interface import Attempt, AttemptOutcome, Delivery
from tests.storage.conftest import Kept

LEASE = 60.0


def parcel(order: str = "1001", number: str = "1Z1", order_id: str = "") -> Shipment:
    return Shipment(
        order_id=order_id,
        order_number=order,
        carrier="UPS",
        tracking_number=number,
        shipped_on=date(2026, 3, 1),
        items=(ShippedItem(line_id="7", sku="A", quantity=2),),
        recipient=Address(name="Ada Löwe", line1="1 Main St", country="US"),
        customer_notes="ring twice",
    )


def attempt(kept: Kept, outcome: AttemptOutcome, message: str = "") -> Attempt:
    return Attempt(at=kept.clock(), outcome=outcome, seconds=0.25, message=message, worker="test")


async def put(
    kept: Kept, shipment: Shipment, store: str = "north", lease: float | None = None
) -> Delivery:
    _, delivery = await kept.outbox.put(store, shipment, lease=lease)
    return delivery


async def deliver(kept: Kept, delivery: Delivery) -> None:
    await kept.outbox.mark_delivered(delivery, attempt(kept, AttemptOutcome.DELIVERED))


async def die(kept: Kept, shipment: Shipment) -> Delivery:
    delivery = await put(kept, shipment, lease=LEASE)
    await kept.outbox.mark_dead(delivery, attempt(kept, AttemptOutcome.REFUSED, "no such order"))
    return await kept.deliveries.get(delivery.id)
