"""Read JSON that a strict decoder refuses: with other text around it, broken text inside it, or
numbers that are none. What cannot be mended without guessing stays refused.

    around     a byte order mark, PHP notices before or behind, HTML comments of caches
    in text    lone surrogates, bad UTF-8 and raw control characters become U+FFFD, surrogate pairs
               in UTF-8 (CESU-8) their character, raw line ends and tabs their escapes
    numbers    `.5`, `+1`, `007`, `1.` lose their oddity; NaN, Infinity, missing values and numbers
               of absurd size become null

All in linear time, on bytes, without I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

BOM = b"\xef\xbb\xbf"
# More digits, or an exponent of more than two, is not an amount, weight or number of anything.
_LONGEST_NUMBER = 60
_SYNTAX = msgspec.json.Decoder(msgspec.Raw)
# Every digit becomes 0 and every E an e, so that a number of absurd size is found by plain search.
_ALIKE = bytes.maketrans(b"123456789.E", b"0000000000e")
_ABSURD = (b"0e000", b"0e+000", b"0e-000", b"0" * (_LONGEST_NUMBER + 1))
_OPENING = re.compile(rb"[\[{]")
# No log line or notice begins like this: the body itself does, and no piece of it may stand for the
# whole.
_DOCUMENT = re.compile(rb"\[\s*[\[{\"]|\{\s*\"")
# A list whose first entry the shop could not load; a log line may begin like it.
_NULL_FIRST = re.compile(rb"\[\s*null\s*[,\]]")
_PAGE = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|script|title|h1|center)\b", re.IGNORECASE
)
# What may stand behind the JSON: markup or words, but nothing that could belong to it.
_BEHIND = re.compile(rb"\s*(?:[<A-Za-z]|\Z)")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
# How many openings are tried before we give up on finding JSON behind other text, and on how many
# of them what stands there is mended.
_CANDIDATES = 50
_MENDED_CANDIDATES = 2
_TEXT = rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)'
_TOKEN = re.compile(
    _TEXT
    + rb"|[+-]?(?:[0-9.][0-9A-Za-z.+-]*+|[A-Za-z_$][A-Za-z0-9_$]*+)"
    + rb"|,\s*+(?=[\]}])|:\s*+(?=[,}\]])",
    re.DOTALL,
)
STRUCTURE = re.compile(_TEXT + rb"|[{}\[\],:]", re.DOTALL)
_ODD_TEXT = re.compile(rb'[\x00-\x1f\x80-\xff]|\\(?:[^"\\/bfnrt])')
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|\\\Z",
    re.DOTALL,
)
_LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_CONTROL = re.compile("[\x00-\x1f]")
_NUMBER = re.compile(rb"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,2}))?")
_WORDS = {word: word for word in (b"true", b"false", b"null")} | {
    b"True": b"true",
    b"False": b"false",
}
_LINE_ENDS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NOTED = 3
_LONGEST_PATH = 100


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """JSON that a strict decoder reads. `faults` says in short phrases what was mended."""

    content: bytes
    faults: tuple[str, ...]


def find_json_fault(content: bytes) -> str | None:
    """None if `content` is one JSON value in UTF-8 whose numbers can be counted with, else what is
    wrong with it.
    """
    if (fault := _find_syntax_fault(content)) is not None:
        return fault
    try:
        if not content.isascii():
            content.decode()
    except UnicodeDecodeError:
        return "text that is not UTF-8"
    alike = content.translate(_ALIKE)
    # A text may look like such a number, as hashes do.
    if any(absurd in alike for absurd in _ABSURD) and mend_tokens(content)[1]:
        return "a number of absurd size"
    return None


def is_truncated(content: bytes) -> bool:
    """Whether `content` begins as JSON and stops before its end."""
    if content.lstrip()[:1] not in {b"[", b"{"}:
        return False
    # A lone surrogate makes the decoder speak of truncation as well.
    mended = mend_tokens(content)[0]
    fault = _find_syntax_fault(mended) or ""
    # Cut behind a minus or a point, the number is what is wrong, at the place where the bytes end.
    return "truncated" in fault or fault.endswith(f"(byte {len(mended)})")


def read_tolerantly(content: bytes) -> Mended | None:
    """The one JSON object or list that `content` holds, mended; None if there is none, or none that
    can be mended without guessing.
    """
    found = content.removeprefix(BOM).strip()
    whole = _DOCUMENT.match(found) is not None
    for number, opening in enumerate(_OPENING.finditer(found)):
        start = opening.start()
        if number >= (1 if whole else _CANDIDATES) or _PAGE.search(found, 0, start):
            return None
        if _PAGE.search(found, max(found.rfind(b"]"), found.rfind(b"}"))):
            return None
        candidate = source = found[start:]
        value, faults = _cut_value(source), list[str]()
        if value is None and number < _MENDED_CANDIDATES:
            source, faults = mend_tokens(candidate)
            value = _cut_value(source)
        has_text = value is not None and (start > 0 or len(value) < len(source.rstrip()))
        if value is not None and find_json_fault(value) is not None:
            value, faults = mend_tokens(value)
        if value is not None:
            around = ("text around it",) if has_text else ()
            inside = [fault for fault in faults if not fault.endswith(" at $")]
            return Mended(content=value, faults=(*around, *inside))
        if "truncated" in (_find_syntax_fault(candidate) or ""):
            # The body began here and was cut short: what parses further inside is a piece of it.
            return None
    return None


def _find_syntax_fault(content: bytes) -> str | None:
    try:
        _SYNTAX.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        return str(error) or type(error).__name__
    return None


def _cut_value(content: bytes) -> bytes | None:
    """The value that `content` begins with, where nothing but foreign text follows it."""
    fault = _find_syntax_fault(content)
    if fault is None:
        return content
    if (trailing := _TRAILING.search(fault)) is None:
        return None
    end = int(trailing[1]) - 1
    if _BEHIND.match(content, end) is None or _PAGE.search(content, end):
        return None
    value = content[:end].rstrip()
    # A number of a list in brackets is the date of a log line rather than a body.
    if _NULL_FIRST.match(value):
        return None if _OPENING.search(content, end) else value
    return value if _DOCUMENT.match(value) or value in {b"[]", b"{}"} else None


def mend_tokens(content: bytes) -> tuple[bytes, list[str]]:
    """`content` with each broken text, number and word mended, and what was mended, the first with
    their paths.
    """
    places: list[tuple[int, str]] = []

    def replace(token: re.Match[bytes]) -> bytes:
        old = token[0]
        new = _mend_token(old)
        if new != old:
            places.append((token.end(), _name_fault(old)))
        return new

    mended = _TOKEN.sub(replace, content)
    faults = [f"{what} at {find_path(content, at)}" for at, what in places[:_NOTED]]
    if len(places) > _NOTED:
        faults.append(f"{len(places) - _NOTED} more")
    return mended, faults


def _mend_token(token: bytes) -> bytes:
    match token[:1]:
        case b'"':
            return _mend_text(token) if _ODD_TEXT.search(token) else token
        case b",":
            return b""
        case b":":
            return b":null"
    if (word := _WORDS.get(token)) is not None:
        return word
    number = _NUMBER.fullmatch(token) if len(token) <= _LONGEST_NUMBER else None
    if number is None or not (number[2] or number[3]):
        return b"null"
    sign = b"-" if number[1] == b"-" else b""
    fraction = b"." + number[3] if number[3] else b""
    exponent = b"e" + number[4] if number[4] else b""
    plain = sign + (number[2].lstrip(b"0") or b"0") + fraction + exponent
    return token if plain.lower() == token.lower() else plain


def _mend_text(token: bytes) -> bytes:
    try:
        text = token.decode()
    except UnicodeDecodeError:
        try:
            pairs = token.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
            text = pairs.decode("utf-16-le", "replace")
        except UnicodeDecodeError:
            text = token.decode("utf-8", "replace")
    text = _CONTROL.sub(lambda found: _LINE_ENDS.get(found[0], "\ufffd"), text)
    return _ESCAPE.sub(_mend_escape, text.encode())


def _mend_escape(escape: re.Match[bytes]) -> bytes:
    found = escape[0]
    if _LONE.fullmatch(found):
        return b"\\ufffd"
    if found[1:2] in b'"\\/bfnrt' and len(found) > 1:
        return found
    if len(found) > 2:  # noqa: PLR2004 - an escape by number, or a pair of them
        return found
    return found[1:] if found[1:2] != b"u" else b"\\ufffd"


def _name_fault(token: bytes) -> str:
    kinds = {b'"': "broken text", b",": "a stray comma", b":": "a missing value"}
    return kinds.get(token[:1], "an odd number")


def find_path(content: bytes, end: int) -> str:
    """Where in a JSON document the value that ends before byte `end` stands:
    `$.orders[3].total`.
    """
    stack: list[int | str] = []
    key = ""
    for token in _iterate_structure(content, end):
        match token[:1]:
            case b"{":
                stack.append("")
            case b"[":
                stack.append(0)
            case b"}" | b"]":
                del stack[-1:]
            case b"," if stack and isinstance(stack[-1], int):
                stack[-1] += 1
            case b":" if stack:
                stack[-1] = key
            case b'"':
                key = token[1:-1].decode("utf-8", "replace")
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in stack)
    return f"${''.join(parts)}"[:_LONGEST_PATH]


def _iterate_structure(content: bytes, end: int) -> Iterator[bytes]:
    for token in STRUCTURE.finditer(content):
        if token.start() >= end:
            return
        yield token[0]
