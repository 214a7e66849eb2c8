"""Readers of single fields, put together once from their rules.

A reader is given the value that a field's expressions look at, and what `root()` gives. It reads
what `Scope` reads, and fails where that fails; but its error names no field and no place. Whoever
needs those reads again through a `Scope`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from connectors.fieldmap.parts import ADDRESS_TEXTS
from connectors.fieldmap.rules import AddressRules, FieldRule
from connectors.fieldmap.scope import Scope
from connectors.fieldmap.shortcuts import Finder, find_finder, fit_text
from connectors.language.expressions import Expression
from connectors.language.functions.table import is_empty
from connectors.language.logic import is_false
from connectors.orders import Address
from connectors.reading import fields
from connectors.reading.regions import write_region

T = TypeVar("T")
Reader = Callable[[Any, Any], T]
Readers = list[tuple[str, Reader[Any]]]
"""The fields of an order, an address or a line, by name."""


class UnusualError(ValueError):
    """Only a `Scope` can say what was found, or what is wrong with it."""


def build_text_readers(rules: Any, *names: str, keep_lines: bool = False) -> Readers:
    """The readers of those of these fields of text that have a rule."""
    return [
        (name, build_text_reader(rule, keep_lines=keep_lines))
        for name in names
        if (rule := getattr(rules, name)) is not None
    ]


def build_text_reader(rule: FieldRule | None, *, keep_lines: bool = False) -> Reader[str]:
    """What `Scope.read_text` reads."""
    if rule is None:
        return lambda _value, _root: ""
    shortcut = rule.shortcut

    def read_long(value: Any, root: Any) -> str:
        return Scope(value, root).read_text("", rule, keep_lines=keep_lines)

    if shortcut is None:
        return read_long
    if name := find_only_name(rule):
        return _build_name_reader(name, keep_lines, read_long)

    def read(value: Any, root: Any) -> str:
        text = shortcut(value, root, keep_lines)
        return read_long(value, root) if text is None else text

    return read


def _build_name_reader(name: str, keep_lines: bool, read_long: Reader[str]) -> Reader[str]:  # noqa: FBT001 -- as TextShortcut
    """The reader of most fields, with no call on the way to a text that has nothing to clean."""

    def read(value: Any, root: Any) -> str:
        if type(value) is not dict:
            return read_long(value, root)
        found = value.get(name)
        if type(found) is str:
            return fit_text(found, keep_lines) if found else ""
        return "" if found is None else read_long(value, root)

    return read


def find_only_name(rule: FieldRule) -> str:
    """The name under which the field stands, where that is all that its rule says."""
    is_plain = rule.value is None and rule.default is None and not rule.table
    if not is_plain or len(rule.sources) != 1 or len(rule.sources[0].path) != 1:
        return ""
    return rule.sources[0].path[0]


def build_reader(rule: FieldRule, convert: Callable[[Any, str], T], missing: T) -> Reader[T]:
    """What `Scope.read` reads."""
    find = find_only_source(rule)
    if find is None:
        return lambda value, root: Scope(value, root).read("", rule, convert, missing)

    def read(value: Any, root: Any) -> T:
        found = find(value, root)
        return missing if is_empty(found) else convert(found, "")

    return read


def find_only_source(rule: FieldRule) -> Finder | None:
    """What finds the field's value, where nothing is made of it before it is converted."""
    if rule.value is not None or rule.table or rule.default is not None or len(rule.sources) != 1:
        return None
    return find_finder(rule.sources[0])


def build_condition(expression: Expression) -> Reader[bool]:
    """What `Scope.is_true` tells."""
    find = expression.shortcut
    if find is None:
        return lambda value, root: not is_false(expression(value, root))
    return lambda value, _root: not is_false(find(value))


def build_list_reader(expression: Expression) -> Reader[Sequence[Any]]:
    """The elements that `Scope.enter_list` enters."""
    find = find_finder(expression)

    def read(value: Any, root: Any) -> Sequence[Any]:
        found = find(value, root)
        if found is None:
            return ()
        if not isinstance(found, list):
            raise UnusualError
        return found

    return read


def build_address_reader(rules: AddressRules) -> Reader[Address]:
    """What `connectors.fieldmap.parts.read_address` reads."""
    enter = None if rules.at is None else find_finder(rules.at)
    texts = build_text_readers(rules, *ADDRESS_TEXTS)
    read_country = (
        None if rules.country is None else build_reader(rules.country, fields.read_country, "")
    )
    read_name = build_text_reader(rules.region_name)

    def read(value: Any, root: Any) -> Address:
        place = value if enter is None else enter(value, root)
        found = {name: read(place, root) for name, read in texts}
        country = "" if read_country is None else read_country(place, root)
        region = write_region(found.get("region", ""), country, read_name(place, root))
        return Address(**{**found, "country": country, "region": region})

    return read
