"""A shop's JSON → `Order`, by the expressions given in settings.

Pure; every fault names the field, the JSON path and the settings' line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.scope import Scope
from connectors.generic_json.mapping.compiled_order import ReadOrder, compile_map
from connectors.generic_json.mapping.interpreter import interpret_order
from connectors.generic_json.mapping.rules import OrderRules, TimeRule
from connectors.generic_json.mapping.side_fields import SideFields
from connectors.language.functions.times import read_time
from connectors.orders import Order, OrderId, RejectedOrder
from connectors.places import Source
from connectors.reading import fields
from connectors.reading.fields import FieldError
from connectors.reading.rows import digest_row

Fill = Callable[[Order, Any, Mapping[str, Any]], Order | RejectedOrder]
"""`connectors.interface.FieldFiller.fill`."""


def ignore_complaint(complaint: str) -> None:
    """Say nothing."""


def read_order(
    raw: Any,
    rules: OrderRules,
    trace: list[Source] | None = None,
    fill: Fill | None = None,
    complain: Callable[[str], None] = ignore_complaint,
) -> Order | RejectedOrder | None:
    """One order of the shop; None if `only` says it is none; rejected, with the reason, if a field
    that it cannot go without cannot be read.

    `trace` is given the origin of every field. `fill` is what the store fills in on top. `complain`
    is given a sentence for each other field that cannot be read and is left out.
    """
    if trace is None:
        try:
            found = _find_compiled(rules)(raw)
        except (ArithmeticError, ValueError):
            pass  # what is unusual is the interpreter's to say
        else:
            if found is None or fill is None:
                return None if found is None else found[0]
            return fill(found[0], raw, found[1])
    scope, side = Scope(raw, raw, trace=trace), SideFields()
    try:
        if not scope.is_true("only", rules.only, otherwise=True):
            return None
        order, lines = interpret_order(scope, rules, side)
    except FieldError as fault:
        return reject_order(raw, rules, str(fault))
    for complaint in side.complaints:
        complain(complaint)
    if fill is None:
        return order
    return fill(order, raw, {item.id: line.value for line, item in lines})


def _find_compiled(rules: OrderRules) -> ReadOrder:
    """The store's function, made for its first order."""
    found: ReadOrder | None = rules.compiled
    if found is None:
        found = compile_map(rules)
        msgspec.structs.force_setattr(rules, "compiled", found)
    return found


def reject_order(raw: Any, rules: OrderRules, reason: str) -> RejectedOrder:
    """The order as rejected, with what could be read of it."""
    scope = Scope(raw, raw)
    order_id = _try_text(scope, "id", rules.id)
    return RejectedOrder(
        id=OrderId(order_id),
        number=_try_text(scope, "number", rules.number),
        modified_at=_try_time(scope, rules.modified_at),
        reason=reason,
        record="" if order_id else digest_row(repr(raw).encode(errors="replace")),
    )


def find_time(raw: Any, rule: TimeRule) -> datetime | None:
    """One of an order's times, to see where a sorted list stands; None if it cannot be read."""
    return _try_time(Scope(raw, raw), rule)


def find_identity(raw: Any, rules: OrderRules) -> Hashable:
    """The order's id, or, where it has none that can be read, a text that stands for its
    content.
    """
    return find_id(raw, rules) or repr(raw)


def find_id(raw: Any, rules: OrderRules) -> str:
    """The order's id; empty where it has none that can be read."""
    return _try_text(Scope(raw, raw), "id", rules.id)


def _try_text(scope: Scope, field: str, rule: FieldRule) -> str:
    try:
        return scope.read(field, rule, fields.read_id, "")
    except FieldError:
        return ""


def _try_time(scope: Scope, rule: TimeRule) -> datetime | None:
    try:
        return scope.read("", rule, lambda value, _: read_time(value, rule.format, rule.zone), None)
    except FieldError:
        return None
