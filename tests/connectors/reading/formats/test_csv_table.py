"""CSV is read row by row: a broken one costs itself alone, and another text is never a table."""

from __future__ import annotations

import contextlib
import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.reading.formats.answer_format import FormatError
from connectors.reading.formats.csv_table import CsvTable
from connectors.reading.rows import BESIDE, MARK

PLAIN = CsvTable(columns=("id",))
_CELLS = st.text('a",;\té 0\n', max_size=6)


def read(text: str | bytes, **choices: Any) -> list[Any]:
    content = text.encode() if isinstance(text, str) else text
    found: list[Any] = CsvTable(columns=("id",), **choices).decode(content).values
    return found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id\n", []),
        ("id", []),
        ("id,n\n1,a\n", [{"id": "1", "n": "a"}]),
        ("id,n\r\n1,a\r\n", [{"id": "1", "n": "a"}]),
        ("id,n\r1,a", [{"id": "1", "n": "a"}]),
        ('id,n\n1,"a ""b"", c\nd"\n', [{"id": "1", "n": 'a "b", c\nd'}]),
        ('id,n\n1,5" pipe\n', [{"id": "1", "n": '5" pipe'}]),
        ("\ufeffid , n\n\n1,\n\n", [{"id": "1", "n": ""}]),
        ("id,n,n,,\n1,2,3,4,5\n", [{"id": "1", "n": "2", "n 2": "3"}]),
        ("id,n\n1,a,\n", [{"id": "1", "n": "a"}]),
        ("<br />\n<b>Notice</b>: x\nid,n\n1,a\n", [{"id": "1", "n": "a"}]),
        ("id,n\n1,a\n<!-- cached -->", [{"id": "1", "n": "a"}]),
        ("id,n\n1,a\n<br />\n<b>Warning</b>: x\n", [{"id": "1", "n": "a"}]),
        ("id,n\n1,a\0b\n", [{"id": "1", "n": "a\ufffdb"}]),
    ],
)
def test_rows_have_the_names_of_the_header(text: str, rows: list[Any]) -> None:
    assert read(text) == rows


def test_delimiter_and_encoding_are_those_of_the_settings() -> None:
    rows = read("id;n\n1;Müller €\n".encode("cp1252"), delimiter=";", encoding="windows-1252")
    assert rows == [{"id": "1", "n": "Müller €"}]
    assert read(b"id,n\n1,M\xfcller\n") == [{"id": "1", "n": "M\ufffdller"}]


@pytest.mark.parametrize(
    ("broken", "known", "says"),
    [
        ("2,b,c,d", {"id": "2", "n": "b"}, "4 values for 2 columns"),
        ("Error: 2", {}, "1 value for 2 columns"),
        ('2,"b', {"id": "2"}, "a quote is never closed"),
        ('"2","b"x', {"id": "2"}, "a quote stands within a value"),
        ("2," + "x" * 1_000_001, {"id": "2"}, "a line of more than 1000000 characters"),
    ],
)
def test_a_broken_row_costs_itself_alone(broken: str, known: dict[str, str], says: str) -> None:
    decoded = PLAIN.decode(f"id,n\n1,a\n{broken}\n3,c\n4,d\n".encode())
    mark = f"row 2 is broken: {says}"
    first, bad, *rest = decoded.values
    assert first == {"id": "1", "n": "a"}
    assert bad == {**known, MARK: mark}
    assert rest == [{"id": "3", "n": "c"}, {"id": "4", "n": "d"}]
    assert decoded.marks == {mark}


def test_rows_beside_one_of_which_nothing_is_known_are_marked() -> None:
    rows = read('id,n\n1,a\n2,b\n"x"y,c\n3,d\n4,e\n')
    mark = "row 3 is broken: a quote stands within a value"
    assert [row.get(BESIDE) for row in rows] == [None, mark, mark, mark, None]
    assert rows[1] == {"id": "2", "n": "b", BESIDE: mark}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no row"),
        ("Error: no database", "a first row of 1 values without the column 'id'"),
        ('{"error": "no"}', "without the column 'id'"),
        ("number,name\n1,a\n", "a first row of 2 values without the column 'id'"),
        ("id,n\n1\n2\n", "2 rows, none of which can be read"),
        ("id\n" * 1001, "more than 1000 lines"),
        (",".join(map(str, range(1000))) + ",id\n" + ("," * 1000 + "\n") * 6, "5000 values"),
        ("id,n\n" + 'a","b\n' * 900, "never closed"),
    ],
)
def test_what_is_no_table_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(text, most_parts=1000)


def test_a_last_row_that_stops_in_its_midst_is_cut() -> None:
    with pytest.raises(FormatError) as caught:
        read("id,n\n1,a\n2")
    assert caught.value.is_cut


@settings(max_examples=60)
@given(
    st.lists(st.tuples(_CELLS, _CELLS, _CELLS), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_is_read_as_it_was_written(
    rows: list[tuple[str, str, str]], delimiter: str, end: str
) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, lineterminator=end)
    writer.writerows([("id", "b", "c"), *rows])
    found = read(target.getvalue(), delimiter=delimiter)
    assert found == [dict(zip(("id", "b", "c"), row, strict=True)) for row in rows]


@settings(max_examples=60)
@given(st.text('id,"\n\r x', max_size=40))
def test_nothing_but_a_format_error_is_raised(text: str) -> None:
    with contextlib.suppress(FormatError):
        rows = read(f"id,n\n{text}")
        assert all(row.keys() - {BESIDE} == {"id", "n"} or MARK in row for row in rows)
