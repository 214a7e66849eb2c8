"""Text and countries as shops write them: what people would read, and two letters."""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading import fields
from connectors.reading.countries import find_country
from connectors.reading.markup import clean_text, limit_marks, shorten


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Ada \n Lovelace ", "Ada Lovelace"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt;", "<b>"),
        ("<b>Blue</b> <i class='x'>car</i>", "Blue car"),
        ("one<br/>two<p>three</p>four", "one two three four"),
        ("a < b and c > d", "a < b and c > d"),
        ("<jo@example.com>", "<jo@example.com>"),
        ("I <3 you", "I <3 you"),
        ("<script>alert('x')</script>kept<!-- gone -->", "kept"),
        ("&#36;5 &euro;6 &nbsp;x", "$5 €6 x"),
        ("🎁 déjà", "🎁 déjà"),
    ],
)
def test_text_is_what_people_would_read(raw: str, clean: str) -> None:
    assert fields.read_text(raw, "t") == clean


def test_lines_are_kept_where_they_matter() -> None:
    assert clean_text("a<br>b\r\n\r\n\r\n\r\nc  d \n e", keep_lines=True) == "a\nb\n\nc d\ne"


@pytest.mark.parametrize(
    ("value", "result"), [(None, ""), (5, "5"), (Decimal("1E+2"), "100"), (2.5, "2.5")]
)
def test_text_out_of_other_values(value: Any, result: str) -> None:
    assert fields.read_text(value, "t") == result


@given(
    st.text(
        alphabet=st.characters(exclude_characters="<&", exclude_categories=("Cs", "Cc", "Z")),
        max_size=60,
    )
)
def test_plain_text_stays_and_its_entities_are_decoded_once(plain: str) -> None:
    assert clean_text(plain) == plain
    assert clean_text(html.escape(plain)) == plain


@given(st.text(max_size=200), st.booleans())
def test_any_text_is_cleaned_without_harm(raw: str, keep_lines: bool) -> None:  # noqa: FBT001 - drawn
    found = clean_text(raw, keep_lines=keep_lines)
    assert found == found.strip()
    assert keep_lines or "\n" not in found


def test_text_full_of_brackets_is_cleaned_in_no_time() -> None:
    for hostile in (
        "<" * 100_000,
        "<b " * 50_000,
        "<!--" * 50_000,
        "<script>" * 20_000,
        "& " * 100_000,
        "\n " * 100_000,
        "&#" + "9" * 99_999,
    ):
        clean_text(hostile, keep_lines=True)


@given(st.text(max_size=50), st.integers(1, 60))
def test_shortened_text_is_never_longer(raw: str, limit: int) -> None:
    assert len(shorten(raw, limit)) <= limit


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("us", "US"),
        ("USA", "US"),
        ("u.s.a.", "US"),
        ("United States", "US"),
        ("deu", "DE"),
        ("Germany", "DE"),
        ("UK", "GB"),
        ("Côte d'Ivoire", "CI"),
        ("Cote d\u2019Ivoire", "CI"),
        ("St. Lucia", "LC"),
        ("Bosnia & Herzegovina", "BA"),
        ("KOREA, REPUBLIC OF", "KR"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Åland Islands", "AX"),
        ("Kosovo", "XK"),
        (None, ""),
        ("", ""),
        ("Atlantis", ""),
        ("XX", ""),
    ],
)
def test_countries_become_two_letters(stated: str | None, code: str) -> None:
    assert fields.read_country(stated, "c") == code


@given(st.text(max_size=40))
def test_any_text_is_a_country_or_none(stated: str) -> None:
    assert len(find_country(stated)) in {0, 2}


def test_accents_beyond_reason_are_dropped_and_a_languages_own_stay() -> None:
    assert limit_marks("a" + "\u0301\u0316" * 40_000) == "a" + "\u0301\u0316" * 15
    name = "Vi\u1ec7\u0302t\u0323 " * 100
    assert limit_marks(name) == name
