"""Which names a store's expressions look up that none of its orders has: a typo shows that way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.lookups import find_keys
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import is_empty
from connectors.language.missing_names import MissingName, find_missing_names
from connectors.language.reads import Path, Reads, join_reads
from connectors.orders import Order, RejectedOrder


class UnknownName(msgspec.Struct, frozen=True, kw_only=True):
    """A name that an expression looks up, and those that there are instead.

    `part`: `order` or `line`; `path` is where in it the name is looked up, empty at its top.
    """

    expression: Expression
    name: str
    part: str
    known: frozenset[str]
    path: tuple[str, ...] = ()


class UnknownKey(msgspec.Struct, frozen=True, kw_only=True):
    """A text by which an expression picks elements of the list at `path` (`[?key=='vat']`, where
    `name` is `key`), and the texts that there are instead.
    """

    expression: Expression
    name: str
    text: str
    path: Path
    known: frozenset[str]


class OpenRead(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of which it cannot be known what of the value at `path` it looks at, and how
    many bytes of JSON that value has, on average.

    `path` names a list of an order (`meta_data`), what belongs to an order or a line (`product`),
    or a list of that (`product`, `meta_data`).
    """

    expression: Expression
    path: Path
    size: int
    is_list: bool

    @property
    def name(self) -> str:
        """The path as an expression would write it."""
        return ".".join(self.path)


class FieldSurvey:
    """A `connectors.interface.FieldFiller` that fills in as the filler it is given, and takes note
    of what the orders look like. It needs all of an order.
    """

    def __init__(self, filler: Filler) -> None:
        self._filler = filler
        self._known: dict[str, set[str]] = {"order": set(), "line": set()}
        self._sizes: list[int] = []
        # The sizes of what the connector asks the shop for by these settings.
        self._asked: dict[Path, list[int]] = {}
        self._parts: set[str] = set()
        self._missed = {place: _Missed() for place in _list_places(filler)}
        self._texts: dict[tuple[str, Path, str], set[str]] = {}

    def fill(self, order: Order, raw: Any, lines: Mapping[str, Any]) -> Order | RejectedOrder:
        """See `FieldFiller`."""
        self._sizes.append(len(msgspec.json.encode(raw)))
        self._known["order"].update(raw if isinstance(raw, dict) else ())
        self._measure(raw, lines)
        self._look_inside("order", raw, raw)
        for line in lines.values():
            self._known["line"].update(line if isinstance(line, dict) else ())
            self._look_inside("line", line, raw)
        return self._filler.fill(order, raw, lines)

    def _look_inside(self, part: str, value: Any, root: Any) -> None:
        for (each, expression), missed in self._missed.items():
            if each == part:
                missed.note(expression, value, root)
        for each, _, reads in self._filler.list_lookups():
            if each == part:
                for path, picks in reads.picks.items():
                    for name, _ in picks:
                        texts = self._texts.setdefault((part, path, name), set())
                        texts.update(_list_texts(value, path, name))

    def list_names(self) -> frozenset[str] | None:
        """None: everything."""
        return None

    def list_line_names(self) -> frozenset[str] | None:
        """None: everything."""
        return None

    def list_names_in(self, name: str) -> frozenset[str] | None:
        """What the filler looks up: the rest would cost requests."""
        self._parts.add(name)
        self._asked.setdefault((name,), [])
        return self._filler.list_names_in(name)

    def list_keys(self, *path: str) -> frozenset[str] | None:
        """As the filler does for products and customers; None for an order: everything."""
        self._asked.setdefault(path, [])
        return None if len(path) == 1 else self._filler.list_keys(*path)

    def needs(self, name: str) -> bool:
        """As the filler does."""
        return self._filler.needs(name)

    def _measure(self, raw: Any, lines: Mapping[str, Any]) -> None:
        """Note how large is what the shop was asked for, in an order or in its lines."""
        for path, sizes in self._asked.items():
            is_of_order = isinstance(raw, dict) and path[0] in raw
            for value in [raw] if is_of_order else lines.values():
                found = value
                for name in path:
                    found = found.get(name) if isinstance(found, dict) else None
                if found:
                    sizes.append(len(msgspec.json.encode(found)))

    @property
    def size(self) -> int:
        """How many bytes of JSON a whole order has on average; 0 where none was seen."""
        return sum(self._sizes) // max(len(self._sizes), 1)

    def find_unbounded(self) -> Iterator[Expression]:
        """The expressions of which it cannot be known what of an order they look up."""
        for part, expression, reads in self._filler.list_lookups():
            if part == "order" and reads.whole:
                yield expression

    def find_open_reads(self) -> Iterator[OpenRead]:
        """The first expression that may look at anything in a value of which the shop is asked for
        what the settings name, for each such value.
        """
        for path, sizes in self._asked.items():
            is_list = len(path) > 1 or path[0] not in self._parts
            for part, expression, reads in self._filler.list_lookups() if sizes else ():
                is_meant = part == "order" or path[0] in self._parts
                if is_meant and not reads.whole and _is_open(reads, path):
                    yield OpenRead(
                        expression=expression,
                        path=path,
                        size=sum(sizes) // len(sizes),
                        is_list=is_list,
                    )
                    break

    def find_unknown_names(self) -> Iterator[UnknownName]:
        """Each name once for every expression that looks it up, in the sequence of the settings."""
        for part, expression, reads in self._filler.list_lookups():
            known = frozenset(self._known[part])
            # Where no line was seen, nothing is known of lines.
            for name in sorted(reads.names - known) if known else ():
                yield UnknownName(expression=expression, name=name, part=part, known=known)
        for (part, expression), missed in self._missed.items():
            for inside in missed.names or ():
                yield UnknownName(
                    expression=expression,
                    name=inside.name,
                    part=part,
                    known=frozenset(inside.known),
                    path=inside.path,
                )

    def find_unknown_keys(self) -> Iterator[UnknownKey]:
        """The texts that elements are picked by and that none of these lists has."""
        for part, expression, reads in self._filler.list_lookups():
            for path, picks in reads.picks.items():
                for name, text in sorted(picks):
                    known = frozenset(self._texts.get((part, path, name), ()))
                    if known and text not in known:
                        yield UnknownKey(
                            expression=expression, name=name, text=text, path=path, known=known
                        )


