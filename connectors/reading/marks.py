"""Accents and other marks, of which a stranger may pile up thousands on one letter. No I/O."""

from __future__ import annotations

import unicodedata
from typing import Final

MOST_MARKS: Final = 30
"""Marks in a row that are kept, as in Unicode's Stream-Safe Text Format (UAX #15); no language
needs more than a few.
"""

# Sorting the marks of so short a text costs nothing.
_SHORT = 256


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
