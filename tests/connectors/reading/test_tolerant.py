"""JSON that a strict decoder refuses: found behind other text, mended where that is harmless, and
never in more than linear time.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.reading.tolerant import (
    BOM,
    find_json_fault,
    find_path,
    is_truncated,
    read_tolerantly,
)

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
DOCUMENTS = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
BEFORE = [
    b"",
    BOM,
    b"x",
    b"<b>Notice</b>: oops\n",
    BOM + b" \n",
    b"[2026-03-02] PHP says {hello}\n",
]
BEHIND = [
    b"",
    b"\n",
    b"<!-- Dynamic page generated in 0.1 seconds. -->",
    b"\n<br />\n<b>Notice</b>",
]


def read(content: bytes) -> Any:
    """The values that are read from broken bytes."""
    mended = read_tolerantly(content)
    assert mended is not None
    assert find_json_fault(mended.content) is None
    return msgspec.json.decode(mended.content)


@given(DOCUMENTS, st.sampled_from(BEFORE), st.sampled_from(BEHIND))
def test_json_is_found_between_other_text(document: Any, before: bytes, behind: bytes) -> None:
    if isinstance(document, list) and not all(isinstance(each, str | list) for each in document):
        document = [document]
    assert read(before + msgspec.json.encode(document) + behind) == document


@pytest.mark.parametrize("list_of_nulls", [b"[null]", b"[null, null]", b'[null,{"id":1}]'])
@pytest.mark.parametrize("behind", BEHIND)
def test_a_list_that_begins_with_a_null_is_read_before_other_text(
    list_of_nulls: bytes, behind: bytes
) -> None:
    assert read(list_of_nulls + behind) == msgspec.json.decode(list_of_nulls)
    assert read(b"[null] a log line\n" + list_of_nulls) == msgspec.json.decode(list_of_nulls)


@given(DOCUMENTS)
def test_sound_json_stays_as_it_is(document: Any) -> None:
    body = msgspec.json.encode(document)
    mended = read_tolerantly(body)
    assert mended is not None
    assert mended.content == body
    assert mended.faults == ()


@settings(max_examples=50)
@given(DOCUMENTS.filter(bool))
def test_a_document_cut_anywhere_is_never_taken_for_a_whole_one(document: Any) -> None:
    body = msgspec.json.encode(document)
    for end in range(1, len(body)):
        assert find_json_fault(body[:end]) is not None
        assert is_truncated(body[:end])
        assert read_tolerantly(body[:end]) is None


@pytest.mark.parametrize(
    ("found", "values"),
    [
        (rb'["Ann \ud83d"]', ["Ann \ufffd"]),
        (rb'["\ud83d\ude00 \ude00"]', ["\U0001f600 \ufffd"]),
        (b'["\xff J\xc3\xbcrgen"]', ["\ufffd J\u00fcrgen"]),
        (b'["\xed\xa0\xbd\xed\xb8\x80"]', ["\U0001f600"]),
        (b'["\xed\xa0\xbd"]', ["\ufffd"]),
        (b'["a\nb\tc\x01d"]', ["a\nb\tc\ufffdd"]),
        (rb'["it\'s \x41 \u12"]', ["it's x41 \ufffd12"]),
        (b'[{"a":NaN,"b":-Infinity,"c":undefined}]', [{"a": None, "b": None, "c": None}]),
        (b'{"a":.5,"b":+1,"c":007,"d":1.,"e":-.5e1}', {"a": 0.5, "b": 1, "c": 7, "d": 1, "e": -5}),
        (b'{"a":1e999999,"b":1e-400,"c":1.5}', {"a": None, "b": None, "c": 1.5}),
        (b'{"a":%s,"b":%s}' % (b"1" * 5000, b"-" + b"9" * 18), {"a": None, "b": -(10**18) + 1}),
        (b'[{"a":True,"b":},]', [{"a": True, "b": None}]),
        (b'{"hash":"3e9999 NaN","n":NaN}', {"hash": "3e9999 NaN", "n": None}),
    ],
)
def test_what_is_broken_is_mended_where_that_is_harmless(found: bytes, values: Any) -> None:
    assert find_json_fault(found) is not None
    assert read(found) == values


def test_a_hash_that_looks_like_a_number_is_no_fault() -> None:
    assert find_json_fault(b'{"hash":"3e9999","digits":"%s"}' % (b"1" * 90)) is None


def test_what_was_mended_is_said_with_its_path() -> None:
    mended = read_tolerantly(
        b'Notice: x\n{"orders":[{"id":1},{"lines":[{"total":NaN}]}]}<!-- c -->'
    )
    assert mended is not None
    assert mended.faults == ("text around it", "an odd number at $.orders[1].lines[0].total")


@pytest.mark.parametrize(
    "content",
    [
        b'[{"id":1},{"id":2}',
        b'[{"id":1},{"id":2},',
        b'{"orders":[{"id":1}]',
        b'[{"id":1}<b>Notice</b>,{"id":2}',
        BOM + b'[["a"],["b"]',
        b'<b>Notice</b>[{"id":1},{"id":2}',
        b'[{"id":1}]{"id":2}',
        b'[{"id":1}],[{"id":2}]',
        b'<!doctype html><html><script>var x = {"id":1};</script></html>',
        b'[{"id":1}]<html><body>Maintenance</body></html>',
        b"",
        b"oops",
    ],
)
def test_what_cannot_be_mended_without_guessing_is_refused(content: bytes) -> None:
    assert read_tolerantly(content) is None


@given(st.binary(max_size=200) | st.text('[]{}"\\,:0eE+-.tn<>!\n\x00\u00e9', max_size=60))
def test_any_bytes_are_read_or_refused_and_what_is_read_is_strict_json(
    content: bytes | str,
) -> None:
    found = content if isinstance(content, bytes) else content.encode()
    mended = read_tolerantly(found)
    if mended is not None:
        assert find_json_fault(mended.content) is None
        json.loads(mended.content)
    is_truncated(found)


@given(DOCUMENTS.filter(bool), st.data())
def test_a_path_leads_to_its_value(document: Any, data: st.DataObject) -> None:
    body = msgspec.json.encode({"rows": [0, document]})
    end = data.draw(st.integers(body.index(b"[") + 3, len(body) - 2))
    assert find_path(body, end).startswith("$.rows[1]")


@pytest.mark.parametrize(
    "piece",
    [b'"\\', b'"', b'\\"', b",", b"[ ", b"{", b"9", b"<", b"e1", b":   ", b'{"a":', b"\xed\xa0"],
)
def test_no_text_takes_more_than_linear_time(piece: bytes) -> None:
    content = b'["' + piece * (200_000 // len(piece))
    for found in (content, content[2:]):
        read_tolerantly(found)
        is_truncated(found)
        find_json_fault(found)
