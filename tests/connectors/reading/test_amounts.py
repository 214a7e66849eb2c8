"""Money as shops write it: what is accepted, how exact it stays, and what is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading import amounts
from connectors.reading.fields import FieldError


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("12.50", "12.50"),
        (" 12.5 ", "12.5"),
        ("-3", "-3"),
        ("1e3", "1E+3"),
        (7, "7"),
        (Decimal("12.333333333"), "12.333333333"),
        (0.1, "0.1"),
        (".5", "0.5"),
    ],
)
def test_money_is_as_exact_as_it_came(value: Any, result: str) -> None:
    assert str(amounts.read_money(value, "p")) == str(Decimal(result))


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        None,
        True,
        "1,234.50",
        "12 €",
        "nan",
        "inf",
        Decimal("nan"),
        math.inf,
        "1e99",
        "1_0",
        "0x1",
        "9" * 80,
    ],
)
def test_what_is_not_money_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected money"):
        amounts.read_money(value, "p")


def test_missing_money_may_have_a_default() -> None:
    assert (
        amounts.read_money(None, "p", default=Decimal(0))
        == amounts.read_money(" ", "p", default=Decimal(0))
        == 0
    )
    with pytest.raises(FieldError):
        amounts.read_money("abc", "p", default=Decimal(0))


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_money_survives_as_text_and_as_number(amount: Decimal) -> None:
    assert amounts.read_money(str(amount), "p") == amounts.read_money(amount, "p") == amount


@pytest.mark.parametrize(
    ("currency", "result"), [("EUR", "19.99"), ("jpy", "1999"), ("KWD", "1.999"), ("", "19.99")]
)
def test_minor_units_by_currency(currency: str, result: str) -> None:
    assert amounts.read_minor_money("1999", currency, "p") == Decimal(result)
