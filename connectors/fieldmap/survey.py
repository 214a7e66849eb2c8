"""Which names a store's expressions look up that none of its orders has: a typo shows that way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connectors.fieldmap.filler import Filler
from connectors.language.expressions import Expression
from connectors.orders import Order, RejectedOrder


class UnknownName(msgspec.Struct, frozen=True, kw_only=True):
    """A name that an expression looks up, and those that there are instead.

    `part`: `order` or `line`.
    """

    expression: Expression
    name: str
    part: str
    known: frozenset[str]


class FieldSurvey:
    """A `connectors.interface.FieldFiller` that fills in as the filler it is given, and takes note
    of what the orders look like. It needs all of an order.
    """

    def __init__(self, filler: Filler) -> None:
        self._filler = filler
        self._known: dict[str, set[str]] = {"order": set(), "line": set()}
        self._sizes: list[int] = []

    def fill(self, order: Order, raw: Any, lines: Mapping[str, Any]) -> Order | RejectedOrder:
        """See `FieldFiller`."""
        self._sizes.append(len(msgspec.json.encode(raw)))
        self._known["order"].update(raw if isinstance(raw, dict) else ())
        for line in lines.values():
            self._known["line"].update(line if isinstance(line, dict) else ())
        return self._filler.fill(order, raw, lines)

    def list_names(self) -> frozenset[str] | None:
        """None: everything."""
        return None

    def list_line_names(self) -> frozenset[str] | None:
        """None: everything."""
        return None

    def list_names_in(self, name: str) -> frozenset[str] | None:
        """What the filler looks up: the rest would cost requests."""
        return self._filler.list_names_in(name)

    def needs(self, name: str) -> bool:
        """As the filler does."""
        return self._filler.needs(name)

    @property
    def size(self) -> int:
        """How many bytes of JSON a whole order has on average; 0 where none was seen."""
        return sum(self._sizes) // max(len(self._sizes), 1)

    def find_unbounded(self) -> Iterator[Expression]:
        """The expressions of which it cannot be known what of an order they look up."""
        for part, expression, reads in self._filler.list_lookups():
            if part == "order" and reads.whole:
                yield expression

    def find_unknown_names(self) -> Iterator[UnknownName]:
        """Each name once for every expression that looks it up, in the sequence of the settings."""
        for part, expression, reads in self._filler.list_lookups():
            known = frozenset(self._known[part])
            # Where no line was seen, nothing is known of lines.
            for name in sorted(reads.names - known) if known else ():
                yield UnknownName(expression=expression, name=name, part=part, known=known)
