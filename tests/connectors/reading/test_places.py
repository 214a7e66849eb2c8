"""A country and a region reach the label as carriers take them."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading.countries import find_country, load_names
from connectors.reading.regions import write_region


@pytest.mark.parametrize(
    ("region", "country", "written"),
    [
        ("Texas", "US", "TX"),
        ("tx", "US", "TX"),
        ("US-TX", "US", "TX"),
        ("D.C.", "US", "DC"),
        ("new  york", "US", "NY"),
        ("Ontario", "CA", "ON"),
        ("Québec", "CA", "QC"),
        ("Newfoundland & Labrador", "CA", "NL"),
        ("Qld", "AU", "QLD"),
        ("Western Australia", "AU", "WA"),
        ("WA", "US", "WA"),
        ("Atlantis", "US", "Atlantis"),
        ("Bayern", "DE", "Bayern"),
        ("JP-13", "JP", "Tokyo"),
        ("jp-13", "JP", "Tokyo"),
        ("DE-NW", "DE", "Nordrhein-Westfalen"),
        ("ES-B", "ES", "Barcelona"),
        ("IT-MI", "IT", "MI"),
        ("Milano", "IT", "MI"),
        ("IT-21", "IT", "Piemonte"),
        ("sao paulo", "BR", "SP"),
        ("B", "ES", "Barcelona"),
        ("C", "AR", "Ciudad Autónoma de Buenos Aires"),
        ("GP", "ZA", "Gauteng"),
        ("ENG", "GB", "England"),
        ("MH", "IN", "Maharashtra"),
        ("XX", "ES", "XX"),
        ("b", "ES", "b"),
        ("JP-99", "JP", "JP-99"),
        ("JP-13", "DE", "JP-13"),
        ("Nord-Est", "HT", "Nord-Est"),
        ("Texas", "", "Texas"),
        ("", "US", ""),
    ],
)
def test_states_and_provinces_become_their_codes(region: str, country: str, written: str) -> None:
    assert write_region(region, country) == written


@pytest.mark.parametrize(
    ("code", "country", "name", "written"),
    [
        ("TX", "US", "Texas", "TX"),
        ("", "US", "Texas", "TX"),
        ("57", "US", "Texas", "TX"),
        ("JAL", "MX", "Jalisco", "Jalisco"),
        ("B", "ES", "Barcelona", "Barcelona"),
        ("FC", "IT", "Forli Cesena", "FC"),
        ("12", "IT", "Forlì-Cesena", "FC"),
        ("B", "ES", "", "Barcelona"),
        ("JAL", "", "Jalisco", "JAL"),
    ],
)
def test_of_code_and_name_that_is_written_which_carriers_take(
    code: str, country: str, name: str, written: str
) -> None:
    assert write_region(code, country, name) == written


@given(st.text(max_size=80), st.sampled_from(["US", "CA", "AU", "DE", "JP", "ES", "IT", ""]))
def test_writing_a_region_twice_changes_nothing(region: str, country: str) -> None:
    once = write_region(region, country)
    assert write_region(once, country) == once


@pytest.mark.parametrize(
    ("country", "written"),
    [
        ("DE", "de DEU 276 Germany Deutschland Allemagne Alemania Germania Niemcy ドイツ"),
        ("US", "us USA 840 America États-Unis Estados\u00a0Unidos 美国"),
        ("GB", "UK gbr 826 England Royaume-Uni Großbritannien"),
        ("CH", "che 756 Switzerland Schweiz Suisse Svizzera"),
        ("AT", "Österreich Austria Autriche"),
        ("RU", "Russia Россия Russland"),
        ("KR", "Korea 대한민국"),
        ("GR", "EL Hellas Ελλάδα"),
        ("TR", "Turkey Türkiye Türkei"),
        ("XK", "Kosovo XKX"),
        ("CZ", "Czechia Česko Tschechien"),
    ],
)
def test_codes_and_names_in_many_languages(country: str, written: str) -> None:
    assert {name: find_country(name) for name in written.split(" ")} == dict.fromkeys(
        written.split(" "), country
    )


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("United States of America", "US"),
        ("The Netherlands", "NL"),
        ("Korea, Republic of", "KR"),
        ("Ivory Coast", "CI"),
        ("Côte d'Ivoire", "CI"),
        ("Vereinigtes Königreich", "GB"),
        ("Cape Verde", "CV"),
        ("Palestinian Territory", "PS"),
        ("St. Lucia", "LC"),
        ("Congo, the Democratic Republic of the", "CD"),
        ("Isle of Man", "IM"),
        ("Bolivia", "BO"),
    ],
)
def test_names_of_several_words(name: str, country: str) -> None:
    assert find_country(name) == country


@pytest.mark.parametrize("text", ["", " ", "Atlantis", "999", "ZZ", "Ada", "-", "Niger ia"])
def test_what_is_no_country_is_none(text: str) -> None:
    assert find_country(text) == ""


def test_a_word_that_names_another_country_abroad_keeps_its_english_meaning() -> None:
    assert [find_country(code) for code in ("AO", "BI", "MY")] == ["AO", "BI", "MY"]


def test_no_order_waits_for_tables_that_were_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    load_names()
    # From here on importing it raises.
    monkeypatch.setitem(sys.modules, "pycountry", None)
    assert [
        find_country(name) for name in ("SE", "276", "Schweden", "スウェーデン", "Nowhere")
    ] == [
        "SE",
        "DE",
        "SE",
        "SE",
        "",
    ]
