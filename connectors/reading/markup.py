"""Shop text as people would read it: no HTML tags, entities decoded once, no stray white space, no
thousands of accents on one letter.

No I/O.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

MOST_CLEANED: Final = 20_000
"""Characters of a text that are looked at: many times what any order's field can hold."""

MOST_MARKS: Final = 30
"""Marks in a row that are kept, as in Unicode's Stream-Safe Text Format (UAX #15); no language
needs more than a few.
"""

# Sorting the marks of so short a text costs nothing.
_SHORT = 256

# Only what is surely a tag goes: `a < b` and `<jo@example.com>` stay. The name is looked up, for as
# alternatives of one expression a hundred names take a microsecond at each `<`.
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,9})(?:\s[^<>]*)?/?>")
_BREAK_NAMES = "br p div li tr h1 h2 h3 h4 h5 h6 blockquote pre"
_NAMES = """
    a abbr address article aside b big body button center cite code col colgroup dd del details dfn
    dl dt em fieldset figcaption figure font footer form head header hr html i iframe img input ins
    kbd label legend link main mark meta nav noscript ol option picture q s samp section select
    small source span strike strong style sub summary sup svg table tbody td textarea tfoot th thead
    time title tt u ul var video bdi bdo ruby script
"""
_BREAKS = frozenset(_BREAK_NAMES.split())
_TAGS = _BREAKS.union(_NAMES.split())
# What people never see: each from its opening to its closing.
_UNSEEN = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE))
    for opening, closing in (
        (r"<!--", r"-->"),
        (r"<script\b[^<>]*>", r"</script\s*>"),
        (r"<style\b[^<>]*>", r"</style\s*>"),
    )
)
# No character has such a number, and Python refuses to read one of thousands of digits.
_NO_CHARACTER = re.compile(r"&#\d{8,};?")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?(?:\n ?){2,}")
_BETWEEN = re.compile(r"[\W_]+")
# So much of what a buyer chose is read.
_LONGEST_CHOICE = 2_000
_MOST_PARTS = 50
_DEEPEST = 3
_LINK = re.compile(r"""href\s{0,3}=\s{0,3}["']?(https?://[^\s"'<>]{1,1000})""", re.IGNORECASE)


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    """`text` without markup, in one line unless `keep_lines`; of a text over 20,000 characters
    the beginning.

    Tags go before entities are decoded, and entities are decoded once, so that `&amp;lt;b&amp;gt;`
    means the five characters it meant.
    """
    text = text[:MOST_CLEANED]
    if "<" in text:
        for opening, closing in _UNSEEN:
            text = _cut_spans(text, opening, closing)
        text = _TAG.sub(_replace_tag, text)
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not keep_lines:
        return " ".join(text.split())
    text = _BLANKS.sub(" ", text)
    return _LINES.sub("\n\n", text.replace(" \n", "\n").replace("\n ", "\n")).strip()


def _replace_tag(found: re.Match[str]) -> str:
    name = found[1].lower()
    if name in _BREAKS:
        return "\n"
    return "" if name in _TAGS else found[0]


def _cut_spans(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """`text` without all spans from an opening to the next closing.

    One regular expression for both would take quadratic time.
    """
    kept, place = [], 0
    while (begun := opening.search(text, place)) is not None and (
        ended := closing.search(text, begun.end())
    ) is not None:
        kept.append(text[place : begun.start()])
        place = ended.end()
    return " ".join((*kept, text[place:]))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def fold_name(name: str) -> str:
    """Letters and digits alone, without regard to case: how two spellings of a name compare."""
    return _BETWEEN.sub("", name).casefold()


def limit_marks(text: str) -> str:
    """`text` with at most thirty marks on one letter.

    Python sorts the marks in a row by insertion while it normalizes, in quadratic time: 64 KB of
    them take eight seconds.
    """
    if len(text) <= _SHORT or text.isascii():
        return text
    kept, row = [], 0
    for character in text:
        row = row + 1 if unicodedata.combining(character) else 0
        if row <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def write_choice(value: Any, write_plain: Callable[[Any], str], depth: int = 0) -> str:
    """What a buyer chose, of any shape: lists as `Nuts, Cream`, objects as `Text: Ada; Size: L`,
    the address of a link behind its text. `write_plain` writes a single value.
    """
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list) and depth < _DEEPEST:
        texts = (write_choice(each, write_plain, depth + 1) for each in value[:_MOST_PARTS])
        return ", ".join(filter(None, texts))
    if isinstance(value, dict) and depth < _DEEPEST:
        pairs = list(value.items())[:_MOST_PARTS]
        named = ((name, write_choice(each, write_plain, depth + 1)) for name, each in pairs)
        return "; ".join(f"{name}: {text}" for name, text in named if text)
    if isinstance(value, list | dict):
        return ""
    text = value[:_LONGEST_CHOICE] if isinstance(value, str) else value
    plain = write_plain(text)
    if isinstance(text, str) and "href" in text:
        links = [link for link in dict.fromkeys(_LINK.findall(text)) if link not in plain]
        return " ".join(filter(None, [plain, *links]))
    return plain
