"""As much of an order's JSON as a store's own expressions look at.

Decoding all of it would cost more than the expressions do.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypedDict

import msgspec

_ALL = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


class WholeReader:
    """Reads what the fields of one store look at; built once for a store.

    `names` and `of_lines` are what they look up at the top of an order and of its lines, as
    `connectors.interface.FieldFiller` lists it.
    """

    def __init__(self, names: frozenset[str] | None, of_lines: frozenset[str] | None) -> None:
        self._decoder = _ALL
        self._has_lines = of_lines != frozenset()
        if names is not None:
            lines: Any = Any
            if of_lines is not None and "line_items" not in names:
                lines = list[_name_fields({"id": Any, **dict.fromkeys(of_lines, Any)})]  # type: ignore[misc] # made here
            fields = dict.fromkeys(names, Any)
            self._decoder = msgspec.json.Decoder(
                _name_fields({**fields, "line_items": lines} if self._has_lines else fields),
                float_hook=Decimal,
            )

    def read(self, raw: msgspec.Raw | bytes) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The order's JSON, with fractions as `Decimal`, and its lines by id."""
        try:
            whole = self._decoder.decode(raw)
        except msgspec.ValidationError:
            # Lines of another shape than any order has; the expressions will say so.
            whole = _ALL.decode(raw)
        if not self._has_lines:
            return whole, {}
        lines = whole.get("line_items")
        return whole, {
            str(line["id"]): line
            for line in (lines if isinstance(lines, list) else ())
            if isinstance(line, dict) and "id" in line
        }


def _name_fields(fields: Mapping[str, Any]) -> Any:
    """The type of an object of which these fields are read and no other."""
    return TypedDict("Named", dict(fields), total=False)  # type: ignore[operator] # made here
