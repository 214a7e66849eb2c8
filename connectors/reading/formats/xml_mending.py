"""XML that a parser refuses: mended as far as that harms nothing, or cut into rows of a list."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Final

from connectors.reading.formats.answer_format import MOST_PARTS, FormatError
from connectors.reading.tolerant import BOM

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DECLARATION: Final = re.compile(r"<\?xml\b[^>]{0,200}\?>")
_ENCODING: Final = re.compile(rb"<\?xml\b[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")
_EIGHT_BITS: Final = re.compile(rb"(?:iso-8859-\d{1,2}|windows-125\d|us-ascii)", re.IGNORECASE)
_ODD: Final = re.compile(
    r"<!\[CDATA\[(?:[^\]]|\](?!\]>))*+(?:\]\]>)?"
    r"|&(?:#(?:x[0-9a-fA-F]{1,8}|[0-9]{1,8});|[A-Za-z][A-Za-z0-9]{0,30};)?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
)
_OWN_ENTITIES: Final = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_UNKNOWN: Final = "\ufffd"
_ESCAPES: Final = {"<": "&lt;", "&": "&amp;"}
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LAST_CHARACTER: Final = 0x10FFFF


def mend_text(content: bytes) -> bytes | None:
    """The document without what lies before it, its odd characters and references replaced; None if
    it is in an encoding that cannot be told.
    """
    plain = content.removeprefix(BOM)
    if plain[:2] in _UTF_16:
        return None
    declared = _ENCODING.search(plain[:2048])
    encoding = "utf-8"
    if declared is not None and _EIGHT_BITS.fullmatch(declared[1]):
        encoding = declared[1].decode().lower()
    try:
        text = plain.decode(encoding, "replace")
    except LookupError:
        return None
    begin = text.find("<?xml")
    text = text[begin if begin >= 0 else max(text.find("<"), 0) :]
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = text[declaration.end() :].lstrip()
    mended, count = _ODD.subn(_mend_odd, text, MOST_PARTS)
    if count == MOST_PARTS:
        raise FormatError(f"more than {MOST_PARTS} characters that are not XML")
    return mended.encode()


def _mend_odd(found: re.Match[str]) -> str:
    token = found[0]
    if token.startswith("<"):
        return _FORBIDDEN.sub(_UNKNOWN, token)
    if token.startswith("&#"):
        return _mend_number(token)
    if token.startswith("&"):
        return token if token in _OWN_ENTITIES else _mend_name(token[1:])
    return _UNKNOWN


def _mend_number(reference: str) -> str:
    digits = reference[2:-1]
    number = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    is_known = number <= _LAST_CHARACTER and not _FORBIDDEN.match(chr(number))
    return reference if is_known else _UNKNOWN


def _mend_name(name: str) -> str:
    """What stands behind an ampersand, perhaps the name of a character in HTML."""
    character = html5.get(name)
    if character is None:
        return f"&amp;{name}"
    return "".join(_ESCAPES.get(each, each) for each in character)


def cut_rows(content: bytes, name: str) -> list[tuple[int, int]] | None:
    """Where the elements of this name begin and end, whatever stands in them; None if they cannot
    be told apart.

    One that is never closed ends where the next begins.
    """
    tag = re.compile(
        rb"<(/?)(?:[\w.-]{1,100}:)?" + re.escape(name.encode()) + rb"(?=[\s/>])[^<>]*+>"
    )
    rows, begun = list[tuple[int, int]](), -1
    for found in tag.finditer(content):
        is_end = bool(found[1])
        if is_end and begun < 0:
            return None
        if begun >= 0:
            rows.append((begun, found.end() if is_end else found.start()))
        if is_end or found[0].endswith(b"/>"):
            if not is_end:
                rows.append(found.span())
            begun = -1
        else:
            begun = found.start()
    return rows if begun < 0 else None
