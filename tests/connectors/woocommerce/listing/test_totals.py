"""What a shop says of a list's length is believed no further than it can be."""

from __future__ import annotations

import pytest

from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, walk
from tests.connectors.woocommerce.harness import open_woocommerce


@pytest.mark.parametrize("stated", ["9" * 5000, "-1", "²", "many"])
async def test_a_length_that_is_none_does_not_fail_the_list(stated: str) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.faults.add(
            Answer(200, "[]", headers={"X-WP-Total": stated}), path="orders", times=None
        )
        async with open_woocommerce(shop, QUICK) as connector:
            assert await walk(connector) == []
