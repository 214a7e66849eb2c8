"""The shortest way for what most expressions are: a path, the one element of a list that has a
name (`meta_data[?key=='vat'].value | [0]`), the first of several such, a list of them, a comparison
with a text or a number.

Each looks at no part of a value twice, so no work is counted, and nothing can go wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from connectors.language.functions.standard import to_number
from connectors.language.logic import ORDER, is_false, is_number
from connectors.language.tree import Node, find_plain_path

Shortcut = Callable[[Any], Any]


def find_shortcut(node: Node) -> Shortcut | None:
    """What gives the same as the closure of the syntax tree, or None where there is none."""
    if (names := find_plain_path(node)) is not None:
        return _follow_path(names)
    if (steps := _find_steps(node)) is not None:
        return _follow_steps(steps)
    find = _FINDERS.get(node["type"])
    return None if find is None else find(node)


def find_root_shortcut(node: Node) -> Shortcut | None:
    """What gives the same as the closure of `root().a.b`, from what `root()` gives."""
    if node["type"] != "subexpression":
        return None
    top, *steps = node["children"]
    if top["type"] != "function_expression" or top["value"] != "root" or top["children"]:
        return None
    names = [step["value"] for step in steps if step["type"] == "field"]
    return _follow_path(names) if len(names) == len(steps) else None


def _find_either(node: Node) -> Shortcut | None:
    left, right = map(find_shortcut, node["children"])
    return None if left is None or right is None else _take_first(left, right)


def _find_comparison(node: Node) -> Shortcut | None:
    left, right = node["children"]
    first = find_shortcut(left)
    if first is None:
        return None
    sign = node["value"]
    return _compare_to_text(sign, first, right) or _compare_to_number(sign, first, right)


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


def _find_steps(node: Node) -> list[str | int] | None:
    """The names and places of `a[0].b`; None for anything else."""
    if node["type"] in {"field", "index"}:
        return [node["value"]]
    if node["type"] not in {"subexpression", "index_expression"}:
        return None
    found: list[str | int] = []
    for child in node["children"]:
        steps = _find_steps(child)
        if steps is None:
            return None
        found += steps
    return found


def _follow_steps(steps: Sequence[str | int]) -> Shortcut:
    def find(value: Any) -> Any:
        for step in steps:
            if isinstance(step, str):
                value = value.get(step) if isinstance(value, dict) else None
            else:
                is_there = isinstance(value, list) and -len(value) <= step < len(value)
                value = value[step] if is_there else None
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


def _compare_to_number(sign: str, first: Shortcut, right: Node) -> Shortcut | None:
    number = right["value"] if right["type"] == "literal" else None
    if sign not in ORDER or not isinstance(number, int) or isinstance(number, bool):
        return None
    compare = ORDER[sign]

    def find(value: Any) -> Any:
        found = first(value)
        return compare(found, number) if is_number(found) else None

    return find


def _find_number(node: Node) -> Shortcut | None:
    """`to_number(path)`."""
    if node["value"] != "to_number" or len(node["children"]) != 1:
        return None
    first = find_shortcut(node["children"][0])
    return None if first is None else lambda value: to_number(first(value))


def _find_list(node: Node) -> Shortcut | None:
    parts = [find_shortcut(child) for child in node["children"]]
    if None in parts:
        return None
    found = tuple(filter(None, parts))
    return lambda value: None if value is None else [find(value) for find in found]


_FINDERS: Final[Mapping[str, Callable[[Node], Shortcut | None]]] = {
    "pipe": _find_piped,
    "or_expression": _find_either,
    "comparator": _find_comparison,
    "multi_select_list": _find_list,
    "function_expression": _find_number,
}
