"""A row that breaks a list beyond mending costs itself alone, and never makes a part of an answer
the whole of it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.reading.rows import MARK, find_mark, find_marks, split_rows
from connectors.reading.tolerant import find_json_fault

LEAVES = st.none() | st.integers(-9, 9) | st.text('ab"\\{}[],:\n\u00e9', max_size=6)
MEMBERS = st.dictionaries(
    st.text("abc", min_size=1, max_size=3),
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("xy"), inner, max_size=2)
        ),
        max_leaves=5,
    ),
    max_size=4,
)
ROWS = st.lists(MEMBERS, min_size=1, max_size=6)
# What stands in a row and cannot be mended without guessing; each closes what it opens.
BROKEN = ['"x" 1', "x:1", '"x":[1 2]', '"x":{"y"}', '"x":1;', '"x":[{"a":1} {"b":2}]', "'x':'y'"]
ENVELOPES = ["%s", '{"orders":%s}', '{"data":{"orders":{"nodes":%s,"total":7}},"errors":null}']


def read(content: str) -> Any:
    """What is read of a list that was split."""
    mended = split_rows(content.encode())
    assert mended is not None
    assert find_json_fault(mended.content) is None
    return msgspec.json.decode(mended.content)


def find_list(document: Any) -> Any:
    if isinstance(document, list):
        return document
    return find_list(document.get("data") or document.get("orders") or document.get("nodes"))


@given(ROWS, st.data(), st.sampled_from(BROKEN), st.sampled_from(ENVELOPES))
def test_the_rows_beside_a_broken_one_are_read_as_they_are(
    rows: list[dict[str, Any]], data: st.DataObject, broken: str, envelope: str
) -> None:
    place = data.draw(st.integers(0, len(rows)))
    texts = [msgspec.json.encode(row).decode() for row in rows]
    texts.insert(place, f'{{"id":7,"when":"now",{broken},"buyer":{{"name":"Ann"}}}}')
    found = find_list(read(envelope % f"[{', '.join(texts)}]"))
    bad = found.pop(place)
    assert found == rows
    assert (bad["id"], bad["when"], bad["buyer"]) == (7, "now", {"name": "Ann"})
    assert bad[MARK].startswith(f"row {place + 1} is broken: JSON is malformed")


@settings(max_examples=15)
@given(ROWS, st.sampled_from(BROKEN), st.sampled_from(ENVELOPES))
def test_a_list_that_is_cut_short_is_never_split(
    rows: list[dict[str, Any]], broken: str, envelope: str
) -> None:
    texts = [f'{{"id":7,{broken}}}', *(msgspec.json.encode(row).decode() for row in rows)]
    whole = (envelope % f"[{','.join(texts)}]").encode()
    for end in range(1, len(whole)):
        assert split_rows(whole[:end]) is None


@given(st.text('[]{}"\\,:0a ', max_size=60))
def test_whatever_is_split_is_strict_json_with_a_mark(content: str) -> None:
    mended = split_rows(content.encode())
    if mended is not None:
        assert find_json_fault(mended.content) is None
        assert find_marks(mended.content)


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ('{"id":2,"lines":[1,2}', {"id": 2}),
        ('{"id":2,"node":{"number":"5","at" 1}}', {"id": 2, "node": {"number": "5"}}),
        ('{id:2,"number":"5"}', {"number": "5"}),
    ],
)
def test_what_can_be_read_of_a_broken_row_is_kept(row: str, kept: dict[str, Any]) -> None:
    _, bad, _ = read(f'[{{"id":1}},{row},{{"id":3}}]')
    node = bad.get("node", {})
    assert bad.pop(MARK) == node.pop(MARK, None) or not node
    assert bad == kept


@pytest.mark.parametrize(
    "content",
    [
        '[{"id":1},{"id":2}]',
        '{"orders":[{"id":1}],"total":7}',
        '[{"id" 1},{"id" 2}]',
        '{"a":[{"x" 1},{"y":2}],"b":[{"x" 1},{"y":2}]}',
        '{"id":2,"total" 5}',
        '[{"id":1},{"id":2}}]',
        '[{"id" 1},{"id":2}},{"id":3}]',
        '[{"id":1},{"name":"12" screen"},{"id":3}]',
        "<html>[</html>",
        "",
    ],
)
def test_what_is_no_list_with_one_broken_row_is_left_alone(content: str) -> None:
    assert split_rows(content.encode()) is None


def test_a_text_that_looks_like_a_mark_is_none() -> None:
    row = msgspec.json.encode({"note": f'"{MARK}":"row 1 is broken"'})
    assert find_mark(row) == ""
