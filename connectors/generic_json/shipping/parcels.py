"""Which pieces of an order's lines a shipment takes, and how it looks to templates. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

import msgspec

from connectors.errors import UnreadableResponseError
from connectors.fieldmap.scope import Scope
from connectors.fieldmap.sources import FieldSource
from connectors.generic_json.mapping.lines import Line
from connectors.language.functions.table import as_number
from connectors.reading.fields import FieldError
from connectors.shipments import Shipment, ShippedItem, find_lines


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What one line gives to a shipment: `quantity` pieces of the `open` ones.

    `line` is the shop's own JSON.
    """

    id: str
    sku: str
    name: str
    quantity: int
    open: int
    line: Any


def make_shipment_values(shipment: Shipment) -> dict[str, Any]:
    """A shipment as templates see it."""
    shipped_at = shipment.label_created_at
    if shipped_at is None and shipment.shipped_on is not None:
        shipped_at = datetime.combine(shipment.shipped_on, time(12), tzinfo=UTC)
    return {
        "order_id": shipment.order_id,
        "order_number": shipment.order_number,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": shipment.tracking_number,
        "shipped_on": shipment.shipped_on.isoformat() if shipment.shipped_on else None,
        "shipped_at": (
            shipped_at.isoformat(timespec="seconds").replace("+00:00", "Z") if shipped_at else None
        ),
        "cost": shipment.cost,
        "notify_customer": shipment.notify_customer,
        "customer_notes": shipment.customer_notes,
        "internal_notes": shipment.internal_notes,
        "notes_to_customer": shipment.notes_to_customer,
        "customer_code": shipment.customer_code,
        "whole": not shipment.items,
    }


def pack_lines(
    shipment: Shipment, lines: Sequence[Line], left: Mapping[str, int], *, over_ship: bool = False
) -> list[Parcel]:
    """Which pieces of which lines went into the parcel: no more than are left, unless `over_ship`,
    and nothing of another order.
    """
    taken = (
        _take_items(shipment.items, lines, left, over_ship=over_ship) if shipment.items else left
    )
    return [
        _make_parcel(line, taken[line.item.id], left) for line in lines if taken.get(line.item.id)
    ]


def _take_items(
    items: Sequence[ShippedItem], lines: Sequence[Line], left: Mapping[str, int], *, over_ship: bool
) -> dict[str, int]:
    """The pieces that items take of what is left of each line: of lines that are alike one after
    the other; with `over_ship`, what is too many of the last one.
    """
    taken: dict[str, int] = {}
    for item in items:
        pieces, found = item.quantity, find_lines(item, [line.item for line in lines])
        for line in found:
            before = taken.get(line.id, 0)
            share = max(min(pieces, left.get(line.id, 0) - before), 0)
            if over_ship and line is found[-1]:
                share = pieces
            taken[line.id] = before + share
            pieces -= share
    return taken


def is_counted(
    shipment: Shipment, lines: Sequence[Line], untold: Mapping[str, int], left: Mapping[str, int]
) -> bool:
    """Whether the shop has counted the shipment's pieces: fewer are left than what had not been
    told before it, by at least as many.
    """
    return all(
        left.get(parcel.id, 0) <= untold.get(parcel.id, 0) - parcel.quantity
        for parcel in pack_lines(shipment, lines, untold)
    )


def _make_parcel(line: Line, quantity: int, left: Mapping[str, int]) -> Parcel:
    item = line.item
    return Parcel(
        id=item.id,
        sku=item.sku,
        name=item.name,
        quantity=quantity,
        open=left.get(item.id, 0),
        line=line.raw,
    )


def subtract_told(lines: Sequence[Line], earlier: Sequence[Shipment]) -> dict[str, int]:
    """The pieces of each line that no earlier shipment took; one without items took all."""
    left = {line.item.id: line.item.quantity for line in lines if line.item.shippable}
    for each in earlier:
        taken = _take_items(each.items, lines, left, over_ship=False) if each.items else left
        left = {line: pieces - taken.get(line, 0) for line, pieces in left.items()}
    return left


def read_open(order: Any, line: Line, source: FieldSource) -> int:
    """The pieces of a line that the shop says are still to be shipped."""
    try:
        return Scope(line.raw, order).read(
            "shipment.open", source.rule, lambda value, _: _count_pieces(value), 0
        )
    except FieldError as error:
        raise UnreadableResponseError(f"The order's line {line.item.id}: {error}.") from None


def show_parcels(parcels: Sequence[Parcel]) -> list[Any]:
    """Parcels as templates see them."""
    return [msgspec.to_builtins(parcel, builtin_types=(datetime,)) for parcel in parcels]


def _count_pieces(value: Any) -> int:
    number = as_number(value)
    return max(math.ceil(number), 0) if number is not None else 0
