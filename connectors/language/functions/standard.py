"""JMESPath's own functions, as its specification has them, but exact: numbers are integers and
decimals, never floats.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from connectors.language.functions.table import (
    FUNCTIONS,
    MOST_TEXT,
    EvaluationError,
    Run,
    as_number,
    describe_kind,
)

Each = Callable[[Any], Any]


@FUNCTIONS.add("numbers")
def avg(values: list[Any]) -> Any:
    """The mean of a list of numbers: `avg([`1`, `2`])` is `1.5`."""
    return sum(values) / Decimal(len(values)) if values else None


@FUNCTIONS.add("real")
def abs_(value: Any) -> Any:
    """A number without its sign: `abs(`-2`)` is `2`."""
    return abs(value)


@FUNCTIONS.add("real")
def ceil(value: Any) -> Any:
    """The next whole number upwards: `ceil(`1.2`)` is `2`."""
    return int(_require_number(value).to_integral_value(ROUND_CEILING))


@FUNCTIONS.add("real")
def floor(value: Any) -> Any:
    """The next whole number downwards: `floor(`1.8`)` is `1`."""
    return int(_require_number(value).to_integral_value(ROUND_FLOOR))


@FUNCTIONS.add("any", "any", needs_run=True)
def contains(run: Run, subject: Any, search: Any) -> Any:
    """Whether a list holds a value or a text holds another: `contains(['a', 'b'], 'a')` is
    `true`.
    """
    if isinstance(subject, list):
        run.spend(measure_weight(subject, run) + measure_weight(search, run) * len(subject))
        return any(type(search) is type(member) and member == search for member in subject)
    if isinstance(subject, str):
        return isinstance(search, str) and search in subject
    raise EvaluationError(f"contains(): expected a list or text, found {describe_kind(subject)}")


@FUNCTIONS.add("string", "string")
def starts_with(subject: str, prefix: str) -> bool:
    """Whether a text begins with another: `starts_with('abc', 'ab')` is `true`."""
    return subject.startswith(prefix)


@FUNCTIONS.add("string", "string")
def ends_with(subject: str, suffix: str) -> bool:
    """Whether a text ends with another: `ends_with('abc', 'bc')` is `true`."""
    return subject.endswith(suffix)


@FUNCTIONS.add("string", "strings")
def join(separator: str, parts: list[str]) -> str:
    """Texts in one, a separator between them: `join('-', ['a', 'b'])` is `"a-b"`."""
    if sum(len(part) + len(separator) for part in parts) > MOST_TEXT:
        raise EvaluationError("gave up: the joined text would be too long")
    return separator.join(parts)


@FUNCTIONS.add("object")
def keys(value: dict[str, Any]) -> list[str]:
    """An object's names: `keys({a: `1`})` is `["a"]`."""
    return list(value)


@FUNCTIONS.add("object")
def values(value: dict[str, Any]) -> list[Any]:
    """An object's values: `values({a: `1`})` is `[1]`."""
    return list(value.values())


@FUNCTIONS.add("any")
def length(value: Any) -> int:
    """How many characters, elements or names: `length([`1`, `2`])` is `2`."""
    if isinstance(value, str | list | dict):
        return len(value)
    raise EvaluationError(
        f"length(): expected a text, list or object, found {describe_kind(value)}"
    )


@FUNCTIONS.add("each", "list", needs_run=True)
def map_(run: Run, each: Each, subject: list[Any]) -> list[Any]:
    """An expression over each element, nulls kept: `map(&a, [{a: `1`}, {b: `2`}])` is `[1,
    null]`.
    """
    run.spend(len(subject))
    return [each(element) for element in subject]


@FUNCTIONS.add("comparables")
def max_(subject: list[Any]) -> Any:
    """The largest of a list of numbers or texts: `max([`1`, `3`, `2`])` is `3`."""
    return max(subject, default=None)


@FUNCTIONS.add("comparables")
def min_(subject: list[Any]) -> Any:
    """The smallest of a list of numbers or texts: `min(['b', 'a'])` is `"a"`."""
    return min(subject, default=None)


@FUNCTIONS.add("list", "each", needs_run=True)
def max_by(run: Run, subject: list[Any], each: Each) -> Any:
    """The element for which an expression is largest: `max_by([{n: `1`}, {n: `2`}], &n)` is `{"n":
    2}`.
    """
    keyed = _find_keys(run, subject, each)
    return subject[max(range(len(keyed)), key=lambda at: keyed[at])] if keyed else None


