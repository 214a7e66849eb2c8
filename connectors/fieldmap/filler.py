"""An order, filled in by a store's own expressions over the shop's JSON.

Pure. A field that cannot be filled in stays as it was, and is remarked upon; an address or a
condition that cannot be worked out holds the order, because a parcel could go astray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from connectors.fieldmap.lookups import Lookups
from connectors.fieldmap.parts import ADDRESS_TEXTS, read_address, read_tags
from connectors.fieldmap.rules import (
    LINE_TEXTS,
    PROSE,
    TEXTS,
    AddressRules,
    DimensionRules,
    FieldRule,
    FillRules,
)
from connectors.fieldmap.scope import LineScope, Scope
from connectors.language.expressions import Expression
from connectors.language.shortcuts import Shortcut
from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    Fulfillment,
    ItemOption,
    LineItem,
    Order,
    OrderStatus,
    RejectedOrder,
)
from connectors.places import Source
from connectors.reading.fields import FieldError
from connectors.reading.measures import read_dimensions
from connectors.reading.regions import write_region

Watch = Callable[[str, Sequence[Source]], None]
"""Is given an order's id, and the origin of each field that was filled in."""
Complain = Callable[[str, str], None]
"""Is given the name of a field that could not be filled in, and the order's number."""


Mark = Callable[[str, Sequence[str]], None]
"""Is given an order's id, and the names of the conditions in `FillRules.marks` that are true."""


class Filler(Lookups):
    """What one store fills in; a `connectors.interface.FieldFiller`."""

    def __init__(
        self,
        rules: FillRules,
        complain: Complain,
        watch: Watch | None = None,
        mark: Mark | None = None,
    ) -> None:
        super().__init__(rules)
        self._complain = complain
        self._watch = watch
        self._mark = mark if rules.marks else None
        self._texts = [
            (name, rule, name in PROSE, rule.shortcut if watch is None else None)
            for name in (*TEXTS, *PROSE)
            if (rule := getattr(rules, name)) is not None
        ]
        self._custom_fields = [
            (at, f"custom_field_{at + 1}", rule, rule.shortcut if watch is None else None)
            for at, rule in enumerate(rules.custom_fields)
            if rule is not None
        ]
        items = rules.items
        self._line_texts = [
            (name, rule)
            for name in (() if items is None else LINE_TEXTS)
            if (rule := getattr(items, name)) is not None
        ]
        self._line_options = [] if items is None else list(items.options.items())
        rules_of_lines = [rule for _, rule in self._line_texts + self._line_options]
        self._other_service = None if items is None else items.other_service
        self._line_finders = None if watch is not None else _list_finders(rules_of_lines)
        self._others = list(_list_readers(rules))
        self._changes_customer = rules.ship_to is not None or rules.bill_to is not None

    def fill(self, order: Order, raw: Any, lines: Mapping[str, Any]) -> Order | RejectedOrder:
        """See `FieldFiller`."""
        trace: list[Source] | None = [] if self._watch is not None else None
        scope = Scope(raw, raw, trace=trace)
        try:
            changes = self._read_conditions(scope)
            if self._changes_customer:
                changes["customer"] = self._fill_customer(scope, order.customer)
            if self._other_service is not None:
                order = self._mark_lines(scope, order, lines, self._other_service)
        except FieldError as fault:
            if order.status is not OrderStatus.CANCELLED:
                return RejectedOrder(
                    id=order.id,
                    number=order.number,
                    modified_at=order.modified_at,
                    reason=str(fault),
                )
            # No parcel goes astray, and who packs the order already must hear of it.
            changes = {"excluded": str(fault)}
        self._read_fields(scope, order, changes)
        if self._rules.items is not None:
            self._fill_lines(scope, order, lines, changes)
        if self._mark is not None:
            self._mark(order.id, list(self._list_marks(scope, order.number)))
        if self._watch is not None:
            self._watch(order.id, trace or ())
        return msgspec.structs.replace(order, **changes) if changes else order

    def _read_conditions(self, scope: Scope) -> dict[str, Any]:
        only, exclude = self._rules.only, self._rules.exclude
        if only is not None and not scope.is_true("filters.only", only, otherwise=True):
            return {"excluded": f"filters.only: {_quote(only)} is not true of it"}
        if exclude is not None and scope.is_true("filters.exclude", exclude, otherwise=False):
            return {"excluded": f"filters.exclude: {_quote(exclude)} is true of it"}
        return {}

    def _list_marks(self, scope: Scope, number: str) -> Iterator[str]:
        for name, condition in self._rules.marks:
            try:
                if scope.is_true("after_import.only", condition, otherwise=False):
                    yield name
            except FieldError:
                self._complain("after_import.only", number)

    def _fill_customer(self, scope: Scope, customer: Customer) -> Customer:
        changes = {
            name: _fill_address(scope, name, rules, getattr(customer, name))
            for name, rules in (("ship_to", self._rules.ship_to), ("bill_to", self._rules.bill_to))
            if rules is not None
        }
        return msgspec.structs.replace(customer, **changes)

    def _read_fields(self, scope: Scope, order: Order, changes: dict[str, Any]) -> None:
        number = order.number
        for name, rule, keep_lines, shortcut in self._texts:
            text = None if shortcut is None else shortcut(scope.value, scope.root, keep_lines)
            if text is None:
                text = self._read_text(scope, name, rule, number, keep_lines=keep_lines)
            if text:
                changes[name] = text
        if self._custom_fields:
            changes["custom_fields"] = self._read_custom_fields(scope, order)
        for name, read in self._others:
            try:
                if (found := read(scope)) is not None:
                    changes[name] = found
            except FieldError:
                self._complain(name, number)

    def _read_custom_fields(self, scope: Scope, order: Order) -> tuple[str, ...]:
        found = [*order.custom_fields, "", "", ""][:3]
        for at, name, rule, shortcut in self._custom_fields:
            text = None if shortcut is None else shortcut(scope.value, scope.root, False)  # noqa: FBT003 -- see TextShortcut
            if text is None:
                text = self._read_text(scope, name, rule, order.number)
            found[at] = text or found[at]
        while found and not found[-1]:
            found.pop()
        return tuple(found)

    def _mark_lines(
        self, scope: Scope, order: Order, lines: Mapping[str, Any], condition: Expression
    ) -> Order:
        """The order with the lines marked that another service ships. Raises `FieldError`."""
        items = [
            msgspec.structs.replace(item, fulfillment=Fulfillment.OTHER_SERVICE)
            if item.shippable
            and item.id in lines
            and LineScope(
                lines[item.id], scope.root, line=item.id, place=place, trace=None
            ).is_true("other_service", condition, otherwise=False)
            else item
            for place, item in enumerate(order.items)
        ]
        return msgspec.structs.replace(order, items=tuple(items))

    def _fill_lines(
        self, scope: Scope, order: Order, lines: Mapping[str, Any], changes: dict[str, Any]
    ) -> None:
        filled: list[LineItem] | None = None
        for place, item in enumerate(order.items):
            line = lines.get(item.id)
            # The shop has no line for a discount or a fee.
            if line is None or self._finds_nothing(line):
                continue
            inner = LineScope(line, scope.root, line=item.id, place=place, trace=scope.trace)
            filled = list(order.items) if filled is None else filled
            filled[place] = self._fill_line(item, inner, order.number)
        if filled is not None:
            changes["items"] = tuple(filled)

    def _finds_nothing(self, line: Any) -> bool:
        """Whether it takes no more than a look to see that a line stays as it is."""
        finders = self._line_finders
        return finders is not None and not [True for find in finders if find(line) is not None]

    def _fill_line(self, item: LineItem, scope: Scope, number: str) -> LineItem:
        changes: dict[str, Any] = {}
        for name, rule in self._line_texts:
            if text := self._read_text(scope, name, rule, number):
                changes[name] = text
        more = [
            ItemOption(name=name, value=text)
            for name, rule in self._line_options
            if (text := self._read_choice(scope, f"options.{name}", rule, number))
        ]
        if more:
            kept = item.options
            if kept:
                named = {option.name for option in more}
                kept = tuple(option for option in kept if option.name not in named)
            changes["options"] = (*kept, *more)
        return msgspec.structs.replace(item, **changes) if changes else item

    def _read_choice(self, scope: Scope, name: str, rule: FieldRule, number: str) -> str:
        """As `_read_text`, for what may be a list or an object."""
        try:
            return scope.read_choice(name, rule)
        except FieldError:
            self._complain(f"{scope.name}{name}", number)
            return ""

    def _read_text(
        self,
        scope: Scope,
        name: str,
        rule: FieldRule | None,
        number: str,
        *,
        keep_lines: bool = False,
    ) -> str:
        """The text that a rule finds; empty, with a complaint, where it cannot be read."""
        try:
            return scope.read_text(name, rule, keep_lines=keep_lines)
        except FieldError:
            self._complain(f"{scope.name}{name}", number)
            return ""


