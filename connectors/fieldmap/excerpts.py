"""As much of an order's JSON as a store's own expressions look at.

Decoding all of it would cost more than the expressions do.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypedDict

import msgspec

from connectors.filling import FieldFiller

_ALL = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class ExcerptReader:
    """Reads what the fields of one store look at in orders with lines under `line_items`; built
    once for a store.
    """

    def __init__(self, filler: FieldFiller) -> None:
        names, of_lines = filler.list_names(), filler.list_line_names()
        self._decoder = _ALL
        self._has_lines = of_lines != frozenset()
        if names is not None:
            fields = {name: _choose_type(filler.list_names_in(name)) for name in names}
            if self._has_lines and "line_items" not in names:
                fields["line_items"] = Any if of_lines is None else _choose_lines(of_lines)
            self._decoder = msgspec.json.Decoder(name_fields(fields), float_hook=Decimal)

    def read(self, raw: msgspec.Raw | bytes) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The order's JSON, with fractions as `Decimal`, and its lines by id."""
        try:
            whole = self._decoder.decode(raw)
        except msgspec.ValidationError:
            # Of another shape than any order has; the expressions will say so.
            whole = _ALL.decode(raw)
        if not self._has_lines:
            return whole, {}
        lines = whole.get("line_items")
        return whole, {
            str(line["id"]): line
            for line in (lines if isinstance(lines, list) else ())
            if isinstance(line, dict) and "id" in line
        }


def _choose_type(inner: frozenset[str] | None) -> Any:
    """The type of a value of which these names are looked up; anything for None."""
    if inner is None:
        return Any
    return name_fields(dict.fromkeys(inner, Any)) | list[Any] | str | None


def _choose_lines(names: frozenset[str]) -> Any:
    return list[name_fields({"id": Any, **dict.fromkeys(names, Any)})]  # type: ignore[misc] # made here


def name_fields(fields: Mapping[str, Any]) -> Any:
    """The type of an object of which these fields are read and no other."""
    return TypedDict("Named", dict(fields), total=False)  # type: ignore[operator] # made here
