"""What an expression does, found out without running it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]

# More than this is measured while it is made.
_MOST_COPIES = 8
_SIDE_BY_SIDE = frozenset({"multi_select_list", "multi_select_dict"})


def is_growing(node: Node) -> bool:
    """Whether the expression may make of a value one that is many times as large: by holding one
    part of it again and again, or by a function.
    """
    return _count_copies(node) > _MOST_COPIES


def _count_copies(node: Node) -> int:
    """How often one part of the value may stand in what the expression gives, at the most."""
    kind = node["type"]
    if kind == "function_expression":
        return _MOST_COPIES + 1
    if kind in {"slice", "comparator", "not_expression"}:
        return 1
    # What a filter asks of an element is not in what it gives.
    parts = node["children"][: 2 if kind == "filter_projection" else None]
    copies = [_count_copies(part) for part in parts]
    if kind in _SIDE_BY_SIDE:
        return sum(copies)
    return min(math.prod(copies), _MOST_COPIES + 1)


def is_exact(value: Any) -> bool:
    """Whether a literal holds only numbers that there are: no NaN, no infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list | dict):
        return all(
            is_exact(each) for each in (value.values() if isinstance(value, dict) else value)
        )
    return True
