"""JMESPath, from its syntax tree to closures: faster than walking the tree, exact on decimals, and
bounded in work and depth.

The grammar and its parser are the `jmespath` package's; what an expression means is its
specification's, with one addition: `root()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.language.calls import bind_call
from connectors.language.functions import Run
from connectors.language.logic import (
    compile_and,
    compile_comparator,
    compile_not,
    compile_or,
    is_false,
)
from connectors.language.tree import Evaluate, Node, find_plain_path

MOST_DEPTH: Final = 60
"""Levels a syntax tree may have."""

# What goes on with a value's parts; of the true or false that `!` gives there are none. `!a.b` is
# read as `(!a).b`.
_ON_WHOLES: Final = frozenset({"subexpression", "filter_projection", "flatten"})


def compile_tree(node: Node, depth: int = 0) -> Evaluate:
    """The closure of a syntax tree.

    Raises `ValueError` with a sentence where a call is wrong or the nesting too deep.
    """
    if depth > MOST_DEPTH:
        raise ValueError("expected an expression that is nested less deeply")
    keys = find_plain_path(node)
    if keys is not None:
        return _compile_path(keys)
    kind = node["type"]
    if kind in _ON_WHOLES and node["children"][0]["type"] == "not_expression":
        raise ValueError(
            "`!` takes only the name right behind it here; write !(…) around all that it is to turn"
        )
    parts = (
        [compile_tree(child, depth + 1) for child in node["children"]] if kind != "slice" else []
    )
    if kind == "function_expression":
        return bind_call(
            node["value"],
            [child["type"] == "expref" for child in node["children"]],
            _find_constants(node),
            parts,
        )
    return _COMPILERS[kind](node, parts)


def _find_constants(node: Node) -> list[Any]:
    return [child["value"] if child["type"] == "literal" else None for child in node["children"]]


def _compile_path(names: list[str]) -> Evaluate:
    if len(names) == 1:
        (only,) = names
        return lambda value, _run: value.get(only) if isinstance(value, dict) else None

    def evaluate(value: Any, _run: Run) -> Any:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return evaluate


def _compile_chain(_node: Node, parts: list[Evaluate]) -> Evaluate:
    def evaluate(value: Any, run: Run) -> Any:
        for part in parts:
            value = part(value, run)
        return value

    return evaluate


def _compile_index(node: Node, _parts: list[Evaluate]) -> Evaluate:
    place = node["value"]

    def evaluate(value: Any, _run: Run) -> Any:
        return (
            value[place] if isinstance(value, list) and -len(value) <= place < len(value) else None
        )

    return evaluate


def _compile_slice(node: Node, _parts: list[Evaluate]) -> Evaluate:
    if node["children"][2:] == [0]:
        raise ValueError("expected a step other than 0 in the slice")
    cut = slice(*node["children"])

    def evaluate(value: Any, run: Run) -> Any:
        if not isinstance(value, list):
            return None
        run.spend(len(value))
        return value[cut]

    return evaluate


def _compile_projection(_node: Node, parts: list[Evaluate]) -> Evaluate:
    base, then = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = base(value, run)
        return _project_list(found, then, run) if isinstance(found, list) else None

    return evaluate


def _compile_value_projection(_node: Node, parts: list[Evaluate]) -> Evaluate:
    base, then = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = base(value, run)
        return _project_list(list(found.values()), then, run) if isinstance(found, dict) else None

    return evaluate


def _project_list(found: list[Any], then: Evaluate, run: Run) -> list[Any]:
    run.spend(len(found) + 1)
    return [result for element in found if (result := then(element, run)) is not None]


def _compile_filter(_node: Node, parts: list[Evaluate]) -> Evaluate:
    base, then, condition = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = base(value, run)
        if not isinstance(found, list):
            return None
        run.spend(2 * len(found) + 2)
        return [
            result
            for element in found
            # Most conditions are comparisons, which give true or false itself.
            if ((fits := condition(element, run)) is True or not is_false(fits))
            and (result := then(element, run)) is not None
        ]

    return evaluate


def _compile_flatten(_node: Node, parts: list[Evaluate]) -> Evaluate:
    (base,) = parts

    def evaluate(value: Any, run: Run) -> Any:
        found = base(value, run)
        if not isinstance(found, list):
            return None
        run.spend(len(found) + sum(len(element) for element in found if isinstance(element, list)))
        return [
            inner
            for element in found
            for inner in (element if isinstance(element, list) else [element])
        ]

    return evaluate


def _compile_multi_list(_node: Node, parts: list[Evaluate]) -> Evaluate:
    def evaluate(value: Any, run: Run) -> Any:
        run.spend(len(parts))
        return None if value is None else [part(value, run) for part in parts]

    return evaluate


def _compile_multi_dict(node: Node, parts: list[Evaluate]) -> Evaluate:
    names = [child["value"] for child in node["children"]]
    pairs = tuple(zip(names, parts, strict=True))

    def evaluate(value: Any, run: Run) -> Any:
        run.spend(len(pairs))
        return None if value is None else {name: part(value, run) for name, part in pairs}

    return evaluate


def _compile_literal(node: Node, _parts: list[Evaluate]) -> Evaluate:
    value = make_exact(node["value"])
    return lambda _value, _run: value


def make_exact(value: Any) -> Any:
    """A literal without floats, which cannot say 0.1."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list):
        return [make_exact(element) for element in value]
    return (
        {name: make_exact(element) for name, element in value.items()}
        if isinstance(value, dict)
        else value
    )


def _compile_same_value(_node: Node, _parts: list[Evaluate]) -> Evaluate:
    return lambda value, _run: value


def _compile_only(_node: Node, parts: list[Evaluate]) -> Evaluate:
    return parts[0]


_COMPILERS: Final[Mapping[str, Callable[[Node, list[Evaluate]], Evaluate]]] = {
    "subexpression": _compile_chain,
    "index_expression": _compile_chain,
    "pipe": _compile_chain,
    "index": _compile_index,
    "slice": _compile_slice,
    "projection": _compile_projection,
    "value_projection": _compile_value_projection,
    "filter_projection": _compile_filter,
    "flatten": _compile_flatten,
    "multi_select_list": _compile_multi_list,
    "multi_select_dict": _compile_multi_dict,
    "key_val_pair": _compile_only,
    "or_expression": compile_or,
    "and_expression": compile_and,
    "not_expression": compile_not,
    "comparator": compile_comparator,
    "literal": _compile_literal,
    "current": _compile_same_value,
    "identity": _compile_same_value,
    "expref": _compile_only,
}