@FUNCTIONS.add("list", "each", needs_run=True)
def min_by(run: Run, subject: list[Any], each: Each) -> Any:
    """The element for which an expression is smallest: `min_by([{n: `1`}, {n: `2`}], &n)` is `{"n":
    1}`.
    """
    keyed = _find_keys(run, subject, each)
    return subject[min(range(len(keyed)), key=lambda at: keyed[at])] if keyed else None


@FUNCTIONS.add("list", "each", needs_run=True)
def sort_by(run: Run, subject: list[Any], each: Each) -> list[Any]:
    """A list in the order of an expression: `sort_by([{n: `2`}, {n: `1`}], &n)[].n` is `[1, 2]`."""
    keyed = _find_keys(run, subject, each)
    return [subject[at] for at in sorted(range(len(keyed)), key=lambda at: keyed[at])]


@FUNCTIONS.add("object", rest=True)
def merge(*objects: dict[str, Any]) -> dict[str, Any]:
    """Objects in one, the later winning: `merge({a: `1`}, {a: `2`})` is `{"a": 2}`."""
    return {name: value for each in objects for name, value in each.items()}


@FUNCTIONS.add("any", rest=True)
def not_null(*given: Any) -> Any:
    """The first that is not null: `not_null(`null`, 'a')` is `"a"`."""
    return next((value for value in given if value is not None), None)


@FUNCTIONS.add("any", needs_run=True)
def reverse(run: Run, subject: Any) -> Any:
    """A list or text from its end: `reverse([`1`, `2`])` is `[2, 1]`."""
    if not isinstance(subject, str | list):
        raise EvaluationError(f"reverse(): expected a text or list, found {describe_kind(subject)}")
    run.spend(len(subject))
    return subject[::-1]


@FUNCTIONS.add("comparables")
def sort(subject: list[Any]) -> list[Any]:
    """A list of numbers or texts in order: `sort(['b', 'a'])` is `["a", "b"]`."""
    return sorted(subject)


@FUNCTIONS.add("numbers")
def sum_(subject: list[Any]) -> Any:
    """The sum of a list of numbers: `sum([`1`, `2`])` is `3`."""
    return sum(subject)


@FUNCTIONS.add("any")
def to_array(value: Any) -> list[Any]:
    """A list as it is, anything else in a list of one: `to_array('a')` is `["a"]`."""
    return value if isinstance(value, list) else [value]


@FUNCTIONS.add("any")
def to_number(value: Any) -> Any:
    """A number from a text that holds one, else null: `to_number('1.5')` is `1.5`."""
    if isinstance(value, bool | list | dict):
        return None
    try:
        return as_number(value)
    except EvaluationError:
        return None


@FUNCTIONS.add("any", needs_run=True)
def to_string(run: Run, value: Any) -> str:
    """A text as it is, anything else as JSON: `to_string([`1`])` is `"[1]"`."""
    if isinstance(value, str):
        return value
    run.spend(measure_weight(value, run))
    return _JSON.encode(value).decode()


@FUNCTIONS.add("any")
def type_(value: Any) -> str:
    """The kind of a value: `type([`1`])` is `"array"`."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "null")


_KINDS = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    Decimal: "number",
    list: "array",
    dict: "object",
}


_JSON = msgspec.json.Encoder(decimal_format="number")


def measure_weight(value: Any, run: Run) -> int:
    """How many values something holds, all levels counted; gives up with `EvaluationError` past the
    work that is left.
    """
    count = 1 + (len(value) >> 6 if isinstance(value, str) else 0)
    pending = [value] if isinstance(value, list | dict) else []
    while pending:
        each = pending.pop()
        parts = each if isinstance(each, list) else each.values()
        count += len(parts)
        if count > run.left:
            break
        for part in parts:
            if isinstance(part, str):
                count += len(part) >> 6
            elif isinstance(part, list | dict):
                pending.append(part)
    if count > run.left:
        raise EvaluationError("gave up: the value is too large for this expression")
    return count


def _require_number(value: Any) -> Decimal:
    number = as_number(value)
    if number is None:
        raise EvaluationError("expected a number, found null")
    return number


def _find_keys(run: Run, subject: list[Any], each: Each) -> list[Any]:
    run.spend(len(subject))
    found = [each(element) for element in subject]
    texts = sum(isinstance(key, str) for key in found)
    numbers = sum(
        isinstance(key, int | float | Decimal) and not isinstance(key, bool) for key in found
    )
    if found and len(found) not in (texts, numbers):
        raise EvaluationError("expected the &expression to give numbers only, or texts only")
    return found
