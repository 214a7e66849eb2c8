"""Money: one currency, tax out of prices, discounts once, and parts that add up; orders written by
hand after Shopify's reference.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Order
from tests.connectors.shopify.mapping.handwritten import accepted, both, line, order, rejected

D = Decimal


def parts(found: Order) -> Decimal:
    """What the lines, tax and shipping add up to."""
    return sum(
        (item.unit_price * item.quantity for item in found.items), found.tax + found.shipping
    )


def extra(found: Order) -> dict[str, Decimal]:
    """The lines that nobody packs."""
    return {item.name: item.unit_price for item in found.items if item.adjustment}


CURRENCIES = {"currency": "USD", "presentment_currency": "EUR"}


def foreign(shop: str, buyer: str) -> dict[str, Any]:
    return both(shop, buyer, ("USD", "EUR"))


def bought_abroad(**more: Any) -> dict[str, Any]:
    one = line(
        price="20.00",
        price_set=foreign("20.00", "18.00"),
        discount_allocations=[{"amount": "2.00", "amount_set": foreign("2.00", "1.80")}],
    )
    shipping = {
        "title": "Air",
        "code": "AIR",
        "price": "5.00",
        "price_set": foreign("5.00", "4.50"),
    }
    shipping |= {
        "discounted_price": "5.00",
        "discounted_price_set": foreign("5.00", "4.50"),
        "tax_lines": [],
    }
    sums = {
        "total_price_set": foreign("23.00", "20.70"),
        "current_total_price_set": foreign("23.00", "20.70"),
    }
    return order(one, total="23.00", shipping_lines=[shipping], **CURRENCIES, **sums, **more)


@pytest.mark.parametrize(
    ("money", "currency", "total", "price", "discount", "shipping"),
    [
        ("shop", "USD", "23.00", "20.00", "-2.00", "5.00"),
        ("presentment", "EUR", "20.70", "18.00", "-1.80", "4.50"),
    ],
)
def test_one_side_of_the_money_is_used_throughout(
    money: str, currency: str, total: str, price: str, discount: str, shipping: str
) -> None:
    found = accepted(bought_abroad(), money=money)
    assert (found.currency, found.total, found.shipping) == (currency, D(total), D(shipping))
    assert [item.unit_price for item in found.items] == [D(price), D(discount)]
    assert parts(found) == found.total


def test_an_amount_in_the_other_currency_alone_rejects_the_order() -> None:
    raw = bought_abroad()
    del raw["line_items"][0]["price_set"]
    assert rejected(raw, money="presentment").startswith(
        "line_items[0].price: expected an amount in EUR"
    )


def test_a_tip_known_in_the_shops_currency_is_worked_out_in_the_buyers() -> None:
    raw = bought_abroad(total_tip_received="2.00")
    assert extra(accepted(raw))["Tip"] == D("2.00")
    assert extra(accepted(raw, money="presentment"))["Tip"] == D("1.80")


def test_tax_is_taken_out_of_prices_discounts_and_shipping_that_include_it() -> None:
    one = line(
        price="60.00",
        price_set=both("60.00"),
        quantity=2,
        discount_allocations=[{"amount": "12.00", "amount_set": both("12.00")}],
        tax_lines=[{"title": "VAT", "price": "18.00", "rate": 0.2, "price_set": both("18.00")}],
    )
    shipping = {
        "title": "Post",
        "price": "6.00",
        "price_set": both("6.00"),
        "tax_lines": [{"price": "1.00", "rate": 0.2}],
    }
    raw = order(
        one,
        total="114.00",
        taxes_included=True,
        shipping_lines=[shipping],
        total_tax="19.00",
        current_total_tax="19.00",
    )
    found = accepted(raw)
    assert [item.unit_price for item in found.items] == [D("50.000000"), D("-10.000000")]
    assert (found.shipping, found.tax) == (D("5.000000"), D("19.00"))
    assert parts(found) == found.total


def test_prices_that_include_tax_but_bear_none_stay_exact() -> None:
    found = accepted(
        order(line(price="19.99", price_set=both("19.99")), total="19.99", taxes_included=True)
    )
    assert found.items[0].unit_price == D("19.99")
    assert found.items[0].unit_price.as_tuple().exponent == -2


def test_discounts_are_one_negative_line_or_taken_off_the_prices_never_both() -> None:
    one = line(
        price="10.00",
        quantity=3,
        discount_allocations=[{"amount": "2.00", "amount_set": both("2.00")}, {"amount": "1.00"}],
    )
    raw = order(one, total="27.00", discount_codes=[{"code": "SPRING"}, {"code": "VIP"}])
    lined, netted = accepted(raw), accepted(raw, discounts="net")
    assert extra(lined) == {"Discount (SPRING, VIP)": D("-3.00")}
    assert lined.items[0].unit_price == D("10.00")
    assert [item.unit_price for item in netted.items] == [D("9.000000")]
    assert parts(lined) == parts(netted) == D("27.00")


def test_tips_duties_fees_and_cash_rounding_are_lines_nobody_packs() -> None:
    raw = order(
        total="21.02",
        total_tip_received="3.00",
        current_total_duties_set=both("5.00"),
        current_total_additional_fees_set=both("3.00"),
        total_cash_rounding_payment_adjustment_set=both("0.02"),
    )
    found = accepted(raw)
    assert extra(found) == {
        "Tip": D("3.00"),
        "Duties": D("5.00"),
        "Additional fees": D("3.00"),
        "Cash rounding": D("0.02"),
    }
    assert not any(item.shippable for item in found.items if item.adjustment)
    assert parts(found) == found.total


def test_a_tip_that_is_a_line_is_not_counted_twice() -> None:
    tip = line(
        12,
        "3.00",
        title="Tip",
        name="Tip",
        sku=None,
        variant_id=None,
        requires_shipping=False,
        tip={"payment_gateway": "x"},
    )
    found = accepted(order(line(), tip, total="13.00", total_tip_received="3.00"))
    assert extra(found) == {"Tip": D("3.00")}
    assert parts(found) == D("13.00")


def test_refunded_shipping_is_taken_off() -> None:
    shipping = {"title": "Post", "price": "6.00", "discounted_price": "6.00", "tax_lines": []}
    refund = {
        "refund_line_items": [],
        "order_adjustments": [{"kind": "shipping_refund", "amount": "-4.00"}],
    }
    assert accepted(order(shipping_lines=[shipping], refunds=[refund])).shipping == D("2.00")
    assert accepted(
        order(shipping_lines=[shipping], current_shipping_price_set=both("1.50"))
    ).shipping == D("1.50")


def test_a_removed_shipping_line_counts_for_nothing() -> None:
    removed = {"title": "Overnight", "price": "30.00", "is_removed": True}
    kept = {"title": "", "code": "STD", "price": "3.00", "is_removed": False}
    found = accepted(order(shipping_lines=[removed, kept], total="13.00"))
    assert (found.shipping, found.shipping_method) == (D("3.00"), "STD")


def test_a_currency_without_decimals_reads() -> None:
    yen = {"currency": "JPY", "presentment_currency": "JPY"}
    found = accepted(
        order(line(price="1200", price_set=both("1200", None, ("JPY", "JPY"))), total="1200", **yen)
    )
    assert (found.currency, found.total, parts(found)) == ("JPY", D(1200), D(1200))


@given(
    prices=st.lists(
        st.tuples(
            st.decimals("0.01", "999.99", places=2),
            st.integers(1, 9),
            st.decimals("0", "0.01", places=2),
            st.integers(0, 25),
        ),
        min_size=1,
        max_size=4,
    ),
    mode=st.sampled_from(["line", "net"]),
)
def test_the_parts_of_an_order_with_taxes_included_add_up_to_the_cent(
    prices: list[tuple[D, int, D, int]], mode: str
) -> None:
    lines, total, tax = [], D(0), D(0)
    for number, (price, quantity, discount, rate) in enumerate(prices):
        gross = price * quantity - discount
        share = (gross * rate / (100 + rate)).quantize(D("0.01"))
        allocations = [{"amount": str(discount), "amount_set": both(str(discount))}]
        taxes = [{"price": str(share), "price_set": both(str(share)), "rate": rate / 100}]
        lines.append(
            line(
                number,
                str(price),
                quantity,
                price_set=both(str(price)),
                discount_allocations=allocations,
                tax_lines=taxes,
            )
        )
        total, tax = total + gross, tax + share
    sums = {"total_tax": str(tax), "current_total_tax": str(tax)}
    found = accepted(order(*lines, total=str(total), taxes_included=True, **sums), discounts=mode)
    assert abs(parts(found) - total) < D("0.001")
