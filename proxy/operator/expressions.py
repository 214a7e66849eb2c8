"""An expression of the settings, tried on one order of a shop: what it finds there, and the names
that it looks up in vain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connectors.language.expressions import read_expression
from connectors.language.functions import EvaluationError
from connectors.language.missing_names import MissingName, find_missing_names
from proxy.operator.preview import Preview
from proxy.settings.problems import did_you_mean

_MOST_HINTS = 5
_MOST_NAMES = 30
_LONGEST_NAME = 60


class ExpressionTrial(msgspec.Struct, frozen=True, kw_only=True):
    """An `expression` that was tried: the value it `found`, or the `error` that kept it from that.
    `hints` are sentences about names that the order does not have.
    """

    expression: str
    found: Any = None
    error: str = ""
    hints: Sequence[str] = ()


def try_expression(text: str, order: Any) -> ExpressionTrial:
    """Evaluate an expression on `order`, the shop's JSON as values."""
    try:
        expression = read_expression(text)
        hints = [describe_missing(each) for each in find_missing_names(text, order)[:_MOST_HINTS]]
    except ValueError as error:
        return ExpressionTrial(expression=text, error=str(error))
    try:
        return ExpressionTrial(expression=text, found=expression(order), hints=hints)
    except EvaluationError as error:
        return ExpressionTrial(expression=text, error=str(error), hints=hints)


def describe_missing(missing: MissingName) -> str:
    """A name that is looked up in vain, as a fragment that says what is there instead."""
    name, place = _cut(missing.name), ".".join(map(_cut, missing.path))
    where = place or "the order"
    if missing.found == "list":
        start = place or "@"
        return (
            f"{name!r} is looked up in {where}, a list; write `{start}[0].{name}` for its first"
            f" element or `{start}[*].{name}` for all"
        )
    if missing.found != "object":
        return f"{name!r} is looked up in {where}, a single value, which has no names"
    gone = f"there is no {name!r} {f'in {place}' if place else 'here'}"
    if not missing.known:
        return f"{gone}, which is empty"
    near = did_you_mean(name, missing.known)
    shown = ", ".join(map(_cut, missing.known[:_MOST_NAMES]))
    more = ", …" if len(missing.known) > _MOST_NAMES else ""
    return f"{gone}{near} There are {shown}{more}" if near else f"{gone}; there are {shown}{more}"


def find_order(preview: Preview) -> Any:
    """The order among what the shop answered: the largest object, without a wrapping around it."""
    objects = [value for value in preview.values if isinstance(value, dict)]
    largest: Mapping[str, Any] = max(objects, key=len, default={})
    for value in objects:
        inner = list(value.values())
        if len(inner) == 1 and isinstance(inner[0], dict) and len(inner[0]) > len(largest):
            largest = inner[0]
    return largest


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
