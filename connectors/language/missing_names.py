"""Which names an expression looks up in vain in a value, and which names stand there instead, for
the person who writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import Any, Final

import msgspec

from connectors.language.compiler import compile_tree
from connectors.language.expressions import parse_tree
from connectors.language.functions import EvaluationError, Run
from connectors.language.logic import is_false
from connectors.language.tree import Node

_MOST_VALUES: Final = 20
"""Elements of a list that are looked at: more show no other names."""
_CHAINS: Final = frozenset({"subexpression", "index_expression", "pipe"})
_PROJECTIONS: Final = frozenset({"projection", "value_projection", "filter_projection"})


class MissingName(msgspec.Struct, frozen=True, kw_only=True):
    """A name that is not where it is looked up: below `path`, a name for each level, empty at the
    top. `known` are the names there, in the value's order; none where `found` is no object but a
    `list` or a `value`.
    """

    name: str
    path: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    found: str = "object"


def find_missing_names(source: str, value: Any, root: Any = None) -> Sequence[MissingName]:
    """The names of the expression `source` that find nothing in `value`, each once. Alternatives
    (`a || b`) of which one finds something miss nothing. `root` is what `root()` gives, `value` if
    it is None. Raises `ValueError` where the expression is not understood.
    """
    missed = dict[MissingName, None]()
    tree = parse_tree(source)
    # Ends early where the work of one evaluation is used up.
    with suppress(EvaluationError, RecursionError):
        for each in _Seeker(value if root is None else root).seek(tree, _Place((value,))):
            missed[each] = None
    return list(missed)


class _Place(msgspec.Struct, frozen=True):
    """The values that a part of an expression is evaluated on, and how they were reached."""

    values: tuple[Any, ...]
    path: tuple[str, ...] = ()


class _Seeker:
    """Walks a syntax tree beside the values; all evaluations share the work of one."""

    def __init__(self, root: Any) -> None:
        self._run = Run(root)

    def seek(self, node: Node, place: _Place) -> Iterator[MissingName]:
        """What is looked up in vain by `node` at `place`."""
        kind = node["type"]
        if kind == "field":
            yield from _miss(node["value"], place)
        elif kind in _CHAINS:
            yield from self._seek_chain(node["children"], place)
        elif kind in _PROJECTIONS:
            yield from self._seek_elements(node, place)
        elif kind == "function_expression":
            yield from self._seek_arguments(node["children"], place)
        elif kind != "or_expression" or all(map(is_false, self._find(node, place).values)):
            for child in node["children"]:
                yield from self.seek(child, place)

    def _seek_chain(self, steps: Sequence[Node], place: _Place) -> Iterator[MissingName]:
        for step in steps:
            yield from self.seek(step, place)
            place = self._find(step, place)

    def _seek_elements(self, node: Node, place: _Place) -> Iterator[MissingName]:
        first, *others = node["children"]
        yield from self.seek(first, place)
        is_of_objects = node["type"] == "value_projection"
        elements = (_open_objects if is_of_objects else _open_lists)(self._find(first, place))
        for other in reversed(others):
            yield from self.seek(other, elements)

    def _seek_arguments(self, arguments: Sequence[Node], place: _Place) -> Iterator[MissingName]:
        plain = [each for each in arguments if each["type"] != "expref"]
        for each in plain:
            yield from self.seek(each, place)
        found = tuple(value for each in plain for value in self._find(each, place).values)
        names = tuple(name for each in plain for name in _list_names(each))
        elements = _open_lists(_Place(found, (*place.path, *names)))
        for each in arguments:
            if each["type"] == "expref":
                yield from self.seek(each["children"][0], elements)

    def _find(self, node: Node, place: _Place) -> _Place:
        evaluate = compile_tree(node)
        found = []
        for value in place.values:
            try:
                found.append(evaluate(value, self._run))
            except EvaluationError:
                if self._run.left < 0:
                    raise
        return _Place(tuple(found), (*place.path, *_list_names(node)))


def _list_names(node: Node) -> Iterator[str]:
    """The names on the way to what a node finds."""
    kind = node["type"]
    if kind == "field":
        yield node["value"]
    elif kind in _CHAINS or kind in {"flatten", "function_expression"}:
        for child in node["children"]:
            yield from _list_names(child)
    elif kind in _PROJECTIONS:
        for child in node["children"][:2]:
            yield from _list_names(child)


def _open_lists(place: _Place) -> _Place:
    lists = [value for value in place.values if isinstance(value, list)]
    elements = tuple(islice(chain.from_iterable(lists), _MOST_VALUES))
    return _Place(elements, place.path)


def _open_objects(place: _Place) -> _Place:
    objects = [value.values() for value in place.values if isinstance(value, dict)]
    elements = tuple(islice(chain.from_iterable(objects), _MOST_VALUES))
    return _Place(elements, (*place.path, "*"))


def _miss(name: str, place: _Place) -> Iterator[MissingName]:
    values = [value for value in place.values if value is not None]
    objects = [value for value in values if isinstance(value, Mapping)]
    if any(name in each for each in objects):
        return
    if objects:
        known = tuple(dict.fromkeys(str(key) for each in objects for key in each))
        yield MissingName(name=name, path=place.path, known=known)
    elif values:
        found = "list" if isinstance(values[0], list) else "value"
        yield MissingName(name=name, path=place.path, found=found)
