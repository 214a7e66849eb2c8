"""An order together with the JSON it was read from, for a store that fills in fields of its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from connectors.fieldmap.excerpts import ExcerptReader
from connectors.orders import RejectedOrder
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import decode_order

_ANY = msgspec.json.Decoder(float_hook=Decimal)
_PLAIN = msgspec.json.Encoder(decimal_format="number")
_BYTES_OF_A_LINE = 1_000
_BYTES_OF_AN_ATTRIBUTE = 100


class WholeOrder(wire.Order, frozen=True):
    """An order of REST with the JSON it was read from, which is looked at when it is mapped."""

    raw: Any = None


def decode_whole(raw: bytes | msgspec.Raw) -> wire.Order | RejectedOrder:
    """As `decode_order`, with the order's JSON kept."""
    order = decode_order(raw, _WHOLE)
    if isinstance(order, RejectedOrder):
        return order
    if not isinstance(order, WholeOrder):
        order = WholeOrder(**msgspec.structs.asdict(order))
    msgspec.structs.force_setattr(order, "raw", raw)
    return order


_WHOLE = msgspec.json.Decoder(WholeOrder, float_hook=Decimal)


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """What the store's own expressions look up beside the orders: by the id of a variant what
    stands in it and, under `product`, in its product; and customers by their ids.
    """

    variants: Mapping[int, Mapping[str, Any]] = {}
    customers: Mapping[int, Mapping[str, Any]] = {}


def read_node(raw: msgspec.Raw) -> Mapping[str, Any]:
    """A node of GraphQL's as REST would write it: lists without pages, numbers for ids. Empty for
    null.
    """
    return _simplify(_ANY.decode(raw)) or {}


def _simplify(value: Any) -> Any:
    if isinstance(value, list):
        return [_simplify(one) for one in value]
    if not isinstance(value, dict):
        tail = value.rpartition("/")[2] if isinstance(value, str) else ""
        return int(tail) if tail.isdecimal() and value.startswith("gid://") else value
    return (
        _simplify(value["nodes"])
        if value.keys() == {"nodes"}
        else {name: _simplify(one) for name, one in value.items()}
    )


def list_parts(
    order: wire.Order, details: Details, reader: ExcerptReader
) -> tuple[Any, Mapping[str, Any]]:
    """The order's JSON in the names of REST, and its lines by id, with what was looked up beside
    it.

    GraphQL sends what the connector asks for and no more: that is what stands there then.
    """
    whole, lines = reader.read(order.raw if isinstance(order, WholeOrder) else _PLAIN.encode(order))
    if order.customer is not None and (found := details.customers.get(order.customer.id or 0)):
        whole = {**whole, "customer": {**(whole.get("customer") or {}), **found}}
    if not details.variants:
        return whole, lines
    joined = dict(lines)
    for line in order.line_items or ():
        if variant := details.variants.get(line.variant_id or 0):
            parts = {"product": variant.get("product"), "variant": variant}
            joined[str(line.id)] = {**lines.get(str(line.id), {}), **parts}
    return whole, joined


def estimate_size(order: wire.Order | RejectedOrder) -> int:
    """About how many bytes of JSON an order was."""
    if isinstance(order, RejectedOrder):
        return 0
    lines, attributes = len(order.line_items or ()), len(order.note_attributes or ())
    return _BYTES_OF_A_LINE * (lines + 1) + _BYTES_OF_AN_ATTRIBUTE * attributes