class _Missed:
    """The names below the top that one expression never found, as long as it found nothing at
    all.
    """

    def __init__(self) -> None:
        self.names: list[MissingName] | None = None
        self._has_found = False

    def note(self, expression: Expression, value: Any, root: Any) -> None:
        """What the expression looks up in vain in one order or line."""
        if self._has_found:
            return
        try:
            self._has_found = not is_empty(expression(value, root))
        except EvaluationError:
            return
        found = find_missing_names(expression.source, value, root)
        deep = [each for each in found if each.path and each.known]
        if self._has_found:
            self.names = None
        elif deep:
            known = {(each.path, each.name) for each in deep}
            earlier = deep if self.names is None else self.names
            self.names = [each for each in earlier if (each.path, each.name) in known]


def _list_places(filler: Filler) -> Iterator[tuple[str, Expression]]:
    """Each expression with the part that it is evaluated on; those of an address that stands
    somewhere are looked up there, which is in no order's top.
    """
    lookups = list(filler.list_lookups())
    of_lines = {id(expression) for part, expression, _ in lookups if part == "line"}
    for part, expression, reads in lookups:
        whole = join_reads(expression.reads, expression.reads_root)
        if part == "line" or (reads == whole and id(expression) not in of_lines):
            yield part, expression


def _list_texts(value: Any, path: Path, name: str) -> Iterator[str]:
    """The texts under `name` in the elements of the list at `path`."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict) and isinstance(text := each.get(name), str):
            yield text


def _is_open(reads: Reads, path: Path) -> bool:
    """Whether it cannot be known what of the value at `path` is looked at."""
    return find_keys(reads, path) is None and (len(path) > 1 or path[0] not in reads.inner)
