"""The shortest way for what most expressions are: a path, the one element of a list that has a
name (`meta_data[?key=='vat'].value | [0]`), the first of several such, a comparison with a text.

Each looks at no part of a value twice, so no work is counted, and nothing can go wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.language.logic import is_false
from connectors.language.tree import Node, find_plain_path

Shortcut = Callable[[Any], Any]


def find_shortcut(node: Node) -> Shortcut | None:
    """What gives the same as the closure of the syntax tree, or None where there is none."""
    if (names := find_plain_path(node)) is not None:
        return _follow_path(names)
    kind = node["type"]
    if kind == "pipe":
        return _find_piped(node)
    if kind not in {"or_expression", "comparator"}:
        return None
    left, right = node["children"]
    first = find_shortcut(left)
    if first is None:
        return None
    if kind == "comparator":
        return _compare_to_text(node["value"], first, right)
    second = find_shortcut(right)
    return None if second is None else _take_first(first, second)


def _follow_path(names: list[str]) -> Shortcut:
    first, *more = names
    if not more:
        return lambda value: value.get(first) if isinstance(value, dict) else None

    def find(value: Any) -> Any:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return find


_FIRST = {"type": "index", "value": 0, "children": []}


def _find_piped(node: Node) -> Shortcut | None:
    """Of a list the first thing that a path finds in elements with a text under a name, or whether
    it is a text: `|` binds less than `==`.
    """
    chosen, place = node["children"]
    if place["type"] != "comparator":
        return _find_pick(chosen, place)
    left, right = place["children"]
    first = _find_pick(chosen, left)
    return None if first is None else _compare_to_text(place["value"], first, right)


def _find_pick(chosen: Node, place: Node) -> Shortcut | None:
    if chosen["type"] != "filter_projection" or place["type"] != "index_expression":
        return None
    where, further, condition = chosen["children"]
    if [each["type"] for each in (place["children"][0], condition)] != ["identity", "comparator"]:
        return None
    left, right = condition["children"]
    paths = [find_plain_path(where), find_plain_path(further)]
    if (
        place["children"][1] != _FIRST
        or None in paths
        or (condition["value"], left["type"], right["type"]) != ("eq", "field", "literal")
        or not isinstance(right["value"], str)
    ):
        return None
    walk, goal = (_follow_path(path) for path in paths if path is not None)
    return _pick(walk, left["value"], right["value"], goal)


def _pick(where: Shortcut, by: str, text: str, further: Shortcut) -> Shortcut:
    def find(value: Any) -> Any:
        elements = where(value)
        if isinstance(elements, list):
            for element in elements:
                if isinstance(element, dict) and element.get(by) == text:
                    found = further(element)
                    if found is not None:
                        return found
        return None

    return find


def _take_first(first: Shortcut, second: Shortcut) -> Shortcut:
    def find(value: Any) -> Any:
        found = first(value)
        return second(value) if is_false(found) else found

    return find


def _compare_to_text(sign: str, first: Shortcut, right: Node) -> Shortcut | None:
    if (
        sign not in {"eq", "ne"}
        or right["type"] != "literal"
        or not isinstance(right["value"], str)
    ):
        return None
    text, wanted = right["value"], sign == "eq"
    return lambda value: bool(first(value) == text) is wanted
