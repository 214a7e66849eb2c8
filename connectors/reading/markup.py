"""Shop text as people would read it: no HTML tags, entities decoded once, no stray white space, no
thousands of accents on one letter.

No I/O.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

MOST_CLEANED: Final = 20_000
"""Characters of a text that are looked at: many times what any order's field can hold."""

MOST_MARKS: Final = 30
"""Marks in a row that are kept, as in Unicode's Stream-Safe Text Format (UAX #15); no language
needs more than a few.
"""

# Sorting the marks of so short a text costs nothing.
_SHORT = 256

# Only what is surely a tag goes: `a < b` and `<jo@example.com>` stay.
_TAGS = (
    "a|abbr|address|article|aside|b|big|blockquote|body|br|button|center|cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|fieldset|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|mark|meta|nav|"
    "noscript|ol|option|p|picture|pre|q|s|samp|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|"
    "textarea|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|bdi|bdo|ruby|script"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(
    r"<br\s*/?>|</?(?:p|div|li|tr|h[1-6]|blockquote|pre)(?:\s[^<>]*)?>", re.IGNORECASE
)
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
        text = _BREAK.sub("\n", text)
        text = _TAG.sub("", text)
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not keep_lines:
        return " ".join(text.split())
    text = _BLANKS.sub(" ", text)
    return _LINES.sub("\n\n", text.replace(" \n", "\n").replace("\n ", "\n")).strip()


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
