"""A time at the end of the calendar sets its own order aside."""

from __future__ import annotations

import msgspec
import pytest

from connectors.orders import OrderId, RejectedOrder
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, walk
from tests.connectors.woocommerce.harness import open_woocommerce
from tests.connectors.woocommerce.mapping.handwritten import order


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_of_change_that_is_none_in_utc_costs_one_order(time: str) -> None:
    field = "date_modified_gmt"
    rows = [order(id=7, number="7"), order(id=8, number="8", **{field: time})]
    async with FakeWooCommerceShop() as shop:
        shop.faults.add(
            Answer(200, msgspec.json.encode(rows), headers={"X-WP-Total": "2"}),
            path="orders[?]status=any",
        )
        async with open_woocommerce(shop, QUICK) as connector:
            found = {entry.id: entry for entry in await walk(connector)}
    assert set(found) == {"7", "8"}
    odd = found[OrderId("8")]
    assert isinstance(odd, RejectedOrder)
    assert odd.reason.startswith(f"{field}: expected a time such as 2026-11-20T05:36:04, found ")
