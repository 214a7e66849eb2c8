"""Functions on text: Portside's own, kind to null: what is missing stays missing instead of
stopping the order.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from connectors.language.functions.table import (
    FUNCTIONS,
    MOST_TEXT,
    EvaluationError,
    Run,
    as_text,
    is_empty,
)
from connectors.language.patterns import Pattern, PatternError, compile_pattern
from connectors.reading.markup import clean_text

_ADDRESS_ALPHABET: Final = str.maketrans("-_", "+/")

MOST_SEARCHED: Final = 2_000
"""Characters of a text that `extract` and `matches` look at."""


@FUNCTIONS.add("any")
def text(value: Any) -> str | None:
    """A value as text: `text(`12`)` is `"12"`."""
    return as_text(value)


@FUNCTIONS.add("text")
def upper(value: str | None) -> str | None:
    """Capitals: `upper('de')` is `"DE"`."""
    return value and value.upper()


@FUNCTIONS.add("text")
def lower(value: str | None) -> str | None:
    """Small letters: `lower('DE')` is `"de"`."""
    return value and value.lower()


@FUNCTIONS.add("text")
def trim(value: str | None) -> str | None:
    """Without spaces at either end: `trim(' a ')` is `"a"`."""
    return value and value.strip()


@FUNCTIONS.add("text")
def strip_html(value: str | None) -> str | None:
    """Without tags and entities, line breaks kept: `strip_html('<p>a &amp; b</p>')` is `"a &
    b"`.
    """
    return value and clean_text(value, keep_lines=True)


@FUNCTIONS.add("any", rest=True)
def first(*given: Any) -> Any:
    """The first that is neither null nor empty: `first('', `null`, 'a')` is `"a"`."""
    return next((value for value in given if not is_empty(value)), None)


@FUNCTIONS.add("any", rest=True, needs_run=True)
def words(run: Run, *given: Any) -> str:
    """What is given, one space between, the empty left out: `words('Ada', `null`, 'King')` is `"Ada
    King"`.
    """
    return _join_parts(run, " ", given)


@FUNCTIONS.add("string", "any", rest=True, needs_run=True)
def join_text(run: Run, separator: str, *given: Any) -> str:
    """What is given (lists too), a separator between, the empty left out: `join_text(', ', 'a', '',
    ['b'])` is `"a, b"`.
    """
    return _join_parts(run, separator, given)


@FUNCTIONS.add("text", "string", needs_run=True)
def split(run: Run, value: str | None, separator: str) -> list[str] | None:
    """A text cut at each separator: `split('a/b', '/')` is `["a", "b"]`."""
    if value is None or not separator:
        return value if value is None else [value]
    run.spend(value.count(separator))
    return value.split(separator)


@FUNCTIONS.add("text", "string")
def before(value: str | None, mark: str) -> str | None:
    """What stands before the first mark; all of it where there is none: `before('a-b', '-')` is
    `"a"`.
    """
    return value and value.partition(mark)[0] if mark else value


@FUNCTIONS.add("text", "string")
def after(value: str | None, mark: str) -> str | None:
    """What stands after the first mark; all of it where there is none: `after('a-b-c', '-')` is
    `"b-c"`.
    """
    if not value or not mark:
        return value
    _, found, rest = value.partition(mark)
    return rest if found else value


@FUNCTIONS.add("text", "string", "string")
def replace(value: str | None, old: str, new: str) -> str | None:
    """One text in place of another: `replace('a_b', '_', ' ')` is `"a b"`."""
    if not value or not old:
        return value
    if len(value) + value.count(old) * len(new) > MOST_TEXT:
        raise EvaluationError("gave up: the text would become too long")
    return value.replace(old, new)


@FUNCTIONS.add("text", "number")
def limit(value: str | None, size: Any) -> str | None:
    """No more than so many characters: `limit('abcdef', `3`)` is `"abc"`."""
    return value and value[: max(0, int(size or 0))]


@FUNCTIONS.add("text", "number", "string", least=2)
def pad(value: str | None, size: Any, with_: str = "0") -> str | None:
    """Filled up from the left, with zeros unless told otherwise; at most 100 long: `pad('7', `3`)`
    is `"007"`.
    """
    return None if value is None else value.rjust(min(int(size or 0), 100), (with_ or "0")[0])


@FUNCTIONS.add("text")
def gid_tail(value: str | None) -> str | None:
    """The last part of a global id or URL: `gid_tail('gid://shop/Order/12')` is `"12"`."""
    return value and value.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


@FUNCTIONS.add("text")
def first_name(value: str | None) -> str | None:
    """All but the last word of a name: `first_name('Ada Byron King')` is `"Ada Byron"`."""
    return value and " ".join(value.split()[:-1])


@FUNCTIONS.add("text")
def last_name(value: str | None) -> str | None:
    """The last word of a name: `last_name('Ada Byron King')` is `"King"`."""
    return value and (value.split() or [""])[-1]


@FUNCTIONS.add("text", "pattern", "number", least=2, needs_run=True)
def extract(run: Run, value: str | None, pattern: str, group: Any = None) -> str | None:
    """What a pattern's first group (or the given one; 0 is the whole match) found, else null:
    `extract('/o/12/', '/o/([0-9]+)')` is `"12"`.
    """
    found = _search_text(run, value, pattern)
    if found is None:
        return None
    wanted = min(1, len(found) - 1) if group is None else int(group)
    return found[wanted] if 0 <= wanted < len(found) else None


@FUNCTIONS.add("text", "pattern", needs_run=True)
def matches(run: Run, value: str | None, pattern: str) -> bool:
    """Whether a pattern is found in a text: `matches('A-12', '^[A-Z]-')` is `true`."""
    return _search_text(run, value, pattern) is not None


@FUNCTIONS.add("text")
def to_base64(value: str | None) -> str | None:
    """Base64: `to_base64('a:b')` is `"YTpi"`."""
    return None if value is None else base64.b64encode(value.encode()).decode()


@FUNCTIONS.add("text")
def from_base64(value: str | None) -> str | None:
    """What Base64 stands for, also in its form for addresses; null where that is not text:
    `from_base64('YTpi')` is `"a:b"`.
    """
    if value is None:
        return None
    bare = value.strip().rstrip("=").translate(_ADDRESS_ALPHABET)
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except ValueError:
        return None


@FUNCTIONS.add("text")
def xml_text(value: str | None) -> str | None:
    """A text as XML writes it: `xml_text('a & b')` is `"a &amp; b"`."""
    return None if value is None else html.escape(value)


@lru_cache(maxsize=512)
def _compile_once(pattern: str) -> Pattern:
    return compile_pattern(pattern)


def _search_text(run: Run, value: str | None, pattern: str) -> tuple[str | None, ...] | None:
    if value is None:
        return None
    try:
        compiled = _compile_once(pattern)
    except PatternError as error:
        raise EvaluationError(str(error)) from None
    searched = value[:MOST_SEARCHED]
    run.spend(compiled.estimate_steps(searched))
    return compiled.search(searched)


def _join_parts(run: Run, separator: str, given: Sequence[Any]) -> str:
    parts: list[str] = []
    left = MOST_TEXT
    for each in given:
        if isinstance(each, list):
            run.spend(len(each))
        for part in each if isinstance(each, list) else (each,):
            text = part if type(part) is str else "" if is_empty(part) else as_text(part) or ""
            left -= len(text) + len(separator)
            if left < 0:
                raise EvaluationError("gave up: the joined text would be too long")
            if text := text.strip():
                parts.append(text)
    return separator.join(parts)
