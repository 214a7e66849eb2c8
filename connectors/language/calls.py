"""One call of a function inside an expression: checked while settings load, its arguments brought
into shape while it runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from connectors.language.functions import FUNCTIONS, EvaluationError, Function, Run
from connectors.language.functions.table import (
    MOST_TEXT,
    as_number,
    as_text,
    describe_kind,
    spend_on_text,
)
from connectors.language.functions.times import check_form, find_zone
from connectors.language.patterns import compile_pattern
from connectors.language.tree import Evaluate

# No name that is known is longer.
_LONGEST_WORD = 60


def bind_call(
    name: str, exprefs: Sequence[bool], constants: Sequence[Any], arguments: Sequence[Evaluate]
) -> Evaluate:
    """The closure of `name(arguments)`.

    `exprefs` tells which are `&expressions`, `constants` holds those known beforehand.

    Raises `ValueError` with a sentence.
    """
    if name not in FUNCTIONS:
        raise ValueError(f"there is no function {name}(){suggest_name(name, FUNCTIONS)}")
    function = FUNCTIONS[name]
    check_count(function, len(arguments))
    kinds = find_argument_kinds(function, len(arguments))
    for place, (kind, expref, constant) in enumerate(
        zip(kinds, exprefs, constants, strict=True), start=1
    ):
        if expref is not (kind == "each"):
            expected = "an &expression" if kind == "each" else "a value, not an &expression,"
            raise ValueError(f"{function.usage}: expected {expected} as argument {place}")
        if constant is not None:
            check_constant(function, place, kind, constant)
    return _bind_arguments(function, list(map(_bind_argument, kinds, arguments, constants)))


def check_count(function: Function, count: int) -> None:
    """Raise `ValueError` unless the function takes so many arguments."""
    if count < function.least or (function.most is not None and count > function.most):
        most = (
            ""
            if function.most == function.least
            else " or more"
            if function.most is None
            else f" to {function.most}"
        )
        plural = "" if f"{function.least}{most}" == "1" else "s"
        raise ValueError(
            f"{function.usage}: expected {function.least}{most} argument{plural}, found"
            f" {count or 'none'}"
        )


def find_argument_kinds(function: Function, count: int) -> list[str]:
    """The kind of each of so many arguments."""
    extra = [function.takes[-1]] * (count - len(function.takes)) if function.rest else []
    return [*function.takes[:count], *extra]


def check_constant(function: Function, place: int, kind: str, value: Any) -> None:
    """Raise `ValueError` if an argument that is written out can never be right."""
    try:
        if kind == "pattern":
            compile_pattern(str(value))
        else:
            shape_argument(kind, value if not isinstance(value, float) else Decimal(repr(value)))
        fault = ""
        if function.name in {"date", "date_text"} and place > 1 and value:
            fault = (
                check_form(str(value), writing=function.name == "date_text") if place == 2 else ""  # noqa: PLR2004 -- (value, form, zone)
            )
            if place == 3:  # noqa: PLR2004 -- (value, form, zone)
                find_zone(str(value))
    except ValueError as error:
        fault = str(error)
    if fault:
        raise ValueError(f"{function.usage}: argument {place}: {fault}")


# The kinds that take a text as it is.
_ANY_TEXTS = frozenset({"text", "string", "pattern", "any"})


def shape_argument(kind: str, value: Any) -> Any:
    """An argument as the function wants it. Raises `EvaluationError`."""
    match kind:
        case "any":
            return value
        case "text" | "pattern":
            return as_text(value)
        case "number":
            return as_number(value)
    if not _is_fitting(kind, value):
        raise EvaluationError(f"expected {_EXPECTED[kind]}, found {describe_kind(value)}")
    return value


_EXPECTED = {
    "string": "text",
    "real": "a number",
    "list": "a list",
    "object": "an object",
    "numbers": "a list of numbers",
    "strings": "a list of texts",
    "comparables": "a list of numbers or of texts",
}


def _is_fitting(kind: str, value: Any) -> bool:
    if kind in _LISTS:
        return isinstance(value, list) and any(
            all(test(each) for each in value) for test in _LISTS[kind]
        )
    return _SINGLES[kind](value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_SINGLES: dict[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "real": _is_number,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_LISTS = {"numbers": (_is_number,), "strings": (_is_text,), "comparables": (_is_number, _is_text)}
# The kinds whose every element is looked at.
_LOOKED_THROUGH = frozenset({*_LISTS, "object"})


def _bind_arguments(function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    name, perform = function.name, _bind_values(function, arguments)

    def evaluate(value: Any, run: Run) -> Any:
        run.left -= 1
        if run.left < 0:
            run.spend(0)
        try:
            found = check_bounds(perform(value, run))
        except EvaluationError as error:
            raise (error if "()" in str(error) else EvaluationError(f"{name}(): {error}")) from None
        except (ArithmeticError, ValueError, TypeError, LookupError, OverflowError) as error:
            raise EvaluationError(
                f"{name}(): cannot work with this value ({type(error).__name__})"
            ) from None
        spend_on_text(found, run)
        return found

    return evaluate


def _bind_values(function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    """The closure that works arguments out and calls the function."""
    call = function.call
    if function.needs_run:
        return lambda value, run: call(run, *[argument(value, run) for argument in arguments])
    if len(arguments) == 1:
        (only,) = arguments
        return lambda value, run: call(only(value, run))
    if len(arguments) == 2:  # noqa: PLR2004 -- most calls, without a list on the way
        first, second = arguments
        return lambda value, run: call(first(value, run), second(value, run))
    return lambda value, run: call(*[argument(value, run) for argument in arguments])


def _bind_argument(kind: str, argument: Evaluate, constant: Any) -> Evaluate:
    """The closure of an argument in the shape that the function wants; what each call would look
    through again is counted as work.
    """
    if isinstance(constant, str) and kind in _ANY_TEXTS:
        return argument
    if kind == "each":
        return lambda _value, run: lambda element: argument(element, run)

    def evaluate(value: Any, run: Run) -> Any:
        found = argument(value, run)
        # Most arguments are texts where a text is wanted.
        if type(found) is str and kind in _ANY_TEXTS:
            spend_on_text(found, run)
            return found
        if kind in _LOOKED_THROUGH and isinstance(found, list | dict):
            run.spend(len(found))
        return found if kind == "any" else shape_argument(kind, found)

    return evaluate


def check_bounds(value: Any) -> Any:
    """A result, unless it is too long."""
    if isinstance(value, str) and len(value) > MOST_TEXT:
        raise EvaluationError("gave up: the text became too long")
    return value


def suggest_name(word: str, known: Iterable[str]) -> str:
    """`; did you mean upper()?`, or nothing."""
    near = difflib.get_close_matches(word[:_LONGEST_WORD].lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]}()?" if near else ""
