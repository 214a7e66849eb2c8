"""The tracking number of a voided label is taken out of a WooCommerce shop, once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from connectors.errors import ConflictError, TemporaryError
from connectors.interface import CanWithdraw, Connector
from connectors.testing.faults import Answer, DropAnswer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure
from tests.connectors.woocommerce.harness import notice, open_woocommerce
from tests.connectors.woocommerce.shipping.tracking import PLACES, furnish, list_writes


def require(connector: Connector) -> CanWithdraw:
    assert isinstance(connector, CanWithdraw)
    return connector


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


def list_shown(shop: FakeWooCommerceShop, order_id: str) -> list[str]:
    """The tracking numbers of the entries that stand."""
    entries = [each["tracking_number"] for each in shop.desk.trackings.get(order_id, [])]
    return entries + [
        meta["value"]
        for made in shop.desk.fulfillments.get(order_id, [])
        if made["date_deleted"] is None
        for meta in made["meta_data"]
        if meta["key"] == "_tracking_number"
    ]


@pytest.mark.parametrize("place", PLACES)
async def test_the_number_is_taken_out_once_and_a_note_says_so(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    told = notice(order)
    other = msgspec.structs.replace(told, tracking_number="9400-OTHER", items=())
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(told, ())
        before = list_shown(shop, order.id)
        assert bool(before) is bool(place)
        if place in {"ast", "shipment_tracking"}:
            await connector.ship(other, [told])
        assert not (await require(connector).withdraw(told)).already
        assert told.tracking_number not in list_shown(shop, order.id)
        if place in {"ast", "shipment_tracking"}:
            assert list_shown(shop, order.id) == ["9400-OTHER"]
        writes = len(list_writes(shop))
        assert (await require(connector).withdraw(told)).already
        assert len(list_writes(shop)) == writes
    voided = [note for note in shop.desk.notes[order.id] if "was voided" in note["note"]]
    assert [note["customer_note"] for note in voided] == [False]
    assert told.tracking_number in voided[0]["note"]


async def test_an_answer_that_was_lost_takes_nothing_out_twice(shop: FakeWooCommerceShop) -> None:
    furnish(shop, "ast")
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
        shop.faults.add(DropAnswer(), method="POST", path="/shipment-trackings/")
        await failure(require(connector).withdraw(notice(order)), TemporaryError)
        await require(connector).withdraw(notice(order))
    assert list_shown(shop, order.id) == []


async def test_what_the_shop_does_not_delete_is_not_believed(shop: FakeWooCommerceShop) -> None:
    furnish(shop, "ast")
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
        shop.faults.add(Answer(200, "{}"), method="POST", path="/shipment-trackings/")
        assert "still shows it" in str(
            await failure(require(connector).withdraw(notice(order)), TemporaryError)
        )
        bare = msgspec.structs.replace(notice(order), tracking_number="")
        await failure(require(connector).withdraw(bare), ConflictError)
