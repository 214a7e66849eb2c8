"""JSON lines: an object a line; a broken line costs itself alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.reading.formats.answer_format import FormatError
from connectors.reading.formats.json_lines import JsonLines
from connectors.reading.rows import MARK

PLAIN = JsonLines()
_OBJECTS = st.dictionaries(
    st.text("ab", max_size=2), st.none() | st.integers(-9, 9) | st.text('{}[]"\\\né:,', max_size=5)
)
_BROKEN = [
    '{"id":7,"a":[1 2]}',
    '{"id":7,x:1}',
    '{"id":7,"a":"b" 1}',
    '{"id":7,"a":{"y"}}',
    '["x"]',
]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b'{"id":1}\n{"id":2}', [{"id": 1}, {"id": 2}]),
        (b'\xef\xbb\xbf{"id":1}\r\n\r\n{"id":2}\r\n', [{"id": 1}, {"id": 2}]),
        (b'<br />\nNotice: x\n{"id":1}\n', [{"id": 1}]),
        (b'{"id":NaN}\n{"n":"M\xfcller"}\n', [{"id": None}, {"n": "M\ufffdller"}]),
    ],
)
def test_each_line_is_a_row(content: bytes, rows: list[Any]) -> None:
    assert PLAIN.decode(content).values == rows


@settings(max_examples=60)
@given(st.lists(_OBJECTS, min_size=1, max_size=5), st.data(), st.sampled_from(_BROKEN))
def test_a_broken_line_costs_itself_alone(
    rows: list[dict[str, Any]], data: st.DataObject, broken: str
) -> None:
    place = data.draw(st.integers(0, len(rows)))
    lines = [msgspec.json.encode(row).decode() for row in rows]
    lines.insert(place, broken)
    decoded = PLAIN.decode("\n".join([*lines, ""]).encode())
    found = list(decoded.values)
    bad = found.pop(place)
    assert found == rows
    assert bad[MARK].startswith(f"row {place + 1} is broken: ")
    assert bad.get("id", 7) == 7
    assert decoded.marks == {bad[MARK]}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"No database.", "1 lines of text"),
        (b'[{"id":1},\n{"id":2}]', "2 lines, none of which is an object"),
        (b'{\n"error": "no"\n}', "3 lines, none of which is an object"),
        (b'"no"', "none of which is an object"),
        (b"\n" * 1001, "more than 1000 lines"),
        (b'{"id":1}\n' + b'{"id":\n' * 52, "51 broken lines and more"),
    ],
)
def test_what_is_not_in_lines_is_refused_in_words(content: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        JsonLines(most_parts=1000).decode(content)


@pytest.mark.parametrize("rest", [b'{"id":2,"n":"a', b'{"id":2,', b"{"])
def test_a_last_line_that_stops_before_its_end_is_cut(rest: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        PLAIN.decode(b'{"id":1}\n' + rest)
    assert caught.value.is_cut


def test_nothing_is_a_list_only_where_the_settings_say_so() -> None:
    assert not PLAIN.may_be_empty
    assert JsonLines(may_be_empty=True).decode(b"").values == []
