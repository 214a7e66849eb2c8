"""One order's bytes as a typed order, or the reason why they are none.

Each order is decoded on its own, so that a bad one costs no other.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from connectors.orders import RejectedOrder
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.reading.fields import FieldError
from connectors.reading.rows import digest_row, find_mark
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import reject_order
from connectors.woocommerce.mapping.values import read_key, read_moment

_ORDER = msgspec.json.Decoder(wire.Order)
# What a parcel can be packed and sent without.
SIDE_FIELDS = frozenset(
    {
        "billing",
        "coupon_lines",
        "created_via",
        "currency",
        "customer_id",
        "customer_note",
        "meta_data",
        "payment_method",
        "payment_method_title",
        "shipping.company",
        "shipping.email",
        "shipping.phone",
        "shipping_lines",
    }
)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NAME = re.compile(r"[.\[: ]")
_HEAD = msgspec.json.Decoder(wire.Head)


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order of a page. `id` is 0 and `modified` None where not even these could be read.

    `raw` is the order as it came, for a store that fills in fields of its own. `left_out` says of
    each field that the order goes without what is wrong with it.
    """

    id: int
    modified: datetime | None
    order: wire.Order | RejectedOrder
    raw: msgspec.Raw | bytes = b""
    left_out: tuple[str, ...] = ()


def read_row(raw: msgspec.Raw | bytes) -> Row:
    """Decode one order of a page; never raises."""
    if mark := find_mark(raw):
        return _reject_raw(raw, mark)
    left_out: list[str] = []
    kept = raw
    while True:
        try:
            order = _ORDER.decode(kept)
        except UNDECODABLE as error:
            complaint = str(read_complaint(error).to_error("order"))
            whole = complaint.partition(":")[0]
            name = whole if whole in SIDE_FIELDS else _NAME.split(complaint, maxsplit=1)[0]
            lighter = _drop_field(kept, name) if name in SIDE_FIELDS else None
            if lighter is None:
                return _reject_raw(raw, complaint)
            kept = lighter
            left_out.append(complaint)
        else:
            return Row(
                id=read_key(order.id),
                modified=_read_modified(order.date_modified_gmt),
                order=order,
                raw=raw,
                left_out=tuple(left_out),
            )


def _drop_field(raw: msgspec.Raw | bytes, name: str) -> bytes | None:
    """The order without one field, or one of its address; None if it has no such field."""
    fields, (top, _, part) = _FIELDS.decode(raw), name.partition(".")
    if part and top in fields:
        fields[top] = msgspec.Raw(_drop_field(fields[top], part) or b"null")
        return msgspec.json.encode(fields)
    return msgspec.json.encode(fields) if fields.pop(name, None) is not None else None


def _reject_raw(raw: msgspec.Raw | bytes, complaint: str) -> Row:
    try:
        head = _HEAD.decode(raw)
    except UNDECODABLE:
        head = wire.Head()
    rejected = reject_order(head, complaint)
    if not read_key(head.id):
        rejected = msgspec.structs.replace(rejected, record=digest_row(raw))
    return Row(id=read_key(head.id), modified=rejected.modified_at, order=rejected)


def _read_modified(value: str | None) -> datetime | None:
    try:
        return read_moment(value, "date_modified_gmt")
    except FieldError:
        return None
