"""What customs ask for goes where the store wants it, and nowhere else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.orders import Customs, ItemOption
from proxy.rules.customs import CustomsPlace, TaxIdPlace, place_customs, place_tax_id
from tests.builders import build_address, build_customer, build_item, build_order

MUG = Customs(hs_code="6912.00", origin="DE", description="Mug", value=Decimal("4.5"))
ORDER = build_order(
    currency="EUR",
    custom_fields=("coupon",),
    items=(
        build_item(id="1", sku="MUG-1", customs=MUG, options=(ItemOption(name="Size", value="L"),)),
        build_item(id="2", sku="", name="Tea", unit_price=Decimal(3), customs=Customs(origin="CN")),
        build_item(id="3", sku="BAG"),
    ),
)


def test_options_say_it_line_by_line() -> None:
    mug, tea, bag = place_customs(ORDER, CustomsPlace.OPTIONS).items
    assert [(option.name, option.value) for option in mug.options] == [
        ("Size", "L"),
        ("HS code", "6912.00"),
        ("Country of origin", "DE"),
        ("Customs description", "Mug"),
        ("Declared value", "4.50 EUR"),
    ]
    # What was paid is what it is worth, unless the shop knows better.
    assert tea.options[-1] == ItemOption(name="Declared value", value="3.00 EUR")
    assert bag == ORDER.items[2]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (CustomsPlace.CUSTOM_FIELD_1, ("coupon",)),
        (
            CustomsPlace.CUSTOM_FIELD_2,
            ("coupon", TEXT := "MUG-1: 6912.00, DE, Mug, 4.50 EUR; Tea: CN, 3.00 EUR"),
        ),
        (CustomsPlace.CUSTOM_FIELD_3, ("coupon", "", TEXT)),
    ],
)
def test_a_custom_field_says_it_for_all_lines_unless_it_is_taken(
    place: CustomsPlace, expected: tuple[str, ...]
) -> None:
    found = place_customs(ORDER, place)
    assert (found.custom_fields, found.items) == (expected, ORDER.items)


def test_nothing_is_said_where_nobody_asked_or_the_shop_knows_nothing() -> None:
    assert place_customs(ORDER, CustomsPlace.OFF) is ORDER
    plain = build_order(items=(build_item(id="1"),))
    assert all(place_customs(plain, place) is plain for place in CustomsPlace)


@pytest.mark.parametrize(
    ("receiver", "buyer", "fields", "expected"),
    [
        ("DE1", "AT2", (), ("", "DE1")),
        ("", "AT2", ("coupon",), ("coupon", "AT2")),
        ("DE1", "", ("", "PO 7"), ("", "PO 7")),
        ("", "", ("coupon",), ("coupon",)),
    ],
)
def test_a_tax_number_is_the_receivers_or_the_buyers_in_the_field_of_the_stores_choice(
    receiver: str, buyer: str, fields: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    customer = build_customer(
        ship_to=build_address(tax_id=receiver), bill_to=build_address(tax_id=buyer)
    )
    order = build_order(customer=customer, custom_fields=fields)
    assert place_tax_id(order, TaxIdPlace.CUSTOM_FIELD_2).custom_fields == expected
    assert place_tax_id(order, TaxIdPlace.OFF) is order
