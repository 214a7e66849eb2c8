"""One order's bytes as a typed order, or the reason why they are none.

Each order is decoded on its own, so that a bad one costs no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import RejectedOrder
from connectors.reading.complaints import UNDECODABLE, read_complaint
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import reject_order
from connectors.woocommerce.mapping.values import read_key, read_moment

_ORDER = msgspec.json.Decoder(wire.Order)
_HEAD = msgspec.json.Decoder(wire.Head)
_WHOLE = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order of a page. `id` is 0 and `modified` None where not even these could be read.

    `raw` is the order as it came, for a store that fills in fields of its own.
    """

    id: int
    modified: datetime | None
    order: wire.Order | RejectedOrder
    raw: msgspec.Raw | bytes = b""


def read_row(raw: msgspec.Raw | bytes) -> Row:
    """Decode one order of a page; never raises."""
    try:
        order = _ORDER.decode(raw)
    except UNDECODABLE as error:
        return _reject_raw(raw, error)
    return Row(
        id=read_key(order.id),
        modified=_read_modified(order.date_modified_gmt),
        order=order,
        raw=raw,
    )


def read_whole(row: Row) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """All of the order's JSON, with fractions as `Decimal`, and its lines by id."""
    whole = _WHOLE.decode(row.raw)
    lines = whole.get("line_items")
    return whole, {
        str(line["id"]): line
        for line in (lines if isinstance(lines, list) else ())
        if isinstance(line, dict) and "id" in line
    }


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
