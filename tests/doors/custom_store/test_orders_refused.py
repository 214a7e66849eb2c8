"""Orders that cannot go out, and numbers that nobody could have meant."""

import contextlib
from decimal import MAX_EMAX, Decimal
from enum import StrEnum

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from connectors.orders import Dimensions, LengthUnit, Weight, WeightUnit
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.orders_xml import encode_order
from tests.builders import build_address, build_customer, build_item, build_order
from tests.doors.custom_store.reader import read_order

EXPONENTS = st.integers(-999_999, 999_999) | st.sampled_from([-MAX_EMAX, MAX_EMAX - 100])


@pytest.mark.parametrize(
    "amount",
    ["9999999.995", "10000000", "-10000000", "1e30", "NaN", "Infinity", "-Infinity", "sNaN"],
)
def test_money_beyond_the_wire_makes_the_order_invalid(amount: str) -> None:
    with pytest.raises(InvalidOrderError) as caught:
        encode_order(build_order(total=Decimal(amount)))
    assert caught.value.field == "OrderTotal"
    assert caught.value.rule == "an amount of at most 9999999.99"


@pytest.mark.parametrize("country", ["", "USA", "us", "Germany", "U ", "ÄÖ"])
def test_without_a_country_to_ship_to_the_order_is_invalid_and_the_billing_country_is_left_out(
    country: str,
) -> None:
    abroad = build_address(country=country)
    xml = encode_order(build_order(customer=build_customer(bill_to=abroad)))
    assert etree.fromstring(xml).find("Customer/BillTo/Country") is None
    with pytest.raises(InvalidOrderError) as caught:
        encode_order(build_order(customer=build_customer(ship_to=abroad)))
    assert caught.value.field == "Customer/ShipTo/Country"
    assert caught.value.rule == "a country's two capital letters (ISO 3166)"
    assert caught.value.reason == (repr(country) if country else "nothing")


_ODD = ["x" * 51, "a\nb", "a\tb", "a\u0085b", "a\rb", "😀" * 26]


@pytest.mark.parametrize("bad", ["", "  ", "a\x00b", "a\ud800", *_ODD])
def test_a_number_goes_out_as_it_is_or_the_order_is_invalid(bad: str) -> None:
    with pytest.raises(InvalidOrderError, match="expected 1 to 50 printable characters, found "):
        encode_order(build_order(number=bad))


@pytest.mark.parametrize("odd", _ODD)
def test_an_id_that_cannot_be_carried_goes_out_under_one_and_the_same_alias(odd: str) -> None:
    order = build_order(id=odd, items=(build_item(id=odd),))
    first, again = (read_order(encode_order(order)) for _ in range(2))
    assert first.id == again.id == first.items[0].id
    assert first.id != odd
    assert len(first.id) <= 50
    assert read_order(encode_order(build_order(id=f"{odd}x"))).id != first.id


@pytest.mark.parametrize("bad", ["", "  ", "a\x00b", "x" * 201])
def test_what_names_no_order_makes_it_invalid(bad: str) -> None:
    with pytest.raises(InvalidOrderError, match="OrderID: expected "):
        encode_order(build_order(id=bad))


def test_a_line_without_an_id_goes_out_without_one() -> None:
    xml = encode_order(build_order(items=(build_item(id=""),)))
    assert etree.fromstring(xml).find("Items/Item/LineItemID") is None


def test_an_id_is_not_even_composed_since_it_must_come_back_to_the_letter() -> None:
    assert read_order(encode_order(build_order(number="e\u0301"))).number == "e\u0301"


@pytest.mark.parametrize("quantity", [0, -1, 100_000])
def test_a_quantity_beyond_the_wire_makes_the_order_invalid(quantity: int) -> None:
    with pytest.raises(
        InvalidOrderError,
        match=(
            r"^Items/Item\[2\]/Quantity: expected a whole number from 1 to 99999, found"
            rf" {quantity}$"
        ),
    ):
        encode_order(build_order(items=(build_item(), build_item(quantity=quantity))))


def test_the_reason_names_no_buyer_data() -> None:
    order = build_order(customer=build_customer(ship_to=build_address(country="")))
    with pytest.raises(InvalidOrderError) as caught:
        encode_order(order)
    assert "Ada" not in str(caught.value)
    assert "Harbour" not in str(caught.value)


class StrangersUnit(StrEnum):
    STONES = "Stones"


def test_what_a_strangers_connector_gets_wrong_is_caught_by_the_schema() -> None:
    weight = msgspec.structs.replace(
        Weight(value=Decimal(2), unit=WeightUnit.GRAMS), unit=StrangersUnit.STONES
    )
    with pytest.raises(
        InvalidOrderError,
        match=r"^Items/Item/WeightUnits: expected Pounds, Ounces or Grams, found 'Stones'$",
    ):
        encode_order(build_order(items=(build_item(weight=weight),)))


class SpoilingUnit(StrEnum):
    BROKEN = "<Grams"


def test_a_strangers_word_that_would_spoil_the_page_makes_its_order_alone_invalid() -> None:
    weight = msgspec.structs.replace(
        Weight(value=Decimal(2), unit=WeightUnit.GRAMS), unit=SpoilingUnit.BROKEN
    )
    with pytest.raises(InvalidOrderError) as caught:
        encode_order(build_order(items=(build_item(weight=weight),)))
    assert caught.value.field == "Items/Item/WeightUnits"


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
