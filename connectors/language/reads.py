"""Which parts of a value an expression looks at, found out without running it, so that a shop can
be asked for these parts alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

import msgspec

Node = Mapping[str, Any]

Pick = tuple[str, str]
"""A name and a text: the elements of a list whose `name` is that text, e.g. `[?key=='vat']`."""
Path = tuple[str, ...]
"""Where a value stands: `("a",)` for `a`, `("a", "b")` for `a.b`; no deeper."""
_DEEPEST: Final = 2


class _Level(Enum):
    """What a part of an expression is evaluated on."""

    VALUE = "the value itself"
    ROOT = "what root() gives"
    INSIDE = "something inside one of them"


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression looks up at the top of a value: `names`, or everything if `whole`.

    `picks` says of a list which of its elements are looked at, if every use of that list picks them
    by equality with a text; other lists are not in it. `inner` says for a name what is looked up in
    its value, if every use goes on to a name in it; other names are not in it.
    """

    names: frozenset[str] = frozenset()
    whole: bool = False
    picks: Mapping[Path, frozenset[Pick]] = {}
    inner: Mapping[str, frozenset[str]] = {}

    def has_path(self, path: Path) -> bool:
        """Whether what stands at `path` is looked at, by itself or with what holds it."""
        name, *deeper = path
        return name in self.names and set(deeper) <= self.inner.get(name, {*deeper})


# What goes on with a part of the value that its first child found.
_STEPS: Final = frozenset({"subexpression", "index_expression", "pipe"})
_PROJECTIONS: Final = frozenset({"projection", "value_projection", "flatten", "filter_projection"})
_SAME: Final = frozenset({"current", "identity"})


class _Finder:
    """Walks a syntax tree and notes what is looked up at each level."""

    def __init__(self) -> None:
        self.names: dict[_Level, set[str]] = {level: set() for level in _Level}
        self.whole: set[_Level] = set()
        self.picks: dict[tuple[_Level, Path], set[Pick]] = {}
        self.unpicked: set[tuple[_Level, Path]] = set()
        self.inner: dict[tuple[_Level, str], set[str]] = {}
        self.unopened: set[tuple[_Level, str]] = set()

    def visit(self, node: Node, level: _Level) -> None:
        """Note what `node` looks up, evaluated at `level`."""
        kind = node["type"]
        if kind == "field":
            self._note_name(level, node["value"])
        elif kind in _SAME or kind in {"index", "slice"}:
            self.whole.add(level)
        elif kind in _STEPS or kind in _PROJECTIONS:
            self._visit_steps(node, level)
        elif kind == "function_expression":
            if node["value"] == "root":
                self.whole.add(_Level.ROOT)
            for child in node["children"]:
                self.visit(child, level)
        elif kind == "expref":
            self.visit(node["children"][0], _Level.INSIDE)
        elif kind != "literal":
            for child in node["children"]:
                self.visit(child, level)

    def _visit_steps(self, node: Node, level: _Level) -> None:
        first, *rest = node["children"]
        kind = node["type"]
        if kind in _STEPS and (top := _find_top(first, level)) is not None:
            # `@.a.b` goes on as `a.b` does.
            self.visit(rest[0] if len(rest) == 1 else {**node, "children": rest}, top)
            return
        if kind == "filter_projection" and (found := _find_path(first, level)):
            top, (name, *inner) = found
            self._note_name(top, name, *inner, picks=_find_picks(rest[-1]))
        elif kind == "subexpression" and first["type"] == "field":
            inside = _find_beginning(rest[0])
            self._note_name(level, first["value"], *([] if inside is None else [inside]))
        else:
            self.visit(first, level)
        for child in rest:
            self.visit(child, _Level.INSIDE)

    def _note_name(
        self, level: _Level, name: str, *inner: str, picks: frozenset[Pick] | None = None
    ) -> None:
        self.names[level].add(name)
        if inner:
            self.inner.setdefault((level, name), set()).update(inner)
        else:
            self.unopened.add((level, name))
        place = level, (name, *inner)
        if picks is None:
            self.unpicked.add(place)
        else:
            self.picks.setdefault(place, set()).update(picks)

    def sum_up(self, level: _Level) -> Reads:
        """What was noted at one level."""
        return Reads(
            names=frozenset(self.names[level]),
            whole=level in self.whole,
            picks={
                path: frozenset(picks)
                for (at, path), picks in self.picks.items()
                if at is level and not self._is_read_whole(at, path)
            },
            inner={
                name: frozenset(inner)
                for (at, name), inner in self.inner.items()
                if at is level and (at, name) not in self.unopened
            },
        )

    def _is_read_whole(self, level: _Level, path: Path) -> bool:
        """Whether there is a use of a list that does not pick its elements."""
        return (level, path) in self.unpicked or (
            len(path) == _DEEPEST and (level, path[0]) in self.unopened
        )


def find_reads(node: Node) -> tuple[Reads, Reads]:
    """What an expression looks up in the value it is given, and in what `root()` gives."""
    finder = _Finder()
    finder.visit(node, _Level.VALUE)
    return finder.sum_up(_Level.VALUE), finder.sum_up(_Level.ROOT)


def join_reads(*parts: Reads) -> Reads:
    """What several expressions look up together."""
    every = frozenset().union(*(part.names for part in parts))
    lists = frozenset().union(*(part.picks for part in parts))
    return Reads(
        names=every,
        whole=any(part.whole for part in parts),
        picks={
            path: frozenset().union(*(part.picks.get(path, ()) for part in parts))
            for path in lists
            if all(path in part.picks for part in parts if part.has_path(path))
        },
        inner={
            name: frozenset().union(*(part.inner.get(name, ()) for part in parts))
            for name in every
            if all(name in part.inner for part in parts if name in part.names)
        },
    )


def _find_top(node: Node, level: _Level) -> _Level | None:
    """The level that a node gives as a whole: `@` or `root()`; None for any other node."""
    if node["type"] in _SAME:
        return level
    is_root = node["type"] == "function_expression" and node["value"] == "root"
    return _Level.ROOT if is_root else None


def _find_beginning(node: Node) -> str | None:
    """The one name that all of a node begins with: `a` of `a[0].b`."""
    if node["type"] == "field":
        return str(node["value"])
    goes_on = node["type"] in _STEPS or node["type"] in _PROJECTIONS
    return _find_beginning(node["children"][0]) if goes_on else None


def _find_path(node: Node, level: _Level) -> tuple[_Level, Path] | None:
    """The path that is looked up, and at which level: `a`, `a.b`, `@.a` or `root().a.b`."""
    names = [node] if node["type"] == "field" else []
    if node["type"] == "subexpression":
        first, *rest = names = list(node["children"])
        if (top := _find_top(first, level)) is not None:
            level, names = top, rest
    if not 1 <= len(names) <= _DEEPEST or any(each["type"] != "field" for each in names):
        return None
    return level, tuple(each["value"] for each in names)


def _find_picks(condition: Node) -> frozenset[Pick] | None:
    """The elements that a condition can be true for, where it compares a name with texts."""
    kind = condition["type"]
    if kind == "comparator" and condition["value"] == "eq":
        sides = {
            child["type"]: child["value"] for child in condition["children"] if "value" in child
        }
        if set(sides) == {"field", "literal"} and isinstance(sides["literal"], str):
            return frozenset({(sides["field"], sides["literal"])})
        return None
    if kind not in {"or_expression", "and_expression"}:
        return None
    first, second = (_find_picks(child) for child in condition["children"])
    if kind == "and_expression":
        return first if first is not None else second
    return None if first is None or second is None else first | second
