"""The sides of an order as an audit and a story compare them, made of what the shop gives and of
what is recorded.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from connectors.orders import Order, RejectedOrder
from proxy.export.ledger import TOLD_FOR
from proxy.export.preparation import policy_of, prepare_new
from proxy.rules.audit.assembly import GivenPart, KnownDelivery
from proxy.rules.audit.sides import DeliverySide, GivenSide, Hold, ShopSide
from proxy.rules.policy import Filters, HeldKind, cancel_unpacked, find_status, translate
from proxy.settings.store import StoreSettings
from proxy.storage.export.records import HeldOrder
from proxy.storage.order_records import GivenRecord
from proxy.storage.outbox.interface import Delivery


async def read_shop_side(
    entry: Order | RejectedOrder, settings: StoreSettings, now: datetime
) -> ShopSide:
    """An order of the shop, and why it would not go out today as a new one."""
    if isinstance(entry, RejectedOrder):
        return ShopSide(
            id=entry.id,
            number=entry.number or entry.id,
            changed_at=entry.modified_at,
            hold=Hold(kind=HeldKind.UNREADABLE, reason=entry.reason),
        )
    outcome = await prepare_new(entry, settings, now)
    held = None if outcome.ready else outcome.held
    policy = policy_of(settings)
    return ShopSide(
        id=entry.id,
        number=entry.number or entry.id,
        status=find_status(entry, policy)[0],
        placed_at=entry.placed_at,
        changed_at=entry.modified_at,
        hold=None if held is None else Hold(kind=held.kind, reason=held.reason),
        is_unpacked=held is not None
        and held.kind is HeldKind.FILTERED
        and _is_unpacked(translate(entry, policy), policy.filters),
    )


def _is_unpacked(order: Order, filters: Filters) -> bool:
    return cancel_unpacked(order, filters) is not order


def describe_given(record: GivenRecord, now: datetime) -> GivenPart:
    """What was given of an order."""
    told = record.told
    side = GivenSide(
        id=record.order.id,
        number=record.order.number,
        former_number=record.former_number,
        given_at=record.given_at,
        told_at=record.told_at,
        window_start=None if told is None else told.window_start,
        window_end=None if told is None else told.window_end,
        page=0 if told is None else told.page,
        digest="" if told is None else told.digest,
        confirmed=told is not None and told.confirmed,
        is_forgotten=told is None and record.given_at < now - TOLD_FOR,
    )
    return GivenPart(shop_id=record.order.shop_id, side=side, destination=record.order.destination)


def describe_hold(held: HeldOrder) -> Hold:
    """Why an order was held when it was last met."""
    return Hold(kind=HeldKind(held.kind), reason=held.reason, since=held.first_seen)


def describe_delivery(delivery: Delivery, withdrawn: Collection[int] = ()) -> KnownDelivery:
    """A notice on its way to the shop; `withdrawn` are those taken back there."""
    shipment = delivery.shipment
    return KnownDelivery(
        shop_id=shipment.order_id,
        number=shipment.order_number,
        destination=shipment.destination,
        side=DeliverySide(
            id=delivery.id,
            state=delivery.state.value,
            tracking_number=shipment.tracking_number,
            created_at=delivery.created_at,
            attempts=delivery.attempts,
            last_error=delivery.last_error,
            is_withdrawn=delivery.id in withdrawn,
        ),
    )
