"""The lines of an order as they stand now: what is left of each after refunds, and which lines of a
bundle are packed. Pure.

Bundle plugins write a container line and a line for each thing in it. One of the two sets is
packed: the things, if the container is a virtual product or its plugin ships them apart, else the
container, which then says what it contains. The money of the other set moves to the packed one, so
that the lines still add up.

Product Bundles and Composite Products name the container's line over REST; others leave marks in
the lines' meta data: the container's product (WPC Product Bundles and Composite Products, Easy
Product Bundles), or the key that the container had in the cart (YITH Product Bundles and
Composite Products, Mix and Match).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import ZERO
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.packages import LINE_MARKS
from connectors.woocommerce.mapping.products import GONE, Goods
from connectors.woocommerce.mapping.values import (
    read_key,
    read_optional_amount,
    read_plain,
    read_quantity,
    read_text,
)

_NEEDS_SHIPPING = frozenset(
    {
        "_bundled_item_needs_shipping",
        "_composite_item_needs_shipping",
        "_mnm_item_needs_shipping",
    }
)
_SHIPS_PARTS = "_non_bundled_shipping"
_PARENT_PRODUCTS = frozenset(
    {"_woosb_parent_id", "wooco_parent_id", "_wooco_parent_id", "_asnp_wepb_parent_id"}
)
_YITH_CHILD, _YITH_CONTAINER = "_yith_wcp_child_component_data", "_yith_wcp_component_data"
_PARENT_KEYS = frozenset({"_bundled_by", "_composite_parent", "_mnm_container", _YITH_CHILD})
# Where in these marks, which are objects, the container's key stands.
_KEYS_INSIDE = {_YITH_CHILD: "yith_wcp_cart_parent_key", _YITH_CONTAINER: "cart_item_key"}
_OWN_KEYS = frozenset(
    {
        "_bundle_cart_key",
        "_yith_bundle_cart_key",
        "_composite_cart_key",
        "_mnm_cart_key",
        _YITH_CONTAINER,
    }
)
# YITH marks some containers by these alone, without a key in the cart.
_KEYLESS = frozenset({"_cartstamp", _YITH_CONTAINER})
_MARKS = _PARENT_PRODUCTS | _PARENT_KEYS | _OWN_KEYS | _KEYLESS | {_SHIPS_PARTS}
# Written for the plugin's own use, though not under a hidden name.
_INTERNAL = frozenset({"wooco_parent_id", "wooco_ids"}) | LINE_MARKS


class Part(msgspec.Struct, kw_only=True, gc=False):
    """One product line.

    `left` are its pieces less the refunded ones; `subtotal` and `total` are for what is left,
    before and after discounts. `packed` is false for what nobody puts in a parcel; `folded` is
    true for a line of a bundle that another line stands for. `marks` are the bundle plugins' meta
    data; `contents` says what a packed container holds.
    """

    line: wire.Line
    goods: Goods
    left: Decimal
    subtotal: Decimal
    total: Decimal
    packed: bool
    folded: bool = False
    marks: Mapping[str, str] = {}
    contents: tuple[str, ...] = ()


def read_parts(
    lines: Sequence[wire.Line],
    goods: Mapping[tuple[int, int], Goods],
    refunded: Mapping[int, Decimal],
) -> list[Part]:
    """Every line of which something is left.

    Raises `FieldError`, e.g. `line_items[2].total: expected money, found 'abc'`.
    """
    parts = []
    bundled = False
    for index, line in enumerate(lines):
        try:
            part = _read_part(line, goods, refunded)
        except FieldError as error:
            raise error.under(f"line_items[{index}]") from None
        if part.left > 0:
            parts.append(part)
            bundled = bundled or bool(line.bundled_by or line.composite_parent or part.marks)
    if bundled:
        _fold_bundles(parts)
    return parts


def _read_part(
    line: wire.Line, goods: Mapping[tuple[int, int], Goods], refunded: Mapping[int, Decimal]
) -> Part:
    ordered = read_quantity(line.quantity, "quantity")
    subtotal = read_optional_amount(line.subtotal, "subtotal")
    total = read_optional_amount(line.total, "total")
    left = ordered
    if refunded and (back := refunded.get(read_key(line.id))):
        left = ordered - back
        if left > 0:
            subtotal, total = subtotal * left / ordered, total * left / ordered
    product = goods.get((read_key(line.product_id), read_key(line.variation_id)), GONE)
    return Part(
        line=line,
        goods=product,
        left=left,
        subtotal=subtotal,
        total=total,
        packed=not product.virtual,
        marks=_read_marks(line) if line.meta_data else {},
    )


def _fold_bundles(parts: Sequence[Part]) -> None:
    """Decide for each bundle which of its lines are packed, and move the money of the
    others there.
    """
    by_id = {read_key(part.line.id): part for part in parts}
    contents: dict[int, list[Part]] = {}
    for place, part in enumerate(parts):
        holder = (
            read_key(part.line.bundled_by)
            or read_key(part.line.composite_parent)
            or _find_marked_holder(part, parts, place)
        )
        if holder in by_id and by_id[holder] is not part:
            contents.setdefault(holder, []).append(part)
    # Inner bundles first: their money may move on to the outer one.
    for holder, children in reversed(contents.items()):
        container = by_id[holder]
        if container.marks.get(_SHIPS_PARTS) == "yes" and any(child.packed for child in children):
            container.packed = False
        if container.packed:
            inside = [child for child in children if not _ships_alone(child)]
            container.contents = tuple(
                text for child in inside if child.packed for text in _describe_contents(child)
            )
            _move_money(inside, [container])
        elif packed := [child for child in children if child.packed]:
            _move_money([container], packed)


def _read_marks(line: wire.Line) -> Mapping[str, str]:
    return {
        meta.key: _read_mark(meta)
        for meta in wire.read_list(line.meta_data)
        if isinstance(meta.key, str) and meta.key in _MARKS
    }


def _read_mark(meta: wire.Meta) -> str:
    value, inside = meta.value, _KEYS_INSIDE.get(str(meta.key))
    return read_text(value.get(inside) if inside and isinstance(value, dict) else value)


def _find_marked_holder(part: Part, parts: Sequence[Part], place: int) -> int:
    """The id of the line that holds this one by a plugin's marks; 0 if none does.

    A product may be in the order twice: its parts follow their own container.
    """
    for mark, value in part.marks.items():
        if mark in _PARENT_PRODUCTS:
            product = read_key(value)
            for other in (*reversed(parts[:place]), *parts[place + 1 :]):
                keys = (read_key(other.line.product_id), read_key(other.line.variation_id))
                if product and product in keys and not other.marks.keys() & _PARENT_PRODUCTS:
                    return read_key(other.line.id)
        elif mark in _PARENT_KEYS and value:
            for other in parts:
                if any(other.marks.get(key) == value for key in _OWN_KEYS):
                    return read_key(other.line.id)
            # A container stands before its parts.
            for other in reversed(parts[:place]):
                if not _KEYLESS.isdisjoint(other.marks) and not any(
                    other.marks.get(key) for key in _OWN_KEYS
                ):
                    return read_key(other.line.id)
    return 0


def _describe_contents(child: Part) -> tuple[str, ...]:
    """A thing in a container, or what that contains in turn."""
    sku = read_text(child.line.sku)
    name = read_plain(child.line.name) or sku or f"Item {child.line.id}"
    text = f"{child.left.normalize():f} x {name}{f' ({sku})' if sku else ''}"
    return (text, *child.contents)


def _ships_alone(child: Part) -> bool:
    """Whether the plugin says that this part of a bundle is shipped in a parcel of its own."""
    return any(
        read_text(meta.key) in _NEEDS_SHIPPING and read_text(meta.value) == "yes"
        for meta in wire.read_list(child.line.meta_data)
    )


def _move_money(sources: Sequence[Part], targets: Sequence[Part]) -> None:
    """Fold `sources` into `targets`, sharing their money out by quantity."""
    pieces = sum((target.left for target in targets), ZERO)
    subtotal = sum((source.subtotal for source in sources), ZERO)
    total = sum((source.total for source in sources), ZERO)
    for target in targets:
        target.subtotal += subtotal * target.left / pieces
        target.total += total * target.left / pieces
    for source in sources:
        source.packed = False
        source.folded = True
        source.subtotal = source.total = ZERO


def is_shown(meta: Any) -> bool:
    """Whether a line's meta datum is meant for people: names of hidden ones begin with an
    underscore.
    """
    return isinstance(meta, str) and not meta.startswith("_") and meta not in _INTERNAL
