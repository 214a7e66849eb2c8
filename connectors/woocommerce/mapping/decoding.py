"""One order's bytes as a typed order, or the reason why they are none.

Each order is decoded on its own, so that a bad one costs no other.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from connectors.orders import RejectedOrder
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import reject_order
from connectors.woocommerce.mapping.values import read_key, read_moment

_ORDER = msgspec.json.Decoder(wire.Order)
_HEAD = msgspec.json.Decoder(wire.Head)


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order of a page. `id` is 0 and `modified` None where not even these could be read."""

    id: int
    modified: datetime | None
    order: wire.Order | RejectedOrder


def read_row(raw: msgspec.Raw | bytes) -> Row:
    """Decode one order of a page; never raises."""
    try:
        order = _ORDER.decode(raw)
    except UNDECODABLE as error:
        return _reject_raw(raw, error)
    return Row(id=read_key(order.id), modified=_read_modified(order.date_modified_gmt), order=order)


def _reject_raw(raw: msgspec.Raw | bytes, error: Exception) -> Row:
    try:
        head = _HEAD.decode(raw)
    except UNDECODABLE:
        head = wire.Head()
    rejected = reject_order(head, str(read_complaint(error).to_error("order")))
    return Row(id=read_key(head.id), modified=rejected.modified_at, order=rejected)


def _read_modified(value: str | None) -> datetime | None:
    try:
        return read_moment(value, "date_modified_gmt")
    except FieldError:
        return None
