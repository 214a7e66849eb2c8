"""The shortest way to a field's text, for what most fields are: expressions that find a text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.language.expressions import Expression
from connectors.language.functions import EvaluationError
from connectors.language.shortcuts import Shortcut
from connectors.reading.markup import MOST_CLEANED, clean_text

TextShortcut = Callable[[Any, Any, bool], str | None]
"""Is given a value, what `root()` gives, and whether line breaks are kept.

Gives the text on one line, empty where nothing is found; None where only the long way can tell.
"""
Finder = Callable[[Any, Any], Any]
"""Is given a value, and what `root()` gives."""


def find_text_shortcut(
    sources: Sequence[Expression], table: Mapping[str, Any], default: Any
) -> TextShortcut | None:
    """The shortcut of a field; None where it has no sources."""
    if len(sources) == 1 and not table and default is None and sources[0].shortcut is not None:
        return _shorten_one(sources[0].shortcut)
    finders = [find_finder(source) for source in sources]
    words = {word: _fit_constant(meaning) for word, meaning in table.items()}
    last = "" if default is None else _fit_constant(default)

    def read(value: Any, root: Any, keep_lines: bool) -> str | None:  # noqa: FBT001 -- the form of TextShortcut
        for find in finders:
            try:
                found = find(value, root)
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

    return read if finders else None


def _shorten_one(find: Shortcut) -> TextShortcut:
    """The shortcut of a field with one source, and nothing to be made of what it finds."""

    def read(value: Any, _root: Any, keep_lines: bool) -> str | None:  # noqa: FBT001 -- the form of TextShortcut
        found = find(value)
        if type(found) is str:
            return fit_text(found, keep_lines)
        return "" if found is None else None

    return read


def find_finder(expression: Expression) -> Finder:
    """What finds what the expression finds, the shortest way."""
    find, find_in_root = expression.shortcut, expression.root_shortcut
    if len(expression.path) == 1:
        (name,) = expression.path
        return lambda value, _root: value.get(name) if isinstance(value, dict) else None
    if find is not None:
        return lambda value, _root: find(value)
    if find_in_root is not None:
        return lambda value, root: find_in_root(value if root is None else root)
    return expression


def fit_text(text: str, keep_lines: bool) -> str:  # noqa: FBT001 -- called for every field
    """The text as `connectors.reading.fields.read_text` reads it; most have nothing to clean."""
    if text.isalnum():
        return text[:MOST_CLEANED]
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
