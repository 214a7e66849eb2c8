"""Yes and no in expressions: what counts as no, `||`, `&&`, `!`, and comparisons."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import Any, Final

from connectors.language.functions import Run
from connectors.language.functions.standard import measure_weight
from connectors.language.functions.table import spend_on_text
from connectors.language.tree import Evaluate, Node

ORDER: Final = {"lt": operator.lt, "gt": operator.gt, "lte": operator.le, "gte": operator.ge}
"""The comparisons that ask which of two values is the greater one."""


def is_false(value: Any) -> bool:
    """What JMESPath takes for no: null, false, and the empty text, list and object.

    Zero counts as yes.
    """
    return value is None or value is False or (not value and isinstance(value, str | list | dict))


def compile_or(_node: Node, parts: list[Evaluate]) -> Evaluate:
    """`a || b`: the first unless it counts as no."""
    left, right = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = left(value, run)
        return right(value, run) if is_false(found) else found

    return evaluate


def compile_and(_node: Node, parts: list[Evaluate]) -> Evaluate:
    """`a && b`: the first if it counts as no."""
    left, right = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = left(value, run)
        return found if is_false(found) else right(value, run)

    return evaluate


def compile_not(_node: Node, parts: list[Evaluate]) -> Evaluate:
    """`!a`."""
    (part,) = parts
    return lambda value, run: is_false(part(value, run))


def compile_comparator(node: Node, parts: list[Evaluate]) -> Evaluate:
    """`a == b`, `a < b` and the like; null where the order of two values means nothing."""
    left, right = parts
    sign = node["value"]
    if sign in {"eq", "ne"}:
        wanted = sign == "eq"
        other = node["children"][1]
        if other["type"] == "literal" and isinstance(other["value"], str):
            return _compare_to_text(left, other["value"], wanted=wanted)
        return lambda value, run: _is_same(left(value, run), right(value, run), run) is wanted
    compare = ORDER[sign]

    def evaluate(value: Any, run: Run) -> Any:
        first, second = left(value, run), right(value, run)
        if isinstance(first, str) and isinstance(second, str):
            spend_on_text(min(first, second, key=len), run)
            return compare(first, second)
        return compare(first, second) if is_number(first) and is_number(second) else None

    return evaluate


def _compare_to_text(left: Evaluate, text: str, *, wanted: bool) -> Evaluate:
    """`a == 'text'`, the most frequent comparison: nothing but a text is the same as one."""
    return lambda value, run: bool(left(value, run) == text) is wanted


def _is_same(first: Any, second: Any, run: Run) -> bool:
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, list | dict) and isinstance(second, list | dict):
        run.spend(measure_weight(first, run) + measure_weight(second, run))
    elif isinstance(first, str) and first is not second:
        spend_on_text(first, run)
    return bool(first == second)


def is_number(value: Any) -> bool:
    """Whether a value is a number, which true and false are not."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
