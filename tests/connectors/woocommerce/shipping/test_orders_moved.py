"""Which order a notice means, and which status it moves to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.errors import OrderNotFoundError, SharedNumberError
from connectors.orders import OrderStatus
from connectors.shipments import Shipment
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure
from tests.connectors.woocommerce.harness import notice, open_woocommerce


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


async def test_the_order_is_found_by_its_number_where_the_notice_has_no_id(
    shop: FakeWooCommerceShop,
) -> None:
    order, other = shop.book.add(modified_at=at(1)), shop.book.add(modified_at=at(1))
    # A plugin numbers orders its own way: this number is another order's id.
    order.number, other.number = other.id, "A-77"
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(
            Shipment(order_number=order.number, carrier="USPS", tracking_number="T1"), ()
        )
        await connector.ship(
            Shipment(order_id="990099", order_number="#A-77", carrier="USPS", tracking_number="T2"),
            (),
        )
        await failure(
            connector.ship(
                Shipment(order_number=order.id, carrier="USPS", tracking_number="T3"), ()
            ),
            OrderNotFoundError,
        )
    assert order.status is OrderStatus.SHIPPED
    assert other.status is OrderStatus.SHIPPED


@pytest.mark.parametrize("is_id_of_one", [True, False])
async def test_two_orders_of_one_number_are_not_guessed_between(
    shop: FakeWooCommerceShop,
    is_id_of_one: bool,  # noqa: FBT001 - a table's column
) -> None:
    first, second = shop.book.add(modified_at=at(1)), shop.book.add(modified_at=at(1))
    first.number = second.number = first.id if is_id_of_one else "A-77"
    told = Shipment(order_number=first.number, carrier="USPS", tracking_number="T1")
    async with open_woocommerce(shop, QUICK) as connector:
        said = str(await failure(connector.ship(told, ()), SharedNumberError))
    assert f"(ids: {first.id}, {second.id})" in said
    assert {first.status, second.status} == {OrderStatus.PAID}


async def test_the_merchant_s_own_statuses_are_used(shop: FakeWooCommerceShop) -> None:
    shop.traits.extra_statuses = ("partial-shipped", "sent-out")
    order = shop.book.add(modified_at=at(1), lines=(("A", 2),))
    async with open_woocommerce(
        shop, QUICK, partial_status="wc-partial-shipped", shipped_status="sent-out"
    ) as connector:
        first = notice(order, "T1", 1)
        await connector.ship(first, ())
        assert order.word == "partial-shipped"
        await connector.ship(notice(order, "T2", 1), (first,))
    assert order.word == "sent-out"


async def test_without_a_status_the_order_stays_where_it_is(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK, shipped_status="") as connector:
        outcome = await connector.ship(notice(order), ())
    assert outcome.completed
    assert order.status is OrderStatus.PAID
    assert shop.desk.mails == []
