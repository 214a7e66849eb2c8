"""One field of the shop's JSON at a time: which expression found it, where that stands in the
settings, and what was wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from connectors.fieldmap.rules import FieldRule
from connectors.fieldmap.shortcuts import find_finder, fit_text
from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text, is_empty
from connectors.language.logic import is_false
from connectors.places import Source
from connectors.reading import fields
from connectors.reading.fields import FieldError
from connectors.reading.markup import write_choice

T = TypeVar("T")


class Scope:
    """A part of the shop's order, and how it is called: `lines[2]`.

    Fields are read from it; what was read is noted in `trace`.

    `name` is how faults call our side of it, e.g. `items[2].`.
    """

    __slots__ = ("at", "name", "root", "trace", "value")

    def __init__(
        self,
        value: Any,
        root: Any,
        *,
        at: str = "",
        name: str = "",
        trace: list[Source] | None = None,
    ) -> None:
        self.value = value
        self.root = root
        self.at = at
        self.name = name
        self.trace = trace

    def find(self, field: str, expression: Expression) -> Any:
        """What an expression finds here.

        Raises `FieldError` with everything that helps to mend it.
        """
        try:
            return expression(self.value, self.root)
        except EvaluationError as error:
            raise self.make_fault(field, str(error), expression) from None

    def make_fault(
        self, field: str, reason: str, expression: Expression | None = None
    ) -> FieldError:
        """`items[2].price: expected money, found 'abc' (from lines[2].price, settings.yaml:41)`."""
        if expression is None:
            return FieldError.because(f"{self.name}{field}", reason)
        place = f", {expression.place}" if expression.place else ""
        return FieldError.because(
            f"{self.name}{field}", f"{reason} (from {self._describe_origin(expression)}{place})"
        )

    def _describe_origin(self, expression: Expression) -> str:
        from_root = expression.one_line.removeprefix("root().")
        if not self.at or from_root != expression.one_line:
            return from_root
        return (
            f"{self.at}.{expression.source}"
            if expression.path
            else f"{expression.one_line} in {self.at}"
        )

    def read(
        self, field: str, rule: FieldRule | None, convert: Callable[[Any, str], T], missing: T
    ) -> T:
        """The field's value, converted; `missing` where there is no source, or nothing was found
        and there is no default.
        """
        if rule is None:
            return missing
        found, expression = self._find_first(field, rule)
        if is_empty(found):
            return missing
        self._note_origin(field, expression, found)
        return self._convert(field, found, expression, convert)

    def _convert(
        self,
        field: str,
        found: Any,
        expression: Expression | None,
        convert: Callable[[Any, str], T],
    ) -> T:
        try:
            return convert(found, field)
        except EvaluationError as error:
            raise self.make_fault(field, str(error), expression) from None
        except FieldError as error:
            raise self.make_fault(field, error.reason, expression) from None

    def _find_first(self, field: str, rule: FieldRule) -> tuple[Any, Expression | None]:
        """The first source that finds something, by way of the table."""
        if rule.value is not None:
            return rule.value, None
        for expression in rule.sources:
            found = self.find(field, expression)
            if is_empty(found):
                continue
            if not rule.table:
                return found, expression
            try:
                word = translate_word(rule.table, found)
            except EvaluationError as error:
                raise self.make_fault(field, str(error), expression) from None
            return (rule.default if word is None else word), expression
        return rule.default, None

    def read_text(self, field: str, rule: FieldRule | None, *, keep_lines: bool = False) -> str:
        """A field of text, without markup; empty where there is none."""
        if rule is None:
            return ""
        if self.trace is None and rule.shortcut is not None:
            short = rule.shortcut(self.value, self.root, keep_lines)
            if short is not None:
                return short
        found, expression = self._find_first(field, rule)
        if type(found) is str:
            if text := fit_text(found, keep_lines):
                self._note_origin(field, expression, found)
            return text
        if is_empty(found):
            return ""
        self._note_origin(field, expression, found)
        return self._convert(field, found, expression, _read_lines if keep_lines else _read_line)

    def read_choice(self, field: str, rule: FieldRule) -> str:
        """What a buyer chose, as text, whatever its shape; empty where there is none."""
        if self.trace is None and rule.shortcut is not None:
            short = rule.shortcut(self.value, self.root, False)  # noqa: FBT003 -- see TextShortcut
            if short is not None and not (short and self._finds_link(rule)):
                return short
        return self.read(field, rule, _write_choice, "")

    def _finds_link(self, rule: FieldRule) -> bool:
        """Whether the text that a rule's shortcut found is markup with a link in it."""
        for source in rule.sources:
            found = find_finder(source)(self.value, self.root)
            if found is not None:
                return "<" in found and "href" in found
        return False

    def is_true(self, field: str, expression: Expression | None, *, otherwise: bool) -> bool:
        """Whether a condition is true here."""
        if expression is None:
            return otherwise
        find = expression.shortcut
        return not is_false(self.find(field, expression) if find is None else find(self.value))

    def enter_list(self, field: str, expression: Expression, name: str) -> Iterator[Scope]:
        """The elements of a list as scopes of their own; null is not a list.

        Raises `FieldError` for what is neither.
        """
        found = self.find(field, expression)
        if found is None:
            return
        if not isinstance(found, list):
            raise self.make_fault(field, "expected a list, found something else", expression)
        for number, element in enumerate(found):
            at = f"{self._describe_origin(expression)}[{number}]"
            yield Scope(
                element, self.root, at=at, name=f"{self.name}{name}[{number}].", trace=self.trace
            )

    def enter(self, field: str, expression: Expression | None) -> Scope:
        """The part of this that an expression finds, or all of it."""
        if expression is None:
            return Scope(
                self.value, self.root, at=self.at, name=f"{self.name}{field}.", trace=self.trace
            )
        return Scope(
            self.find(field, expression),
            self.root,
            at=self._describe_origin(expression),
            name=f"{self.name}{field}.",
            trace=self.trace,
        )

    def _note_origin(self, field: str, expression: Expression | None, found: Any) -> None:
        if self.trace is not None:
            path = "a constant" if expression is None else self._describe_origin(expression)
            place = "" if expression is None else expression.place
            self.trace.append(
                Source(field=f"{self.name}{field}", path=path, place=place, value=found)
            )


class LineScope(Scope):
    """A line of the shop's order, given a name only when an expression asks for it."""

    __slots__ = ("_line", "_place")

    def __init__(
        self, value: Any, root: Any, *, line: str, place: int, trace: list[Source] | None
    ) -> None:
        self.value, self.root, self.trace = value, root, trace
        self._line, self._place = line, place

    @property
    def at(self) -> str:  # type: ignore[override] # nothing sets it
        """Where it stands in the shop's order."""
        return f"line {self._line}"

    @property
    def name(self) -> str:  # type: ignore[override] # nothing sets it
        """Where it goes."""
        return f"items[{self._place}]."


def translate_word(table: dict[str, T], word: Any) -> T | None:
    """What a table makes of a word, whatever its case."""
    text = as_text(word) or ""
    if text in table:
        return table[text]
    return next(
        (value for name, value in table.items() if name.lower() == text.strip().lower()), None
    )


def _write_choice(value: Any, field: str) -> str:
    return write_choice(value, lambda plain: fields.read_text(plain, field))


def _read_line(value: Any, field: str) -> str:
    return fields.read_text(value, field)


def _read_lines(value: Any, field: str) -> str:
    return fields.read_text(value, field, keep_lines=True)
