"""One order's bytes → a typed order, or the reason why not.

Each order is decoded on its own, so that one bad order spoils no other.
"""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from connectors.orders import RejectedOrder
from connectors.reading.fields import FieldError
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import reject
from connectors.woocommerce.mapping.values import key, moment

_ORDER = msgspec.json.Decoder(wire.Order)
_HEAD = msgspec.json.Decoder(wire.Head)
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "yes or no",
    "null": "nothing",
    "array": "a list",
    "object": "an object",
}
_MISFIT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(?P<expected>.*)`, got `(?P<found>.*)`$", re.DOTALL)
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$")


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order of a page. `id` is 0 and `modified` None where not even that much could be read."""

    id: int
    modified: datetime | None
    order: wire.Order | RejectedOrder


def read_row(raw: msgspec.Raw | bytes) -> Row:
    """Decode one order of a page; never raises."""
    try:
        order = _ORDER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _unreadable(raw, error)
    return Row(id=key(order.id), modified=_modified(order.date_modified_gmt), order=order)


def explain(error: Exception) -> str:
    """What msgspec found wrong, path first: `line_items[0].name: expected str | null, found
    object`.
    """
    whole = _MISFIT.match(str(error))
    what, path = (whole["what"], whole["path"] or "") if whole else (str(error), "")
    if missing := _MISSING.match(what):
        return f"{path + '.' if path else ''}{missing['name']}: expected a value, found none"
    if misfit := _EXPECTED.match(what):
        what = f"expected {_plainly(misfit['expected'])}, found {_plainly(misfit['found'])}"
    return f"{path or 'order'}: {what or 'not JSON'}"


def _plainly(kinds: str) -> str:
    """JSON's kinds as people call them; whatever may be text or a number is just that."""
    named = set(kinds.split(" | "))
    if {"str", "int"} <= named:
        return "text or a number"
    return " or ".join(_KINDS.get(kind, kind) for kind in sorted(named))


def _unreadable(raw: msgspec.Raw | bytes, error: Exception) -> Row:
    try:
        head = _HEAD.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        head = wire.Head()
    rejected = reject(head, explain(error))
    return Row(id=key(head.id), modified=rejected.modified_at, order=rejected)


def _modified(value: str | None) -> datetime | None:
    try:
        return moment(value, "date_modified_gmt")
    except FieldError:
        return None
