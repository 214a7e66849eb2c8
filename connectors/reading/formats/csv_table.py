"""CSV as plain values (RFC 4180): a list of objects, one for each row, named by the header row; all
values are texts.

A row that cannot be told apart, or has more or fewer values than the header, costs itself alone: it
stands in the list with `connectors.reading.rows.MARK`, and reading goes on behind its first line.
Where it cannot be told what it belongs to, the rows beside it are marked with `BESIDE`: where
several rows make an order, theirs may lack it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from connectors.reading.formats.answer_format import MOST_PARTS, Decoded, FormatError
from connectors.reading.rows import BESIDE, MARK

_BOM: Final = "\ufeff"
# So many lines of a notice may stand before the header row.
_MOST_BEFORE: Final = 50
# So many values a line may have on average in the largest answer.
_WIDTH: Final = 5
_LONGEST_LINE: Final = 1_000_000
_TOO_LONG: Final = f"a line of more than {_LONGEST_LINE} characters"
# How often a text may be read over again behind quotes that never close.
_MOST_READINGS: Final = 4


class CsvTable(msgspec.Struct, frozen=True, kw_only=True):
    """CSV whose header row holds at least `columns`: otherwise the answer is something else."""

    columns: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    most_parts: int = MOST_PARTS

    @property
    def name(self) -> str:
        """See `AnswerFormat`, as for the others."""
        return "CSV"

    @property
    def accepts(self) -> str:
        """Some shops know it as plain text."""
        return "text/csv, text/plain;q=0.9, */*;q=0.1"

    @property
    def may_be_empty(self) -> bool:
        """Nothing is neither a document nor a header row."""
        return False

    def decode(self, content: bytes) -> Decoded:
        """Raises `FormatError` where the header row lacks a column, or no row can be told from
        another.
        """
        text = content.decode(self.encoding, "replace").removeprefix(_BOM).replace("\0", "\ufffd")
        if text.count("\n") + text.count("\r") > self.most_parts:
            raise FormatError(f"more than {self.most_parts} lines", is_too_large=True)
        rows = _iterate_rows(text, self.delimiter)
        names, skipped = self._read_header(rows)
        values = list[dict[str, Any]]()
        marks = set[str]()
        lost: dict[int, str] = {}
        left, fault, behind = _WIDTH * self.most_parts, "", 0
        for number, row in enumerate(rows, 1):
            left -= len(row.fields)
            if left < 0:
                most = _WIDTH * self.most_parts
                raise FormatError(f"more than {most} values", is_too_large=True)
            value, fault = _make_row(names, row)
            # Rows of markup at the end are not orders: a comment of a cache, a notice of PHP.
            behind = (behind + 1) * bool(fault and _is_markup(row))
            if fault:
                mark = f"row {number} is broken: {fault}"
                marks.add(mark)
                value[MARK] = mark
                if row.fault and any(column not in value for column in self.columns):
                    lost[number] = mark
            values.append(value)
        for _ in range(behind):
            lost.pop(len(values), None)
            marks.discard(values.pop()[MARK])
        _mark_beside(values, lost)
        if fault and not behind and text[-1:] not in {"\n", "\r"}:
            raise FormatError("a last row that stops before its end", is_cut=True)
        if len(values) > 1 and len(marks) == len(values):
            raise FormatError(f"{len(values)} rows, none of which can be read")
        return Decoded(
            values=values,
            faults=(
                *skipped,
                *(("text behind the table",) if behind else ()),
                *_count_faults(marks, values),
            ),
            marks=frozenset(marks),
        )

    def _read_header(self, rows: Iterator[_Row]) -> tuple[list[str], tuple[str, ...]]:
        """The columns' names, and what was left out that stands before them."""
        fault = "no row"
        for number, row in enumerate(islice(rows, _MOST_BEFORE)):
            names = _name_columns(row.fields)
            missing = next((column for column in self.columns if column not in names), None)
            if missing is None:
                return names, (("text before the table",) if number else ())
            if not number:
                fault = f"a first row of {len(names)} values without the column {missing!r}"
        raise FormatError(fault)


class _Row(msgspec.Struct, frozen=True):
    """The values of one row; those before the fault, if it has one."""

    fields: list[str]
    fault: str = ""


def _mark_beside(values: Sequence[dict[str, Any]], lost: Mapping[int, str]) -> None:
    """Mark the rows beside those of which it cannot be told what they belong to."""
    for number, mark in lost.items():
        for beside in values[max(number - 2, 0) : number + 1]:
            beside.setdefault(BESIDE, mark)


def _is_markup(row: _Row) -> bool:
    return bool(row.fields) and row.fields[0].lstrip().startswith("<")


class _Lines:
    """The lines of a text, of which the next to read may be chosen."""

    def __init__(self, text: str) -> None:
        self._lines = list(io.StringIO(text, newline=""))
        self._left = _MOST_READINGS * len(text)
        self.place = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.place >= len(self._lines):
            raise StopIteration
        line = self._lines[self.place]
        self._left -= len(line)
        if self._left < 0:
            raise FormatError("quotes that are never closed, again and again")
        self.place += 1
        if len(line) > _LONGEST_LINE:
            raise csv.Error(_TOO_LONG)
        return line

    def read_values(self, place: int, delimiter: str) -> list[str]:
        """The values that a line begins with, up to the first that does not end well."""
        line, mark = self._lines[place][:_LONGEST_LINE], re.escape(delimiter)
        value = re.compile(rf'(?:"((?:[^"]|"")*+)"|([^"{mark}]*+)){mark}')
        values, end = list[str](), 0
        while (found := value.match(line, end)) is not None:
            end = found.end()
            values.append(found[2] if found[1] is None else found[1].replace('""', '"'))
        return values


def _iterate_rows(text: str, delimiter: str) -> Iterator[_Row]:
    """The rows, without blank lines."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begun = lines.place
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines.place = begun + 1
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield _Row(lines.read_values(begun, delimiter), _describe_fault(error))
        else:
            if fields:
                yield _Row(fields)


def _describe_fault(error: csv.Error) -> str:
    if str(error) == _TOO_LONG:
        return _TOO_LONG
    if "field larger" in str(error) or "unexpected end" in str(error):
        return "a quote is never closed"
    return "a quote stands within a value"


def _name_columns(fields: Sequence[str]) -> list[str]:
    """The columns' names; one that occurs again is numbered, one without a name has none."""
    seen: dict[str, int] = {}
    names = list[str]()
    for field in fields:
        name = field.strip()
        seen[name] = seen.get(name, 0) + 1
        names.append(name if not name or seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _make_row(names: Sequence[str], row: _Row) -> tuple[dict[str, Any], str]:
    """A row by the columns' names, and what is wrong with it."""
    fields = row.fields
    value: dict[str, Any] = {
        name: field for name, field in zip(names, fields, strict=False) if name
    }
    if row.fault:
        return value, row.fault
    # Many programs end each row but the first with a delimiter.
    if len(fields) == len(names) + 1 and not fields[-1]:
        return value, ""
    if len(fields) == 1 < len(names):
        # A line of text, whose first words are nobody's id.
        return {}, f"1 value for {len(names)} columns"
    if len(fields) != len(names):
        return value, f"{len(fields)} values for {len(names)} columns"
    return value, ""


def _count_faults(marks: set[str], values: Sequence[object]) -> tuple[str, ...]:
    return (f"{len(marks)} of {len(values)} rows are broken",) if marks else ()
