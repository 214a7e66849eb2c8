"""Split a list whose JSON one row breaks beyond mending, so that the row costs itself alone.

The answer is followed from its top to the first list that cannot be decoded, by way of the one
member of each object that is broken. The list is split into rows at its commas; a row that decodes
stays as it is. In place of a broken one stands an object with those of its members that decode, so
that its id can be read, and with `MARK`, whose value says what is wrong: such a row is not an
order.

The splitting knows texts and depth. Brackets that do not match are counted first, and if that does
not end where the list ends, a bracket is taken to close all that was opened behind its partner. All
is in linear time, on bytes, without I/O. A body cut short has no end and is never split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import msgspec

from connectors.reading.tolerant import (
    BOM,
    STRUCTURE,
    Mended,
    find_json_fault,
    mend_tokens,
)

MARK = "portside:unreadable"
BESIDE = "portside:beside"
"""In a row that can be read, the mark of the broken one beside it."""
_MARK = MARK.encode()
_BEGINNING = b'{"' + _MARK
_MARKED = re.compile(rb'"portside:unreadable":"(row \d+ [^"]*)"')
# Envelopes around a list, and objects within a row of which the sound members are kept.
_DEEPEST = 6
_DEEPEST_ROW = 3
_LONGEST_FAULT = 100
_OPENING = {b"]": b"[", b"}": b"{"}
_START = re.compile(rb"\[\s*(?:null\s*,\s*)*\{|\{\s*\"")

Span = tuple[int, int]


def split_rows(content: bytes) -> Mended | None:
    """The answer with its broken rows replaced; None if it holds no list that can be split, or no
    row that is sound beside a broken one.
    """
    start = _START.search(content)
    if start is None:
        return None
    found, _ = mend_tokens(content[start.start() :].removeprefix(BOM).strip())
    found = found[: max(found.rfind(b"]"), found.rfind(b"}")) + 1]
    for pops in (False, True):
        path = _find_rows(found, pops=pops)
        if path is None:
            continue
        first, last, rows = path
        sound, broken = _replace_broken(found, rows)
        if not broken or (len(rows) > 1 and broken == len(rows)):
            continue
        whole = found[:first] + b"[" + b",".join(sound) + b"]" + found[last:]
        if find_json_fault(whole) is None:
            return Mended(content=whole, faults=(f"{broken} of {len(rows)} rows are broken",))
    return None


def find_marks(content: bytes) -> frozenset[str]:
    """What the marks in an answer say of its broken rows; empty for nearly all answers."""
    if _MARK not in content:
        return frozenset()
    return frozenset(mark.decode() for mark in _MARKED.findall(content))


def digest_row(row: bytes | msgspec.Raw) -> str:
    """What a row without an id is known by, as long as the shop sends it unchanged."""
    return hashlib.sha256(row).hexdigest()[:12]


def find_mark(row: bytes | msgspec.Raw) -> str:
    """What the mark of one row says; empty if it has none. A mark stands first in its row."""
    if bytes(memoryview(row)[: len(_BEGINNING)]) != _BEGINNING:
        return ""
    return next(iter(find_marks(bytes(row))), "")


def _find_rows(content: bytes, *, pops: bool) -> tuple[int, int, list[Span]] | None:
    """Where the first broken list stands, and its rows."""
    begin, end = 0, len(content)
    for _ in range(_DEEPEST):
        parts = _split_parts(content, begin, end, pops=pops)
        if parts is None:
            return None
        if content[begin : begin + 1] == b"[":
            return begin, end, parts
        broken = [part for part in parts if not _is_sound(b"{" + content[slice(*part)] + b"}")]
        if len(broken) != 1:
            return None
        opening = _find_value(content, *broken[0])
        if opening is None:
            return None
        begin, end = opening, broken[0][1]
    return None


def _split_parts(content: bytes, begin: int, end: int, *, pops: bool) -> list[Span] | None:
    """The parts of a list or object between its commas, without blanks around them; None if it does
    not close where it ends.
    """
    parts, open_now, start = list[Span](), list[bytes](), begin + 1
    for token in STRUCTURE.finditer(content, begin, end):
        kind = token[0]
        if kind in b"[{":
            open_now.append(kind)
        elif kind == b"," and len(open_now) == 1:
            parts.append(_trim(content, start, token.start()))
            start = token.end()
        elif kind in _OPENING:
            _close(open_now, _OPENING[kind], pops=pops)
            if not open_now:
                last = _trim(content, start, token.start())
                is_end = token.end() == end
                return [*parts, last] if is_end and last[0] < last[1] else None
    return None


def _close(open_now: list[bytes], partner: bytes, *, pops: bool) -> None:
    while pops and len(open_now) > 1 and open_now[-1] != partner and partner in open_now[1:]:
        open_now.pop()
    if open_now:
        open_now.pop()


def _trim(content: bytes, begin: int, end: int) -> Span:
    text = content[begin:end]
    return begin + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))


def _find_value(content: bytes, begin: int, end: int) -> int | None:
    """Where the list or object begins that is the value of a member."""
    for token in STRUCTURE.finditer(content, begin, end):
        if token[0] == b":":
            rest = content[token.end() : end]
            opening = token.end() + len(rest) - len(rest.lstrip())
            return opening if content[opening : opening + 1] in (b"[", b"{") else None
    return None


def keep_members(row: bytes, number: int, fault: str) -> bytes:
    """An object in place of the broken row of this number: those of its members that decode, and
    the mark with what is wrong.
    """
    words = "".join(char for char in fault if char.isprintable() and char not in '"\\')
    return _keep_members(row, f"row {number} is broken: {words[:_LONGEST_FAULT]}".encode())


def _replace_broken(content: bytes, rows: Sequence[Span]) -> tuple[list[bytes], int]:
    replaced, broken = list[bytes](), 0
    for number, (begin, end) in enumerate(rows, 1):
        row = content[begin:end]
        fault = find_json_fault(row)
        if fault is not None:
            broken += 1
            row = keep_members(row, number, fault)
        replaced.append(row)
    return replaced, broken


def _keep_members(row: bytes, mark: bytes, depth: int = _DEEPEST_ROW) -> bytes:
    """The members of an object that decode, and the mark."""
    kept = [b'"' + _MARK + b'":"' + mark + b'"']
    for begin, end in _list_members(row):
        member = row[begin:end]
        opening = _find_value(row, begin, end)
        if _is_sound(b"{" + member + b"}"):
            kept.append(member)
        elif opening is not None and row[opening : opening + 1] == b"{" and depth > 1:
            name = row[begin:opening]
            kept.append(name + _keep_members(row[opening:end], mark, depth - 1))
    whole = b"{" + b",".join(kept) + b"}"
    return whole if _is_sound(whole) else b"{" + kept[0] + b"}"


def _list_members(row: bytes) -> list[Span]:
    """The members of an object, as far as they can be told apart."""
    members, depth, start = list[Span](), 0, 1
    for token in STRUCTURE.finditer(row):
        kind = token[0]
        depth += (kind in b"[{") - (kind in _OPENING)
        if (kind == b"," and depth == 1) or depth <= 0:
            members.append(_trim(row, start, token.start()))
            start = token.end()
        if depth <= 0:
            break
    return members


def _is_sound(content: bytes) -> bool:
    return find_json_fault(content) is None
