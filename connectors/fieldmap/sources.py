"""Where one field of an order comes from, in its short and its long spellings."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

import msgspec
from pydantic import BeforeValidator, Field, model_validator

from connectors.fieldmap.blocks import Block, ExpressionText, wrap_in_list
from connectors.fieldmap.rules import Constant, FieldRule
from connectors.places import MisplacedError
from connectors.reading.countries import find_country


def widen_field(value: Any) -> Any:
    """The short spellings of a field: an expression, or a list of them, the first that is not empty
    being taken.
    """
    return (
        {"from": wrap_in_list(value)}
        if isinstance(value, str | list | int) and not isinstance(value, bool)
        else value
    )


class FieldSource(Block):
    """Where a field comes from. Its short forms are an expression, or a list of expressions."""

    sources: Annotated[
        tuple[ExpressionText, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
    ] = Field(default=(), alias="from")
    """Expressions on the order (in a line: on the line; `root()` is the order).

    The first that finds something not empty is taken.
    """
    value: Constant | None = None
    """Always this."""
    table: dict[str, Constant] = Field(default={})
    """The shop's words and what they become here, compared without regard to case."""
    default: Constant | None = None
    """What is taken where nothing is found, or nothing in the table."""

    @model_validator(mode="after")
    def _check_origin(self) -> Self:
        if bool(self.sources) == (self.value is not None):
            raise ValueError("expected from (expressions) or value (a constant), one of the two")
        return self

    @cached_property
    def rule(self) -> FieldRule:
        """What the map goes by."""
        return msgspec.convert(self, FieldRule, from_attributes=True)


TextField = Annotated[
    FieldSource, BeforeValidator(widen_field, json_schema_input_type=str | list[str] | FieldSource)
]


class AddressMap(Block):
    """A person and a place."""

    at: ExpressionText | None = None
    """Where the address stands; the fields below are then looked up there."""
    name: TextField | None = None
    """The person; several parts are joined by `words(first_name, last_name)`."""
    company: TextField | None = None
    """The company."""
    line1: TextField | None = None
    """The street."""
    line2: TextField | None = None
    """More of the street."""
    city: TextField | None = None
    """The town."""
    region: TextField | None = None
    """State, province or county: its name, or its code."""
    region_name: TextField | None = None
    """Its name, where `region` is a code; carriers take the one or the other, by country."""
    postal_code: TextField | None = None
    """The postal code."""
    country: TextField | None = None
    """The country: a code of ISO 3166 (letters or digits), or its name in a usual language."""
    phone: TextField | None = None
    """A telephone number."""
    email: TextField | None = None
    """An e-mail address."""
    tax_id: TextField | None = None
    """VAT number, CPF, CNPJ, codice fiscale; the store's `tax_ids` says where it goes."""

    @model_validator(mode="after")
    def _check_country(self) -> Self:
        """Raise `MisplacedError` for a constant that would hold every order."""
        source = self.country
        if source is None:
            return self
        told = {("value",): source.value, ("default",): source.default} | {
            ("table", name): word for name, word in source.table.items()
        }
        for path, word in told.items():
            if word not in {None, ""} and not find_country(str(word)):
                raise MisplacedError(
                    ("country", *path),
                    f"{str(word)!r} is not a country we know; write a code of ISO 3166 such as DE,"
                    " or the country's name",
                )
        return self
