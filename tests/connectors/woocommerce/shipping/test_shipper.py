"""A shipment moves its order on only when it should: when all that needs shipping is sent, and
never out of a closed state.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.errors import AuthenticationError, ConflictError
from connectors.orders import OrderStatus
from connectors.shipments import ShippedItem
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure
from tests.connectors.woocommerce.harness import notice, open_woocommerce
from tests.connectors.woocommerce.shipping.tracking import PLACES, furnish, list_writes


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", ["cancelled", "refunded", "trash"])
async def test_a_closed_order_takes_no_shipment_and_stays_closed(
    shop: FakeWooCommerceShop, place: str, word: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1), status=OrderStatus.CANCELLED)
    order.word, order.trashed = ("", True) if word == "trash" else (word, False)
    async with open_woocommerce(shop, QUICK) as connector:
        error = await failure(connector.ship(notice(order), ()), ConflictError)
    assert f"is {word} in the shop" in str(error)
    assert list_writes(shop) == []


@pytest.mark.parametrize("place", PLACES)
async def test_an_order_refunded_after_its_shipment_was_told_is_no_conflict(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
        order.word, order.status = "refunded", OrderStatus.CANCELLED
        shop.requests.clear()
        assert (await connector.ship(notice(order), ())).already
    assert list_writes(shop) == []


@pytest.mark.parametrize("place", PLACES)
async def test_an_order_cancelled_while_its_tracking_is_written_is_not_completed(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))

    def cancel(seen: SeenRequest) -> None:
        if seen.method == "POST":
            shop.book.set_status(order.id, OrderStatus.CANCELLED)

    shop.on_request.append(cancel)
    async with open_woocommerce(shop, QUICK) as connector:
        await failure(connector.ship(notice(order), ()), ConflictError)
    assert order.status is OrderStatus.CANCELLED


async def test_an_order_that_is_completed_already_is_not_written_again(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1), status=OrderStatus.SHIPPED)
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
    assert [seen.path.rpartition("/")[2] for seen in list_writes(shop)] == ["notes"]
    assert order.modified_at == at(1)


async def test_refunded_and_virtual_pieces_need_no_shipping(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 3), ("DOWNLOAD", 1)))
    order.lines[0].refunded = 1
    order.lines[1].shippable = False
    async with open_woocommerce(shop, QUICK) as connector:
        first = notice(order, "T1", 1)
        assert not (await connector.ship(first, ())).completed
        assert (await connector.ship(notice(order, "T2", 1), (first,))).completed
    assert order.status is OrderStatus.SHIPPED


async def test_items_are_known_by_line_then_by_sku_over_all_lines_of_that_sku(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 1), ("A", 2)))
    async with open_woocommerce(shop, QUICK) as connector:
        by_sku = notice(order, "T1", items=(ShippedItem(sku="A", quantity=2),))
        assert not (await connector.ship(by_sku, ())).completed
        assert (
            await connector.ship(
                notice(order, "T2", items=(ShippedItem(line_id="nowhere", sku="A", quantity=1),)),
                (by_sku,),
            )
        ).completed


async def test_more_pieces_than_were_ordered_complete_the_order_once(
    shop: FakeWooCommerceShop,
) -> None:
    furnish(shop, "fulfillments")
    order = shop.book.add(modified_at=at(1), lines=(("A", 2),))
    async with open_woocommerce(shop, QUICK) as connector:
        assert (await connector.ship(notice(order, "T1", 7), ())).completed
    assert [parcel.quantities for parcel in order.parcels] == [{order.lines[0].id: 2}]


async def test_what_the_shop_itself_has_sent_counts(shop: FakeWooCommerceShop) -> None:
    furnish(shop, "fulfillments")
    order = shop.book.add(modified_at=at(1), lines=(("A", 3),))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order, "SENT-BY-HAND", 2), ())
        assert (await connector.ship(notice(order, "T2", 1), ())).completed


async def test_a_key_that_may_only_read_says_so(shop: FakeWooCommerceShop) -> None:
    shop.access.may_write = False
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        error = await failure(connector.ship(notice(order), ()), AuthenticationError)
        report = await connector.check()
    assert "write permissions" in str(error)
    assert any("may not write" in finding.what for finding in report.findings)
    assert not report.healthy
