"""What a function of the expression language is, and how one is added to the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from connectors.reading.fields import read_plain_number

MOST_TEXT: Final = 1_000_000
"""Characters a text may have that an expression makes."""

MOST_STEPS: Final = 200_000
"""Steps one evaluation may take; each list element looked at is one."""

# Characters of a text that are looked at in the time of a step.
_A_STEP: Final = 64
_MOST_DIGITS: Final = 30
_LONGEST_NUMBER: Final = 100


class EvaluationError(ValueError):
    """The expression is sound, but not for this value.

    The message names no buyer's data beyond the value that did not fit.
    """


class Run:
    """One evaluation: what `root()` gives, and how much work is left.

    Work, size and depth are all bounded by it.
    """

    __slots__ = ("left", "root")

    def __init__(self, root: Any, steps: int = MOST_STEPS) -> None:
        self.root = root
        self.left = steps

    def spend(self, steps: int) -> None:
        """Count work; raises `EvaluationError` when it is too much."""
        self.left -= steps
        if self.left < 0:
            raise EvaluationError("gave up: the expression needs too much work for this value")


def spend_on_text(value: Any, run: Run) -> None:
    """Count the work of going through a text, if it is a long one: 64 characters are a step."""
    if type(value) is str and len(value) >= _A_STEP:
        run.spend(len(value) // _A_STEP)


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """One function.

    `takes` are the kinds of its arguments; `least` of them must be given; `rest`: the last kind may
    be repeated.

    Kinds: `any`, `text` (numbers and true/false are written out; null stays null), `number` (a
    decimal text will do; null stays null), and, as in plain JMESPath without such kindness:
    `string`, `numbers`, `strings`, `list`, `object`, `each` (an `&expression`).
    """

    name: str
    call: Callable[..., Any]
    takes: tuple[str, ...]
    least: int
    rest: bool = False
    needs_run: bool = False

    @property
    def summary(self) -> str:
        """What it does, for people: its docstring."""
        return " ".join((self.call.__doc__ or "").split())

    @property
    def most(self) -> int | None:
        """How many arguments it takes at most; None: any number."""
        return None if self.rest else len(self.takes)

    @property
    def usage(self) -> str:
        """Its call, e.g. `split(text, string)`."""
        named = [kind if at < self.least else f"[{kind}]" for at, kind in enumerate(self.takes)]
        return f"{self.name}({', '.join(named)}{', …' if self.rest else ''})"


class FunctionTable:
    """Functions by name."""

    def __init__(self) -> None:
        self._functions: dict[str, Function] = {}

    def add(
        self, *takes: str, least: int | None = None, rest: bool = False, needs_run: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """A decorator: the decorated function joins the table under its own name, a trailing
        underscore left out.
        """

        def register(call: Callable[..., Any]) -> Callable[..., Any]:
            name = call.__name__.rstrip("_")
            self._functions[name] = Function(
                name=name,
                call=call,
                takes=takes,
                least=len(takes) if least is None else least,
                rest=rest,
                needs_run=needs_run,
            )
            return call

        return register

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __getitem__(self, name: str) -> Function:
        return self._functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._functions))


FUNCTIONS: Final = FunctionTable()
"""Every function an expression may call, and every filter a template may use."""


def describe_kind(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text {value[:40]!r}" if value else "an empty text"
    if isinstance(value, int | float | Decimal):
        return f"the number {str(value)[:40]}"
    return (
        "a list"
        if isinstance(value, list)
        else "an object"
        if isinstance(value, dict)
        else "an &expression"
    )


def as_text(value: Any) -> str | None:
    """A scalar as text: numbers plainly, true and false as JSON writes them; null stays null.

    Raises `EvaluationError` for the rest.
    """
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return write_number(as_number(value))
    raise EvaluationError(f"expected text, found {describe_kind(value)}")


def write_number(value: Decimal | None) -> str:
    """A number without an exponent and without idle zeros behind the point that JSON did not
    write.
    """
    return "" if value is None else f"{value:f}"


def as_number(value: Any) -> Decimal | None:
    """A number, or a text that holds one; null and the empty text are null.

    Raises `EvaluationError` for the rest.
    """
    if value is None or value == "":
        return None
    if type(value) is str and (plain := read_plain_number(value)) is not None:
        return plain  # most numbers that are texts
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise EvaluationError(f"expected a number, found {describe_kind(value)}")
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        raise EvaluationError("expected a number, found a long text")
    try:
        number = +(value if isinstance(value, Decimal) else Decimal(str(value).strip()))
    except (ArithmeticError, ValueError):
        raise EvaluationError(f"expected a number, found {describe_kind(value)}") from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise EvaluationError(f"expected a number of sensible size, found {str(value)[:40]}")
    return number


def is_empty(value: Any) -> bool:
    """Null, a text without letters, an empty list or object: nothing that one would want to
    show.
    """
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (not value and isinstance(value, list | dict))
