"""An order with a number that nobody could have meant is invalid, whatever the number."""

from __future__ import annotations

import contextlib
from decimal import MAX_EMAX, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.orders import Dimensions, LengthUnit, Weight, WeightUnit
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xml import encode_order
from tests.builders import build_item, build_order

EXPONENTS = st.integers(-999_999, 999_999) | st.sampled_from([-MAX_EMAX, MAX_EMAX - 100])


@given(digits=st.integers(-(10**60), 10**60), exponent=EXPONENTS, zeros=st.integers(0, 6000))
@example(digits=int("9" * 40), exponent=999_959, zeros=5000)
@example(digits=1, exponent=5000, zeros=5000)
@example(digits=12, exponent=0, zeros=0)
def test_any_number_is_written_or_told(digits: int, exponent: int, zeros: int) -> None:
    """InvalidOrderError is all that is ever raised."""
    whole = digits * 10**zeros
    for amount in (Decimal(f"{digits}e{exponent}"), whole):
        weight = Weight(value=Decimal(amount), unit=WeightUnit.GRAMS)
        size = Dimensions(
            length=Decimal(amount),
            width=Decimal(amount),
            height=Decimal(amount),
            unit=LengthUnit.INCH,
        )
        for order in (
            build_order(total=amount),
            build_order(items=(build_item(unit_price=amount, weight=weight),)),
            build_order(items=(build_item(quantity=whole),)),
            build_order(dimensions=size),
        ):
            with contextlib.suppress(InvalidOrderError):
                encode_order(order, dimensions=True)


@pytest.mark.parametrize(
    "amount",
    [Decimal("1" * 5000), 10**5000, Decimal("9" * 40 + "e999959")],
    ids=["long", "whole", "huge"],
)
def test_the_error_quotes_no_more_of_it_than_can_be_read(amount: Decimal) -> None:
    for order in (build_order(total=amount), build_order(items=(build_item(quantity=amount),))):
        with pytest.raises(InvalidOrderError) as caught:
            encode_order(order)
        assert len(str(caught.value)) < 120