def _list_finders(rules: Sequence[FieldRule]) -> list[Shortcut] | None:
    """What finds null in a line in which no rule finds anything; None where it takes more to
    tell.
    """
    if any(rule.shortcut is None or rule.default is not None for rule in rules):
        return None
    found = [source.shortcut for rule in rules for source in rule.sources]
    return None if None in found else list(filter(None, found))


def _list_readers(rules: FillRules) -> Iterator[tuple[str, Callable[[Scope], Any]]]:
    """How to read the fields that are not text; they give None where nothing is found."""
    gift, tags, size = rules.gift, rules.tags, rules.dimensions
    if gift is not None:
        yield "gift", lambda scope: scope.is_true("gift", gift, otherwise=False)
    if tags is not None:
        yield "tags", lambda scope: read_tags(scope, tags) or None
    if size is not None:
        yield "dimensions", lambda scope: _read_size(scope, size)


def _read_size(scope: Scope, rules: DimensionRules) -> Dimensions | None:
    length, width, height = (
        scope.read(f"dimensions.{side}", getattr(rules, side), _take, None)
        for side in ("length", "width", "height")
    )
    return read_dimensions(length, width, height, rules.unit, "dimensions")


def _fill_address(scope: Scope, name: str, rules: AddressRules, own: Address) -> Address:
    found = read_address(scope, name, rules)
    changes = {part: text for part in (*ADDRESS_TEXTS, "country") if (text := getattr(found, part))}
    if found.region:
        changes["region"] = write_region(found.region, found.country or own.country)
    return msgspec.structs.replace(own, **changes)


def _take(value: Any, _field: str) -> Any:
    return value


def _quote(expression: Expression) -> str:
    place = f" ({expression.place})" if expression.place else ""
    return f"`{expression.one_line}`{place}"
