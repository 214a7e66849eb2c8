"""Side fields of an order that has another shape than Shopify promises: mended where the meaning is
clear, else left out. An order cannot go without the rest. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from connectors.reading.complaints import UNDECODABLE, Complaint, read_complaint
from connectors.shopify.mapping import wire

# What is worth less than the order, `*` standing for a place in a list.
_SIDE = frozenset(
    {
        "billing_address",
        "confirmation_number",
        "contact_email",
        "created_at",
        "customer",
        "discount_codes",
        "email",
        "gateway",
        "line_items.*.grams",
        "line_items.*.name",
        "line_items.*.tip",
        "line_items.*.title",
        "line_items.*.variant_id",
        "note",
        "note_attributes",
        "order_number",
        "payment_gateway_names",
        "phone",
        "po_number",
        "processed_at",
        "shipping_address.company",
        "shipping_address.phone",
        "shipping_lines.*.code",
        "shipping_lines.*.title",
        "source_name",
        "tags",
    }
)
_LISTS = frozenset({"refunds", "shipping_lines", "discount_codes", "payment_gateway_names"})
# So many fields of one order are mended; one with more is rejected.
_MOST = 100
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_ANY = msgspec.json.Decoder(float_hook=Decimal)
_ORDER = msgspec.json.Decoder(wire.Order, float_hook=Decimal)
_PLAIN = msgspec.json.Encoder(decimal_format="number")

Path = list[int | str]


def decode_mended(raw: bytes | msgspec.Raw) -> wire.Order | None:
    """The order without the side fields that cannot be read, which `left_out` names; None if
    something else cannot be read either.
    """
    try:
        document = _ANY.decode(raw)
        mended = _mend_all(document) if isinstance(document, dict) else None
    except (*UNDECODABLE, TypeError):
        return None
    return mended


def _mend_all(document: dict[str, Any]) -> wire.Order | None:
    left_out: list[str] = []
    for _ in range(_MOST):
        try:
            order = _ORDER.decode(_PLAIN.encode(document))
        except msgspec.ValidationError as error:
            complaint = read_complaint(error)
            if not _mend_field(document, complaint, left_out):
                return None
        else:
            return msgspec.structs.replace(order, left_out=tuple(dict.fromkeys(left_out)))
    return None


def _mend_field(document: dict[str, Any], complaint: Complaint, left_out: list[str]) -> bool:
    """Mend or leave out the field of a complaint; False if the order cannot go without it."""
    path: Path = [int(place) if place else name for place, name in _STEP.findall(complaint.path)]
    if not path:
        return False
    top = str(path[0])
    value = document.get(top)
    if len(path) == 1 and top in _MENDS and (mended := _MENDS[top](value)) is not None:
        document[top] = mended
        return True
    if value == {} and top in _LISTS:
        document[top] = []
        return True
    floor = _find_floor(path)
    if floor == 0:
        return False
    left_out.append(f"{complaint.path}: expected {complaint.expected}, found {complaint.found}")
    return any(_remove(document, path[:size]) for size in range(len(path), floor - 1, -1))


def _find_floor(path: Path) -> int:
    """How many steps of a path lead to the side field it is in; 0 if it is in none."""
    for size in range(1, len(path) + 1):
        if ".".join("*" if isinstance(step, int) else step for step in path[:size]) in _SIDE:
            return size
    return 0


def _remove(document: Any, path: Path) -> bool:
    """Take a value out; False if it is not there, as when it is missing."""
    holder = document
    for step in path[:-1]:
        try:
            holder = holder[step]
        except (LookupError, TypeError):
            return False
    try:
        del holder[path[-1]]
    except (LookupError, TypeError):
        return False
    return True


def _join_tags(value: Any) -> str | None:
    """Tags as one text, from a list of texts."""
    return ", ".join(str(tag) for tag in value) if isinstance(value, list) else None


def _list_attributes(value: Any) -> list[dict[str, Any]] | None:
    """Names and values, from one object."""
    if not isinstance(value, dict):
        return None
    return [{"name": name, "value": one} for name, one in value.items()]


def _read_whole(value: Any) -> int | None:
    """A whole number, from a text."""
    text = value.strip()[:20] if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() else None


_MENDS: Mapping[str, Any] = MappingProxyType(
    {"tags": _join_tags, "note_attributes": _list_attributes, "order_number": _read_whole}
)
