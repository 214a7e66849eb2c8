"""Functions on lists and objects, and `root()`: what plain JMESPath cannot say about the whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from connectors.language.functions.table import (
    FUNCTIONS,
    EvaluationError,
    Run,
    as_number,
    as_text,
    is_empty,
)

_MOST_NESTING: Final = 50
_MOST_JSON: Final = 200_000


@FUNCTIONS.add(needs_run=True)
def root(run: Run) -> Any:
    """The whole that the expression is about, from inside a filter or a line; in a line of an
    order, the order.
    """
    return run.root


@FUNCTIONS.add("any", "any")
def get(value: Any, name: Any) -> Any:
    """What an object holds under a name, or a list at a place, that is itself looked up: `get({a:
    `1`}, 'a')` is `1`.
    """
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
    """A list as an object, named by an expression: `index_by([{id: 'a'}], &id)` is `{"a": {"id":
    "a"}}`.
    """
    run.spend(len(values))
    return {as_text(each(value)) or "": value for value in values}


@FUNCTIONS.add("list", "each", needs_run=True)
def group_by(run: Run, values: list[Any], each: Callable[[Any], Any]) -> dict[str, Any]:
    """The elements of a list that have an expression's value in common, as a list each, named by
    it: `group_by([{id: 'a', n: `1`}, {id: 'a', n: `2`}], &id).a[].n` is `[1, 2]`.
    """
    run.spend(len(values))
    groups: dict[str, list[Any]] = {}
    for value in values:
        groups.setdefault(as_text(each(value)) or "", []).append(value)
    return groups


@FUNCTIONS.add("list", "each", "any", needs_run=True)
def where(run: Run, values: list[Any], each: Callable[[Any], Any], wanted: Any) -> list[Any]:
    """Those for which an expression gives a value that is itself looked up: `where([{id: `1`}, {id:
    `2`}], &id, `2`)` is `[{"id": 2}]`.
    """
    run.spend(len(values))
    name = as_text(wanted)
    return [value for value in values if as_text(each(value)) == name]


@FUNCTIONS.add("list", "list", needs_run=True)
def allot(run: Run, wanted: list[Any], boxes: list[Any]) -> list[dict[str, Any]]:
    """Wanted pieces, out of the boxes that hold them; `rest` stays behind: `allot([{id: 'a',
    quantity: `1`}], [{id: 'B', items: [{id: 'a', quantity: `2`}]}])` is `[{"id": "B", "items":
    [{"id": "a", "quantity": 1}], "rest": [{"box": "B", "id": "a", "quantity": 1}]}]`.
    """
    run.spend(len(wanted) + sum(len(_find_objects(box, "items")) + 1 for box in boxes))
    left = _count_pieces(wanted)
    # A box that holds just what is wanted is one that an earlier try has packed.
    boxes = [box for box in boxes if _count_pieces(_find_objects(box, "items")) == left][
        :1
    ] or boxes
    return [made for box in boxes if (made := _take_pieces(box, left))["items"]]


@FUNCTIONS.add("object")
def pairs(value: dict[str, Any]) -> list[dict[str, Any]]:
    """An object as a list of names and values: `pairs({Size: 'L'})` is `[{"name": "Size", "value":
    "L"}]`.
    """
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
    if len(value) > _MOST_JSON or _measure_nesting(value) > _MOST_NESTING:
        raise EvaluationError("gave up: the JSON inside the text is too large")
    try:
        return _DECODER.decode(value)
    except (msgspec.DecodeError, ValueError):
        return None


def _find_objects(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise EvaluationError(f"expected objects with a list of {name}")
    return found


def _count_pieces(items: list[Any]) -> dict[str, int]:
    """How many pieces of each id there are."""
    counts: dict[str, int] = {}
    for item in items:
        if not isinstance(item, dict):
            raise EvaluationError("expected objects with id and quantity")
        name = as_text(item.get("id")) or ""
        counts[name] = counts.get(name, 0) + int(as_number(item.get("quantity")) or 0)
    return counts


def _take_pieces(box: Any, left: dict[str, int]) -> dict[str, Any]:
    """What one box gives; `left` is lessened by it."""
    items, rest = [], []
    for item in _find_objects(box, "items"):
        name, held = as_text(item.get("id")) or "", int(as_number(item.get("quantity")) or 0)
        given = min(held, left.get(name, 0))
        left[name] = left.get(name, 0) - given
        items += [{"id": item.get("id"), "quantity": given}] if given else []
        rest += (
            [{"box": box.get("id"), "id": item.get("id"), "quantity": held - given}]
            if held > given
            else []
        )
    return {"id": box.get("id"), "items": items, "rest": rest}


def _measure_nesting(text: str) -> int:
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
