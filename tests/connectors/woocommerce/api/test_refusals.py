"""The limit that a shop names when it refuses a page size is read out of any words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.woocommerce.api.refusals import read_page_limit
from tests.connectors.language.values import VALUES


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("per_page must be between 1 (inclusive) and 50 (inclusive)", 50),
        ("per_page must be less than or equal to 25 (inclusive)", 25),
        ("per_page is too much for this site", 0),
        ("per_page must be between 1 (inclusive) and 99999999999 (inclusive)", 0),
    ],
)
def test_the_largest_page_is_the_number_that_the_shop_names(said: str, most: int) -> None:
    assert read_page_limit({"status": 400, "params": {"per_page": said}}) == most


def test_a_refusal_of_something_else_names_no_page_size() -> None:
    assert read_page_limit({"params": {"orderby": "orderby is not one of date, id"}}) is None


@given(VALUES, st.text())
def test_no_words_make_reading_the_limit_fail(value: Any, text: str) -> None:
    for data in (value, {"params": value}, {"params": {"per_page": text}}):
        found = read_page_limit(data)
        assert found is None or found >= 0
