"""A region reaches the label as carriers take it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("Qld", "AU", "QLD"),
        ("Western Australia", "AU", "WA"),
        ("WA", "US", "WA"),
        ("Atlantis", "US", "Atlantis"),
        ("Bayern", "DE", "Bayern"),
        ("Texas", "", "Texas"),
        ("", "US", ""),
    ],
)
def test_states_and_provinces_become_their_codes(region: str, country: str, written: str) -> None:
    assert write_region(region, country) == written


@given(st.text(max_size=80), st.sampled_from(["US", "CA", "AU", "DE", ""]))
def test_writing_a_region_twice_changes_nothing(region: str, country: str) -> None:
    once = write_region(region, country)
    assert write_region(once, country) == once
