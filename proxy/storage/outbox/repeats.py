"""Which stored delivery a notice repeats, and which deliveries of an order wait for one another.

Pure: written once for every way to keep an outbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connectors.shipments import Shipment, ShippedItem, count_pieces
from proxy.storage.outbox.interface import Delivery, DeliveryState, Origin

# Of several parts of one parcel that a notice without items repeats, the one that still has the
# longest way to go is the honest answer.
_FARTHEST = (
    DeliveryState.DEAD,
    DeliveryState.WAITING,
    DeliveryState.DELIVERED,
    DeliveryState.DISCARDED,
)


def parcel_keys(shipment: Shipment) -> frozenset[str]:
    """The parcel's key, and the one it has where its order is known by its number alone."""
    by_number = msgspec.structs.replace(shipment, order_id="")
    keys = {shipment.parcel_key()}
    return frozenset(keys | ({by_number.parcel_key()} if shipment.order_number else set()))


def find_repeated(
    known: Sequence[Delivery], shipment: Shipment, whole: tuple[ShippedItem, ...] = ()
) -> Delivery | None:
    """The delivery that `shipment` repeats, among those with one of its parcel keys.

    The same items are a repeat. So is a notice without items, which stands for whatever is left of
    the parcel, and any notice of a parcel that was told without items. Where a notice without items
    stands for the lines in `whole`, a delivery of other lines is not repeated by it.
    """
    pieces = count_pieces(shipment.items or whole)
    same = [row for row in known if count_pieces(row.shipment.items) == pieces]
    if not same and whole and not shipment.items:
        lines = {item.line_id for item in whole}
        same = [row for row in known if lines & {item.line_id for item in row.shipment.items}]
    elif not same:
        same = [row for row in known if not (shipment.items and row.shipment.items)]
    return min(same, key=lambda row: (_FARTHEST.index(row.state), row.id), default=None)


def is_untracked_repeat(known: Shipment, shipment: Shipment) -> bool:
    """Whether two shipments without tracking numbers, one of them a row of the account, are one:
    of the same order, day and items. The account may have another word than a notice for the
    carrier and the service, by which such parcels are else known.
    """
    return (
        is_same_order(known, shipment)
        and not (known.tracking_number or shipment.tracking_number)
        and known.shipped_on == shipment.shipped_on
        and (not known.items or not shipment.items or known.items == shipment.items)
    )


def merge_repeat(known: Shipment, shipment: Shipment) -> Shipment:
    """What is to be told once a repeat came in: the newer notice, with the id and the items of the
    older one where it names none.
    """
    return msgspec.structs.replace(
        shipment,
        order_id=shipment.order_id or known.order_id,
        items=shipment.items or known.items,
    )


def brings_id(known: Delivery, shipment: Shipment) -> bool:
    """Whether a waiting delivery learns from a repeat which order it is of."""
    unnamed = known.state is DeliveryState.WAITING and not known.shipment.order_id
    return unnamed and shipment.order_id != ""


def is_same_order(one: Shipment, other: Shipment) -> bool:
    """Whether two shipments are of one order as far as can be told: ids decide where both have
    one.
    """
    if one.order_id and other.order_id:
        return one.order_id == other.order_id
    return one.order_number != "" and one.order_number == other.order_number


def is_before(other: Delivery, shipment: Shipment, now: datetime) -> bool:
    """Whether a delivery that came in earlier keeps `shipment` waiting: it waits too and is of the
    same order.

    An order known by its number alone may be no order at all. It keeps nothing with an id waiting,
    other than while a process is at work on it, when the shop may be finding out.
    """
    if is_in_grace(other, now):
        return False
    if other.state is not DeliveryState.WAITING or not is_same_order(other.shipment, shipment):
        return False
    return bool(other.shipment.order_id) == bool(shipment.order_id) or is_held(other, now)


def is_in_grace(delivery: Delivery, now: datetime) -> bool:
    """Whether it was found in the account and still waits for its notice. It keeps nothing else of
    its order waiting.
    """
    fresh = delivery.origin is Origin.ACCOUNT and not delivery.attempts
    return fresh and delivery.next_attempt_at is not None and delivery.next_attempt_at > now


def is_held(delivery: Delivery, now: datetime) -> bool:
    """Whether a process is at work on it and its lease has not lapsed."""
    return delivery.lease_until is not None and delivery.lease_until > now
