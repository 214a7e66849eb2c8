"""JSON lines as plain values: a list of the objects that stand on one line each.

A line is mended like any other JSON. One that is beyond it costs itself alone, as a broken row of a
list does: see `connectors.reading.rows`.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from connectors.reading.formats.answer_format import MOST_PARTS, Decoded, FormatError
from connectors.reading.formats.json_values import decode_slices
from connectors.reading.rows import find_mark, keep_members
from connectors.reading.tolerant import BOM, find_json_fault, is_truncated, read_tolerantly

# What has neither is a notice, and never was part of an object.
_OF_JSON: Final = re.compile(rb"[{}\"]")
# So many times what reading a line costs.
_COST_OF_MENDING: Final = 20


class JsonLines(msgspec.Struct, frozen=True, kw_only=True):
    """`may_be_empty`: an answer without a line is a list without a row, and no failure."""

    may_be_empty: bool = False
    most_parts: int = MOST_PARTS

    @property
    def name(self) -> str:
        """See `AnswerFormat`, as for the others."""
        return "JSON lines"

    @property
    def accepts(self) -> str:
        """It has no registered name; these two are in use."""
        return "application/x-ndjson, application/jsonl;q=0.9, */*;q=0.1"

    def decode(self, content: bytes) -> Decoded:
        """Raises `FormatError` where no line is an object."""
        plain = content.removeprefix(BOM)
        if plain.count(b"\n") > self.most_parts:
            raise FormatError(f"more than {self.most_parts} lines", is_too_large=True)
        lines = [line for each in plain.split(b"\n") if (line := each.strip())]
        rows = [line for line in lines if _OF_JSON.search(line)]
        if lines and not rows:
            raise FormatError(f"{len(lines)} lines of text")
        values, marks, mended = list[Any](), set[str](), 0
        for number, line in enumerate(rows, 1):
            whole, fault = _mend_line(line)
            if mended > self.most_parts // _COST_OF_MENDING:
                raise FormatError(f"{mended} broken lines and more")
            if fault:
                if number == len(rows) and not plain.endswith(b"\n") and _is_cut(line, fault):
                    raise FormatError("a last line that stops before its end", is_cut=True)
                whole = keep_members(line, number, fault)
                marks.add(find_mark(whole))
            mended += whole is not line
            values.append(decode_slices(whole))
        if values and len(marks) == len(values):
            raise FormatError(f"{len(values)} lines, none of which is an object of JSON")
        faults = (f"{mended} of {len(rows)} lines were broken",) if mended else ()
        if len(rows) < len(lines):
            faults = (*faults, "text around it")
        return Decoded(values=values, faults=faults, marks=frozenset(marks))


def _is_cut(line: bytes, fault: str) -> bool:
    return line[:1] == b"{" and "trailing" not in fault and is_truncated(line)


def _mend_line(line: bytes) -> tuple[bytes, str]:
    """The line as an object that a strict decoder reads; else what is wrong with it."""
    fault = find_json_fault(line)
    if fault is not None:
        mended = read_tolerantly(line)
        if mended is None:
            return line, fault
        line = mended.content
    return (line, "") if line[:1] == b"{" else (line, "expected an object")
