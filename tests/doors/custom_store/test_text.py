import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from proxy.doors.custom_store.text import ELLIPSIS, clean, cut, is_carried, units
from tests.doors.custom_store.tame import utf16
from tests.strategies import nasty_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\x00b\x0bc\x1fd\x7fe", "abcde"),
        ("a\ufffeb\uffffc", "abc"),
        ("a\ud800b\udfffc", "abc"),
        ("\ud83d\ude00", "😀"),
        ("\ude00\ud83d", ""),
        ("tab\tline\n", "tab\tline\n"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("It\x92s \x93so\x94 \x85", "It\u2019s \u201cso\u201d \u2026"),
        ("\x81\x8d\x8f\x90\x9d", ""),
        ("e\u0301", "é"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈", "👩‍👩‍👧‍👦 🏳️‍🌈"),
        ("&amp; &#39; <br>", "&amp; &#39; <br>"),
    ],
)
def test_text_loses_only_what_xml_or_shipstation_refuses(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(nasty_text)
def test_cleaning_twice_changes_nothing_and_the_result_survives_xml_to_the_letter(
    text: str,
) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    element = etree.Element("T")
    element.text = cleaned
    assert (etree.fromstring(etree.tostring(element, encoding="utf-8")).text or "") == cleaned


@given(nasty_text)
def test_what_is_carried_needs_no_cleaning_but_composing(text: str) -> None:
    if is_carried(text):
        assert clean(text) == unicodedata.normalize("NFC", text)


@given(st.text(max_size=50))
def test_length_is_counted_in_utf_16_units(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(nasty_text.map(clean), st.integers(1, 60))
def test_a_cut_keeps_to_the_limit_and_begins_as_the_text_does(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert utf16(short) <= limit
    if utf16(text) <= limit:
        assert short == text
    else:
        assert short.endswith(ELLIPSIS)
        assert text.startswith(short[:-1])
    assert cut(short, limit) == short


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("abc😀def", 5, "abc…"),
        ("abc😀def", 6, "abc😀…"),
        ("abcde\u0323\u0302xyz", 6, "abcd…"),
        ("ab👍🏽cdefgh", 6, "ab…"),
        ("ab👍🏽cdefgh", 7, "ab👍🏽…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 12, "👩‍👩‍👧‍👦…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 21, "👩‍👩‍👧‍👦…"),
        ("🇩🇪🇫🇷🇮🇹", 8, "🇩🇪…"),
        ("🇩🇪🇫🇷🇮🇹", 9, "🇩🇪🇫🇷…"),
        ("☀️☀️☀️", 4, "☀️…"),
        ("😀😀", 1, "…"),
    ],
)
def test_a_cut_does_not_split_what_a_reader_sees_as_one_character(
    text: str, limit: int, short: str
) -> None:
    assert cut(text, limit) == short


def test_text_that_is_one_endless_character_is_cut_all_the_same() -> None:
    assert utf16(cut("e" + "\u0323" * 5000, 100)) == 100
