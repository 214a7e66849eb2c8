"""The shortest way to a field's text, for what most fields are: expressions that find a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.reads import Reads
from connectors.language.shortcuts import Shortcut
from connectors.reading.markup import MOST_CLEANED, clean_text

TextShortcut = Callable[[Any, bool], str | None]
"""Is given a value, and whether line breaks are kept.

Gives the text on one line, empty where nothing is found; None where only the long way can tell.
"""


def find_text_shortcut(
    sources: Sequence[Expression], table: Mapping[str, Any], default: Any
) -> TextShortcut | None:
    """The shortcut of a field; None where it has no sources, or one that looks at the root."""
    finders = [_find_finder(source) for source in sources]
    if not finders or None in finders:
        return None
    ways = tuple(filter(None, finders))
    words = {word: _fit_constant(meaning) for word, meaning in table.items()}
    last = "" if default is None else _fit_constant(default)

    def read(value: Any, keep_lines: bool) -> str | None:  # noqa: FBT001 -- the form of TextShortcut
        for find in ways:
            try:
                found = find(value)
            except EvaluationError:
                return None
            if found is None:
                continue
            if type(found) is not str:
                return None
            text = words.get(found) if words and found else fit_text(found, keep_lines)
            if text or (found and not found.isspace()):
                return text
        return last

    return read


def _find_finder(expression: Expression) -> Shortcut | None:
    if expression.shortcut is not None:
        return expression.shortcut
    return expression if expression.reads_root == Reads() else None


def fit_text(text: str, keep_lines: bool) -> str:  # noqa: FBT001 -- called for every field
    """The text as `connectors.reading.fields.read_text` reads it; most have nothing to clean."""
    if (
        "<" in text
        or "&" in text
        or len(text) > MOST_CLEANED
        or (keep_lines and ("\n" in text or "\r" in text))
    ):
        return clean_text(text, keep_lines=keep_lines)
    return " ".join(text.split())


def _fit_constant(value: Any) -> str | None:
    is_line = isinstance(value, str) and "\n" not in value and "\r" not in value
    return clean_text(value) if is_line else None
