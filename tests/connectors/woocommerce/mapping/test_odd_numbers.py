"""A number that nobody could have meant sets its own order aside, and holds nothing up."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.orders import RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, walk
from tests.connectors.woocommerce.harness import open_woocommerce
from tests.connectors.woocommerce.mapping.handwritten import line, order, read

HUGE = (
    "1e5000",
    "-1e5000",
    "0e5000",
    "1e-5000",
    "1" * 61,
    10**30,
    1e300,
    "Infinity",
    "NaN",
    "sNaN",
)


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("total", "money"),
        ("shipping_total", "money"),
        ("line_items[0].quantity", "a quantity"),
        ("line_items[0].subtotal", "money"),
        ("fee_lines[0].total", "money"),
    ],
)
def test_a_number_without_measure_is_told_with_its_place(
    path: str, expected: str, number: Any
) -> None:
    place, _, name = path.partition("[0].")
    json = order(
        **(
            {place: [{**(line() if place == "line_items" else {"id": 2}), name: number}]}
            if name
            else {place: number}
        )
    )
    found = read(json)
    assert isinstance(found, RejectedOrder)
    assert found.reason.startswith(f"{path}: expected {expected}, found ")
    assert len(found.reason) < 120


async def test_a_quantity_of_millions_of_digits_costs_one_order_and_no_time() -> None:
    """Written out it would take a minute in which nothing else moves."""
    rows = [
        order(id=7, number="7"),
        order(id=8, number="8", line_items=[line(quantity="1e999999")]),
    ]
    async with FakeWooCommerceShop() as shop:
        shop.faults.add(
            Answer(200, msgspec.json.encode(rows), headers={"X-WP-Total": "2"}),
            path="orders[?]status=any",
        )
        async with open_woocommerce(shop, QUICK) as connector:
            found = await walk(connector)
    assert [entry.id for entry in found if isinstance(entry, RejectedOrder)] == ["8"]
    assert [entry.id for entry in found] == ["7", "8"]
