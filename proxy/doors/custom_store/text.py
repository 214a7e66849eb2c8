"""What text may look like on ShipStation's wire: characters XML can carry, in the lengths
ShipStation counts.
"""

from __future__ import annotations

import re
import unicodedata

from connectors.reading.markup import limit_marks

ELLIPSIS = "…"

# Outside XML 1.0's Char, and DEL. U+0080 to U+009F are legal there, but ShipStation has refused
# them; see MISREAD.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\n\r]")
_CARRIAGE_RETURN = re.compile("\r\n?")

# Text once misread as Latin-1: the C1 codes are then Windows-1252's quotes and dashes. HTML reads
# `&#146;` the same way.
_MISREAD = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

ZERO_WIDTH_JOINER = "\u200d"
# A cut may move this many characters to the left in search of a better place; text that is all
# accents is cut anyway.
_PATIENCE = 40
# Cleaning drops characters; a text of which it drops three in four is shown shorter than it could
# be.
_LOOKED_AT = 4


def clean(text: str) -> str:
    """`text` without what XML 1.0 or ShipStation refuses, composed (NFC), line ends as LF.

    Applying it twice changes nothing.

    Tab and line feed stay. A carriage return becomes a line feed, as any XML parser would read it.
    Halves of a surrogate pair are joined, lone ones dropped. Emoji and other characters beyond the
    basic plane stay.
    """
    if text.isascii() and text.isprintable():
        return text
    if _UNWANTED.search(text) is not None:
        text = _UNWANTED.sub("", _joined_surrogates(text).translate(_MISREAD))
    if "\r" in text:
        text = _CARRIAGE_RETURN.sub("\n", text)
    return unicodedata.normalize("NFC", limit_marks(text))


def is_carried(text: str) -> bool:
    """Whether a receiver reads `text` as it is, character by character: nothing in it that `clean`
    would remove, misread or break a line at.
    """
    return (text.isascii() and text.isprintable()) or (
        _UNWANTED.search(text) is None and _BREAKS.search(text) is None
    )


def _joined_surrogates(text: str) -> str:
    """`text` with two halves of a pair made one character, as UTF-16 means them."""
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
        if _has_surrogate(text)
        else text
    )


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def units(text: str) -> int:
    """The length of `text` as ShipStation counts it: UTF-16 code units, two for an emoji."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """`text` if it has at most `limit` UTF-16 units, else its beginning with an ellipsis, within
    the limit.

    The cut never falls inside a surrogate pair, nor inside what a reader sees as one character
    (accents, joined emoji, flags), unless that one character is itself longer than the search for
    its beginning.
    """
    if 2 * len(text) <= limit or units(text) <= limit:
        return text
    end = _fitting(text, limit - 1)
    return text[: _boundary(text, end)].rstrip() + ELLIPSIS


def fit_text(text: str, limit: int) -> str:
    """`text` clean and within `limit` UTF-16 units. What lies far beyond it costs no time."""
    return cut(clean(text[: _LOOKED_AT * limit + _PATIENCE]), limit)


def _fitting(text: str, limit: int) -> int:
    """How many characters from the left have at most `limit` UTF-16 units together; half a pair at
    the edge counts for nothing.
    """
    return len(text[:limit].encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))


def _boundary(text: str, end: int) -> int:
    """The nearest index at or left of `end` where one visible character ends and another begins."""
    for index in range(end, max(end - _PATIENCE, 0), -1):
        if not _joined(text, index):
            return index
    return end


def _joined(text: str, index: int) -> bool:
    """Whether the characters on both sides of `index` show as one."""
    if index >= len(text):
        return False
    before, after = text[index - 1], text[index]
    if ZERO_WIDTH_JOINER in {before, after} or _extends(after):
        return True
    return _is_flag_letter(after) and _flag_letters_before(text, index) % 2 == 1


def _extends(character: str) -> bool:
    """Accents and other marks, variation selectors, skin tones, and the tags that spell a region's
    flag.
    """
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, index: int) -> int:
    """How many flag letters in a row stand before `index`: flags are spelled by two."""
    start = index
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return index - start
