"""The syntax tree of an expression, as the `jmespath` package gives it, and the form of the closure
that is made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.language.functions import Run

Node = Mapping[str, Any]
Evaluate = Callable[[Any, Run], Any]


def find_plain_path(node: Node) -> list[str] | None:
    """The names of `a.b.c`, which can be looked up directly; None for anything else."""
    if node["type"] == "field":
        return [node["value"]]
    if node["type"] != "subexpression":
        return None
    names = []
    for child in node["children"]:
        inner = find_plain_path(child)
        if inner is None:
            return None
        names += inner
    return names
