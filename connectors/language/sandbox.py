"""Jinja2's sandbox, made smaller: data can be looked into, functions are filters, and nothing of
Python's can be reached.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from jinja2 import Undefined
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from connectors.language.calls import check_bounds, find_argument_kinds, shape_argument
from connectors.language.functions import FUNCTIONS, EvaluationError, Function, Run
from connectors.language.functions.table import as_number, as_text
from connectors.upstream.request import encode_segment


class Sandbox(ImmutableSandboxedEnvironment):
    """A sandbox in which a dot or bracket only ever looks into objects and lists that came as
    data.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/"})
    intercepted_unops = frozenset({"-"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`order.name`: what the object holds under the name; nothing of Python's."""
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`order['name']` and `list[0]`."""
        if isinstance(obj, dict) and isinstance(argument, str):
            return obj.get(argument)
        if isinstance(obj, LoopContext) and argument in {"index", "first", "last"}:
            return getattr(obj, argument)
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return None

    def call_binop(self, _context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic on numbers, exact and of sensible size."""
        first, second = _read_operand(left), _read_operand(right)
        if operator == "/" and not second:
            raise EvaluationError("cannot divide by zero")
        result = as_number(self.binop_table[operator](first, second))
        return (
            int(result)
            if result is not None
            and isinstance(left, int)
            and isinstance(right, int)
            and operator != "/"
            else result
        )

    def call_unop(self, _context: Context, _operator: str, arg: Any) -> Any:
        """A sign."""
        return -arg if isinstance(arg, int) else -_read_operand(arg)


def _read_operand(value: Any) -> Decimal:
    number = as_number(None if isinstance(value, Undefined) else value)
    if number is None:
        raise EvaluationError("expected a number, found null")
    return number


def _make_filter(function: Function) -> Callable[..., Any]:
    """A function of the expressions as a filter: `{{ a | join_text(', ') }}` has its value as first
    argument, save for separators.
    """

    def apply(value: Any, *arguments: Any) -> Any:
        given = [None if isinstance(each, Undefined) else each for each in (value, *arguments)]
        if function.name in {"join", "join_text"} and len(given) > 1:
            given = [given[1], given[0], *given[2:]]
        try:
            shaped = [
                shape_argument(kind, each)
                for kind, each in zip(find_argument_kinds(function, len(given)), given, strict=True)
            ]
            return check_bounds(
                function.call(*([Run(None)] if function.needs_run else []), *shaped)
            )
        except EvaluationError as error:
            raise EvaluationError(f"{function.name}: {error}") from None
        except (ArithmeticError, ValueError, TypeError, LookupError) as error:
            raise EvaluationError(
                f"{function.name}: cannot work with this value ({type(error).__name__})"
            ) from None

    return apply


def _write_value(value: Any) -> Any:
    """What is written for a value in the midst of a text: nothing for null."""
    return "" if value is None or isinstance(value, Undefined) else as_text(value)


FILTERS: Final = {
    name: FUNCTIONS[name]
    for name in FUNCTIONS
    if "each" not in FUNCTIONS[name].takes and FUNCTIONS[name].takes
}
"""The functions that may be used as filters: all but those that take an expression."""

SANDBOX: Final = Sandbox(
    finalize=_write_value, autoescape=False, keep_trailing_newline=True, cache_size=0
)
SANDBOX.filters = {name: _make_filter(function) for name, function in FILTERS.items()}
SANDBOX.globals = {}
SANDBOX.tests = {}
ENVIRONMENTS: Final = {
    "text": SANDBOX,
    "xml": SANDBOX.overlay(finalize=lambda value: FUNCTIONS["xml_text"].call(_write_value(value))),
    "path": SANDBOX.overlay(finalize=lambda value: encode_segment(_write_value(value))),
}
