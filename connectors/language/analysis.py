"""What an expression does, found out without running it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Node = Mapping[str, Any]


def is_building(node: Node) -> bool:
    """Whether the expression makes new lists or objects, which might hold one value many times over
    and so be larger than they look.
    """
    if node["type"] in {"multi_select_list", "multi_select_dict", "function_expression"}:
        return True
    if node["type"] in {"slice", "comparator", "not_expression"}:
        return False
    # What a filter asks of an element is not in what it gives.
    parts = node["children"][: 2 if node["type"] == "filter_projection" else None]
    return any(is_building(child) for child in parts)


def is_exact(value: Any) -> bool:
    """Whether a literal holds only numbers that there are: no NaN, no infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list | dict):
        return all(
            is_exact(each) for each in (value.values() if isinstance(value, dict) else value)
        )
    return True
