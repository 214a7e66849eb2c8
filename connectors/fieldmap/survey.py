"""Which names a store's expressions look up that none of its orders has: a typo shows that way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.lookups import find_keys
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


class OpenList(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of which it cannot be known which elements of the list `name` it looks at, and
    how many bytes of JSON that list has in an order, on average.
    """

    expression: Expression
    name: str
    size: int


class FieldSurvey:
    """A `connectors.interface.FieldFiller` that fills in as the filler it is given, and takes note
    of what the orders look like. It needs all of an order.
    """

    def __init__(self, filler: Filler) -> None:
        self._filler = filler
        self._known: dict[str, set[str]] = {"order": set(), "line": set()}
        self._sizes: list[int] = []
        self._lists: dict[str, int] = {}

    def fill(self, order: Order, raw: Any, lines: Mapping[str, Any]) -> Order | RejectedOrder:
        """See `FieldFiller`."""
        self._sizes.append(len(msgspec.json.encode(raw)))
        self._known["order"].update(raw if isinstance(raw, dict) else ())
        for name, value in raw.items() if isinstance(raw, dict) else ():
            if _has_keys(value):
                size = len(msgspec.json.encode(value))
                self._lists[name] = self._lists.get(name, 0) + size
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

    def list_keys(self, *path: str) -> frozenset[str] | None:
        """As the filler does for products and customers; None for an order: everything."""
        return None if len(path) == 1 else self._filler.list_keys(*path)

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

    def find_open_lists(self) -> Iterator[OpenList]:
        """The expressions that may look at any element of a list whose elements have keys."""
        for part, expression, reads in self._filler.list_lookups():
            if part == "order" and not reads.whole:
                for name in sorted(reads.names & self._lists.keys()):
                    if find_keys(reads, (name,)) is None:
                        size = self._lists[name] // len(self._sizes)
                        yield OpenList(expression=expression, name=name, size=size)

    def find_unknown_names(self) -> Iterator[UnknownName]:
        """Each name once for every expression that looks it up, in the sequence of the settings."""
        for part, expression, reads in self._filler.list_lookups():
            known = frozenset(self._known[part])
            # Where no line was seen, nothing is known of lines.
            for name in sorted(reads.names - known) if known else ():
                yield UnknownName(expression=expression, name=name, part=part, known=known)


def _has_keys(value: Any) -> bool:
    """Whether a value is a list of elements with keys, as meta data are."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and "key" in one for one in value)
    )
