"""Functions on lists and objects, and `root()`: what plain JMESPath cannot say about the whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from connectors.generic_json.functions.table import FUNCTIONS, EvaluationError, Run, as_text, is_empty

_MOST_NESTING: Final = 50
_MOST_JSON: Final = 200_000


@FUNCTIONS.add(needs_run=True)
def root(run: Run) -> Any:
    """The whole that the expression is about, from inside a filter or a line; in a line of an order, the order."""
    return run.root


@FUNCTIONS.add("any", "any")
def get(value: Any, name: Any) -> Any:
    """What an object holds under a name, or a list at a place, that is itself looked up: `get({a: `1`}, 'a')` is `1`."""
    if isinstance(value, dict):
        return value.get(as_text(name) or "")
    if isinstance(value, list) and isinstance(name, int):
        return value[name] if -len(value) <= name < len(value) else None
    return None


@FUNCTIONS.add("list", needs_run=True)
def compact(run: Run, values: list[Any]) -> list[Any]:
    """A list without what is null or empty: `compact(['a', '', `null`])` is `["a"]`."""
    run.spend(len(values))
    return [value for value in values if not is_empty(value)]


@FUNCTIONS.add("list", needs_run=True)
def unique(run: Run, values: list[Any]) -> list[Any]:
    """A list of texts or numbers, each once: `unique(['a', 'b', 'a'])` is `["a", "b"]`."""
    run.spend(len(values))
    return list({as_text(value): value for value in values}.values())


@FUNCTIONS.add("list", "each", needs_run=True)
def index_by(run: Run, values: list[Any], each: Callable[[Any], Any]) -> dict[str, Any]:
    """A list as an object, named by an expression: `index_by([{id: 'a'}], &id)` is `{"a": {"id": "a"}}`."""
    run.spend(len(values))
    return {as_text(each(value)) or "": value for value in values}


@FUNCTIONS.add("object", needs_run=True)
def pairs(run: Run, value: dict[str, Any]) -> list[dict[str, Any]]:
    """An object as a list of names and values: `pairs({Size: 'L'})` is `[{"name": "Size", "value": "L"}]`."""
    run.spend(len(value))
    return [{"name": name, "value": each} for name, each in value.items()]


@FUNCTIONS.add("any", "any", "any")
def when(condition: Any, then: Any, otherwise: Any) -> Any:
    """One of two, by a condition: `when(`true`, 'a', 'b')` is `"a"`."""
    return otherwise if condition is False or is_empty(condition) else then


@FUNCTIONS.add("text", needs_run=True)
def parse_json(run: Run, value: str | None) -> Any:
    """What a text of JSON holds; null where it is none: `parse_json('[1]')` is `[1]`."""
    if not value:
        return None
    run.spend(len(value) >> 3)
    if len(value) > _MOST_JSON or _nesting(value) > _MOST_NESTING:
        raise EvaluationError("gave up: the JSON inside the text is too large")
    try:
        return _DECODER.decode(value)
    except (msgspec.DecodeError, ValueError):
        return None


def _nesting(text: str) -> int:
    """An upper bound of how deep the JSON in a text is."""
    deepest = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
