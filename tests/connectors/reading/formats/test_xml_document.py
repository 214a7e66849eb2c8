"""XML is read as the values that JSON would have, and nothing in it costs more than its size."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors.reading.formats.answer_format import FormatError
from connectors.reading.formats.xml_builder import DEEPEST
from connectors.reading.formats.xml_document import XmlDocument
from connectors.reading.rows import MARK

PLAIN = XmlDocument()
_XSI = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
_WORDS = st.text("ab<&>\"'é\N{NO-BREAK SPACE}x ]", max_size=6).map(str.strip)
_NAMES = st.sampled_from(["a", "b", "order", "ø", "x-1"])


def read(text: str | bytes, *lists: str) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return XmlDocument(lists=lists).decode(content).values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("<a/>", {"a": ""}),
        ("<a> 1.50 </a>", {"a": "1.50"}),
        ("<a><![CDATA[<b> & c]]></a>", {"a": "<b> & c"}),
        ("<a>x<!-- no -->y<?php ?>&amp;&#65;</a>", {"a": "xy&A"}),
        ("<a id='1'/>", {"a": {"@id": "1"}}),
        ("<a id='1'>x</a>", {"a": {"@id": "1", "#text": "x"}}),
        ("<a>x<b>1</b>y</a>", {"a": {"b": "1", "#text": "xy"}}),
        ("<a><b>1</b><c/><b>2</b></a>", {"a": {"b": ["1", "2"], "c": ""}}),
        ("<s:a xmlns:s='u' s:id='1'><s:b>1</s:b><b xmlns='v'>2</b></s:a>", {
            "a": {"@id": "1", "b": ["1", "2"]}
        }),
        ("<a x:id='1' id='2' y:id='3' xmlns:x='u' xmlns:y='v'/>", {"a": {"@id": "2"}}),
        (f"<a {_XSI}><b xsi:nil='true'/><c xsi:type='int'>1</c></a>", {"a": {"b": None, "c": "1"}}),
        (f"<a {_XSI.replace('xsi', 'i')}><b i:nil='1'/></a>", {"a": {"b": None}}),
    ],
)  # fmt: skip
def test_an_element_is_what_it_holds(text: str, values: Any) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "lists", "values"),
    [
        ("<r><o>1</o></r>", ["o"], {"r": {"o": ["1"]}}),
        ("<r><o>1</o></r>", ["r.o"], {"r": {"o": ["1"]}}),
        ("<r/>", ["r.o"], {"r": {"o": []}}),
        ("<r> </r>", ["r.o"], {"r": {"o": []}}),
        ("<r/>", ["o"], {"r": ""}),
        ("<r><x><o>1</o></x></r>", ["r.o"], {"r": {"x": {"o": "1"}, "o": []}}),
        ("<n:r xmlns:n='u'><n:o/></n:r>", ["r.o"], {"r": {"o": [""]}}),
    ],
)
def test_a_list_is_one_where_the_settings_say_so(text: str, lists: list[str], values: Any) -> None:
    assert read(text, *lists) == values


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (b"\xef\xbb\xbf\n <?xml version='1.0'?><a>x</a>", {"a": "x"}),
        (b"Notice: x\n<br /><?xml version='1.0'?><a>x</a>", {"a": "x"}),
        (b"<a>x</a>\n<!-- cached -->", {"a": "x"}),
        (b"<a>x</a>\n<br /><b>Notice</b>", {"a": "x"}),
        (b"<a>M\xfcller</a>", {"a": "M\ufffdller"}),
        (b"<?xml version='1.0' encoding='windows-1252'?><a>M\xfcller \x80</a>", {"a": "Müller €"}),
        (b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xfc & \x01</a>", {"a": "ü & \ufffd"}),
        ("<a>ü</a>".encode("utf-16"), {"a": "ü"}),
        (b"<a>Tom & Ann &nbsp;&copy; &nothing; &#0;&#x110000;&#65;</a>", {
            "a": "Tom & Ann \xa0© &nothing; \ufffd\ufffdA"
        }),
        (b"<a>\x01<![CDATA[R&D]]></a>", {"a": "\ufffdR&D"}),
    ],
)  # fmt: skip
def test_what_harms_nothing_is_mended(content: bytes, values: Any) -> None:
    assert read(content) == values


@pytest.mark.parametrize(
    ("text", "says", "is_cut"),
    [
        ("<a><b>", "no element found", True),
        ("<a><b", "unclosed token", True),
        ("<a><![CDATA[x", "unclosed CDATA section", True),
        ("", "no element found", False),
        ("<a><b></a>", "mismatched tag", False),
        ('{"a": 1}', "not well-formed", False),
        ("<a>1</a><a>2</a>", "several documents", False),
        ("<html><p>no</p></html>", "a web page", False),
        ("<!DOCTYPE a><a/>", "a document type", False),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a document type", False),
        ("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "a document type", False),
    ],
)
def test_what_is_no_document_is_refused_in_words(text: str, says: str, is_cut: bool) -> None:  # noqa: FBT001 -- a row of the table
    with pytest.raises(FormatError, match=says) as caught:
        read(text)
    assert caught.value.is_cut == is_cut
    assert "\n" not in str(caught.value)


_ROWS = XmlDocument(lists=("r.o", "o.line"))


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ("<o><id>2</id><n>a</m></o>", {"id": "2"}),
        ("<o no='2'><id>2</id><line>1</line><line></o>", {"@no": "2", "id": "2", "line": ["1"]}),
        ("<o><id>2</id>", {"id": "2"}),
        ("<o><id>2</id><a b></o>", {"id": "2"}),
        ("<o><id>2</id><<</o>", {"id": "2"}),
    ],
)
def test_a_broken_element_of_a_list_costs_itself_alone(row: str, known: dict[str, Any]) -> None:
    content = f"<s:r xmlns:s='u'><s:o><id>1</id></s:o>{row}<s:o><id>3</id></s:o><n>9</n></s:r>"
    decoded = _ROWS.decode(content.encode())
    first, bad, last = decoded.values["r"]["o"]
    mark = bad.pop(MARK)
    assert (first, bad, last) == ({"id": "1", **_NO_LINE}, known, {"id": "3", **_NO_LINE})
    assert decoded.values["r"]["n"] == "9"
    assert mark.startswith("row 2 is broken: ")
    assert decoded.marks == {mark}


_NO_LINE: dict[str, Any] = {"line": []}


@pytest.mark.parametrize(
    "text",
    [
        "<r><o><a></b></o><o><a></b></o></r>",
        "<r><o/><n></r>",
        "<r><o/></o><n></r>",
        "<r><o><a></b></o><o/></s>",
    ],
)
def test_a_fault_outside_the_rows_is_the_whole_answer_s(text: str) -> None:
    with pytest.raises(FormatError):
        _ROWS.decode(text.encode())


def _bomb(depth: int) -> str:
    entities = "".join(
        f"<!ENTITY e{number} '{f'&e{number - 1};' * 10}'>" for number in range(1, depth)
    )
    return f"<!DOCTYPE a [<!ENTITY e0 'ha'>{entities}]><a>&e{depth - 1};</a>"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (_bomb(12), "a document type"),
        ("<a>" * (DEEPEST + 1), "deep"),
        ("<a>" * 100_000, "deep"),
        (f"<a><!--{'x' * 7_000_000}--></a>", "a tag or comment of more than 4194304 bytes"),
        (f"<a b='{'x' * 7_000_000}'/>", "a tag or comment of more than 4194304 bytes"),
        ("<a>" + "<b/>" * 1000, "1000 elements"),
        ("<a " + " ".join(f"b{number}=''" for number in range(1000)) + "/>", "1000 elements"),
    ],
)
def test_what_would_cost_much_is_given_up(text: str, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        XmlDocument(most_parts=1000).decode(text.encode())


@pytest.mark.parametrize("text", ["x" * 7_000_000, f"<![CDATA[{'x' * 7_000_000}]]>"])
def test_a_long_text_is_read(text: str) -> None:
    assert len(read(f"<a>{text}</a>")["a"]) == 7_000_000


def test_a_long_namespace_is_not_repeated_for_each_element() -> None:
    """Three megabytes for each of a thousand elements would take a minute."""
    found = read(f"<a xmlns='{'u' * 3_000_000}'>{'<b/>' * 1000}</a>")
    assert found == {"a": {"b": [""] * 1000}}


def _build(name: str, value: Any) -> etree._Element:
    element = etree.Element(name)
    if isinstance(value, str):
        element.text = value
        return element
    for inner, content in value.items():
        if inner.startswith("@"):
            element.set(inner[1:], content)
        elif inner == "#text":
            element.text = content
        else:
            for each in content if isinstance(content, list) else [content]:
                element.append(_build(inner, each))
    return element


def _make_objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(_NAMES, inner | st.lists(inner, min_size=2, max_size=3), max_size=3)
    attributes = st.dictionaries(_NAMES.map("@{}".format), _WORDS, max_size=2)
    texts = st.dictionaries(st.just("#text"), _WORDS.filter(bool), max_size=1)
    whole = st.builds(
        lambda *parts: {**parts[0], **parts[1], **parts[2]}, attributes, texts, members
    )
    # Text alone is no object.
    return whole.filter(lambda value: value.keys() - {"#text"})


@settings(max_examples=60)
@given(_NAMES, st.recursive(_WORDS, _make_objects, max_leaves=12), st.booleans())
def test_a_document_is_read_as_it_was_written(name: str, value: Any, pretty: bool) -> None:  # noqa: FBT001 -- drawn
    content = etree.tostring(_build(name, value), encoding="utf-8", pretty_print=pretty)
    assert PLAIN.decode(content).values == {name: value}


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<a>",
                    "</a>",
                    "<a ",
                    "/>",
                    "&",
                    "&#1;",
                    "&x;",
                    "<![CDATA[",
                    "]]>",
                    "<!--",
                    "-->",
                ),
                *("<?xml version='1.0'?>", "<!DOCTYPE a>", "\x00", "\ud800", "é", "'", "=", "\n"),
            ]
        ),
        max_size=30,
    ).map("".join)
)
def test_nothing_but_a_format_error_is_raised(text: str) -> None:
    with contextlib.suppress(FormatError):
        PLAIN.decode(text.encode("utf-8", "surrogatepass"))
