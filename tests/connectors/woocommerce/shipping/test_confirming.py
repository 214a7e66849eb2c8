"""A shipment counts as told only once the shop shows it, and seeing that costs a sound shop
nothing.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from connectors.errors import RefusedError, TemporaryError
from connectors.orders import OrderStatus
from connectors.shipments import ShippingRules
from connectors.testing.faults import Answer, Mute
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure
from tests.connectors.woocommerce.harness import notes_of_ours, notice, open_woocommerce
from tests.connectors.woocommerce.shipping.tracking import PLACES, furnish

BLIND = ShippingRules(confirm=False)


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


def keep_status(shop: FakeWooCommerceShop, order_id: str) -> None:
    """Let the shop take each change of the order's status and answer with the order as it was."""
    kept = json.dumps({"id": int(order_id), "status": "processing"})
    shop.faults.add(Answer(200, kept), method="POST", path=rf"/orders/{order_id}(\?|$)", times=None)


async def test_a_status_that_the_shop_does_not_take_is_not_told(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    keep_status(shop, order.id)
    async with open_woocommerce(shop, QUICK) as connector:
        for _ in range(2):
            error = await failure(connector.ship(notice(order), ()), TemporaryError)
            assert "Step status: " in str(error)
            assert "is still processing" in str(error)
        assert len(notes_of_ours(shop, order.id)) == 1
        shop.faults.clear()
        assert (await connector.ship(notice(order), ())).completed
    assert order.status is OrderStatus.SHIPPED


async def test_a_status_that_a_plugin_moves_further_is_told(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    moved = json.dumps({"id": int(order.id), "status": "in-transit"})
    shop.faults.add(Answer(200, moved), method="POST", path=rf"/orders/{order.id}(\?|$)")
    async with open_woocommerce(shop, QUICK) as connector:
        assert (await connector.ship(notice(order), ())).completed


@pytest.mark.parametrize("place", PLACES)
async def test_confirming_asks_a_sound_shop_for_nothing_more(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    asked = []
    for rules in (BLIND, ShippingRules()):
        order = shop.book.add(modified_at=at(1))
        async with open_woocommerce(shop, QUICK, rules) as connector:
            shop.requests.clear()
            await connector.ship(notice(order, notify_customer=True), ())
        asked.append(len(shop.requests))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("place", PLACES)
async def test_an_answer_that_says_nothing_costs_one_request_at_most(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    asked = []
    for rules in (BLIND, ShippingRules()):
        order = shop.book.add(modified_at=at(1))
        async with open_woocommerce(shop, QUICK, rules) as connector:
            shop.faults.add(Mute(b"{}"), method="POST")
            shop.requests.clear()
            assert (await connector.ship(notice(order), ())).completed
        asked.append(len(shop.requests))
    assert asked[1] == asked[0] + 1


@pytest.mark.parametrize("place", PLACES)
async def test_a_shop_that_cannot_be_looked_at_is_believed_where_the_settings_say_so(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    shop.faults.add(Answer(200, "{}"), method="POST", times=None)
    async with open_woocommerce(shop, QUICK, BLIND) as connector:
        assert (await connector.ship(notice(order), ())).completed


async def test_a_refusal_names_the_step_that_it_refuses(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK, shipped_status="sent-out") as connector:
        error = await failure(connector.ship(notice(order), ()), RefusedError)
    assert str(error).startswith("Step status: POST ")
