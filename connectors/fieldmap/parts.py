"""The parts of an order that are more than one field: an address, tags."""

from __future__ import annotations

from collections.abc import Callable

from connectors.fieldmap.rules import AddressRules, FieldRule
from connectors.fieldmap.scope import Scope
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.orders import Address
from connectors.reading import fields
from connectors.reading.regions import write_region

ADDRESS_TEXTS = (
    "name",
    "company",
    "line1",
    "line2",
    "city",
    "region",
    "postal_code",
    "phone",
    "email",
    "tax_id",
)


_SIDE = frozenset({"company", "phone", "email", "tax_id"})
ReadText = Callable[[Scope, str, FieldRule | None], str]


def read_address(
    scope: Scope, field: str, rules: AddressRules, read_side: ReadText = Scope.read_text
) -> Address:
    """An address; what has no source, or finds nothing, is empty. Raises `FieldError`.

    `read_side` reads what a parcel can go without.
    """
    at = scope.enter(field, rules.at)
    texts = {
        name: (read_side if name in _SIDE else Scope.read_text)(at, name, getattr(rules, name))
        for name in ADDRESS_TEXTS
    }
    country = at.read("country", rules.country, fields.read_country, "")
    name = Scope.read_text(at, "region_name", rules.region_name)
    texts["region"] = write_region(texts["region"], country, name)
    return Address(**texts, country=country)


def read_tags(scope: Scope, expression: Expression | None) -> tuple[str, ...]:
    """The words of a list, or of a text with commas. Raises `FieldError`."""
    if expression is None:
        return ()
    found = scope.find("tags", expression)
    try:
        words = found if isinstance(found, list) else (as_text(found) or "").split(",")
        return tuple(word for each in words if (word := (as_text(each) or "").strip()))
    except EvaluationError as error:
        raise scope.make_fault("tags", str(error), expression) from None
