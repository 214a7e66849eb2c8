"""A shipment reaches the shop once, in the right place, and the order moves on only when it should."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.errors import AuthenticationError, ConflictError, ConnectorError
from connectors.orders import OrderStatus
from connectors.shipments import ShippedItem
from connectors.testing.faults import DropAnswer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, failure
from tests.connectors.woocommerce.harness import notes_of_ours, notice, open_woocommerce

PLACES = ("fulfillments", "ast", "shipment_tracking", "")


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


def furnish(shop: FakeWooCommerceShop, place: str) -> None:
    """Give the shop one place for tracking."""
    shop.traits.fulfillments = place == "fulfillments"
    shop.traits.plugin = place if place in {"ast", "shipment_tracking"} else ""


def writes(shop: FakeWooCommerceShop) -> list[SeenRequest]:
    return [seen for seen in shop.requests if seen.method != "GET"]


def mails(shop: FakeWooCommerceShop) -> list[str]:
    return [kind for _, kind in shop.desk.mails]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("told", [True, False])
async def test_the_buyer_is_mailed_about_the_shipment_only_if_the_notice_says_so(
    shop: FakeWooCommerceShop, place: str, *, told: bool
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        for _ in range(3):
            await connector.ship(notice(order, notify_customer=told), ())
    # The mail about the completed order is the shop's own and goes out with the status.
    own = ["Fulfillment created" if place == "fulfillments" else "Customer note"] if told else []
    assert mails(shop) == [*own, "Completed order"]


@pytest.mark.parametrize("place", PLACES)
async def test_tracking_is_written_before_the_status_and_line_items_never(shop: FakeWooCommerceShop, place: str) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order), ())
    assert outcome.completed
    assert not outcome.already
    paths = [seen.path for seen in writes(shop)]
    assert len(paths) == 2
    assert paths[-1].endswith(f"/orders/{order.id}")
    assert writes(shop)[-1].body == b'{"status":"completed"}'
    assert shop.desk.recalculated == []


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("fulfillments", "/wc/v3/orders/1001/fulfillments"),
        ("ast", "/wc-shipment-tracking/v3/orders/1001/shipment-trackings"),
        ("shipment_tracking", "/wc-shipment-tracking/v3/orders/1001/shipment-trackings"),
        ("", "/wc/v3/orders/1001/notes"),
    ],
)
async def test_the_place_for_tracking_is_found(shop: FakeWooCommerceShop, place: str, path: str) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
    assert writes(shop)[0].path == f"/wp-json{path}"


async def test_the_settings_choose_the_place_where_there_are_several(shop: FakeWooCommerceShop) -> None:
    shop.traits.fulfillments, shop.traits.plugin = True, "ast"
    for chosen, kind in (("note", "/notes"), ("ast", "/shipment-trackings"), ("fulfillments", "/fulfillments"), ("auto", "/fulfillments")):
        order = shop.book.add(modified_at=at(1))
        shop.requests.clear()
        async with open_woocommerce(shop, QUICK, tracking=chosen) as connector:
            await connector.ship(notice(order), ())
        assert writes(shop)[0].path.endswith(kind), chosen


async def test_a_carrier_that_the_plugin_knows_is_named_and_another_gets_a_link_of_its_own(shop: FakeWooCommerceShop) -> None:
    furnish(shop, "ast")
    order = shop.book.add(modified_at=at(1), lines=(("A", 2),))
    async with open_woocommerce(shop, QUICK) as connector:
        known, unknown = notice(order, "T1", 1), notice(order, "T2", 1, carrier="RoyalMail", service="")
        await connector.ship(known, ())
        await connector.ship(unknown, (known,))
    first, second = shop.desk.trackings[order.id]
    assert (first["tracking_provider"], first["custom_tracking_provider"], first["date_shipped"]) == ("USPS", "", "2026-03-02")
    assert (second["tracking_provider"], second["custom_tracking_provider"]) == ("", "Royal Mail")
    assert second["tracking_link"].endswith("T2")


async def test_a_note_says_what_was_shipped_how_and_when(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 2), ("B <1>", 1)))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order, "T1", 1, 1, notify_customer=True, notes_to_customer="Enjoy!"), ())
    (note,) = notes_of_ours(shop, order.id)
    assert note.splitlines() == [
        "1 x Thing A (A), 1 x Thing B &lt;1&gt; (B &lt;1&gt;) shipped with USPS Priority Mail on 2026-03-02.",
        "Tracking number: T1",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=T1",
        "Enjoy!",
    ]


async def test_a_tracking_number_that_a_person_noted_is_not_noted_again(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.desk.notes[order.id] = [{"id": 1, "author": "Olga", "note": "Sent with USPS 9400111899.", "customer_note": False}]
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order, "9400111899"), ())
        other = shop.book.add(modified_at=at(1))
        shop.desk.notes[other.id] = [{"id": 2, "author": "Olga", "note": "Not 94001118991.", "customer_note": False}]
        await connector.ship(notice(other, "9400111899"), ())
    assert notes_of_ours(shop, order.id) == []
    assert order.status is OrderStatus.SHIPPED
    assert len(notes_of_ours(shop, other.id)) == 1


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("word", ["cancelled", "refunded", "trash"])
async def test_a_closed_order_takes_no_shipment_and_stays_closed(shop: FakeWooCommerceShop, place: str, word: str) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1), status=OrderStatus.CANCELLED)
    order.word, order.trashed = ("", True) if word == "trash" else (word, False)
    async with open_woocommerce(shop, QUICK) as connector:
        error = await failure(connector.ship(notice(order), ()), ConflictError)
    assert f"is {word} in the shop" in str(error)
    assert writes(shop) == []


@pytest.mark.parametrize("place", PLACES)
async def test_an_order_refunded_after_its_shipment_was_told_is_no_conflict(shop: FakeWooCommerceShop, place: str) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
        order.word, order.status = "refunded", OrderStatus.CANCELLED
        shop.requests.clear()
        assert (await connector.ship(notice(order), ())).already
    assert writes(shop) == []


@pytest.mark.parametrize("place", PLACES)
async def test_an_order_cancelled_while_its_tracking_is_written_is_not_completed(shop: FakeWooCommerceShop, place: str) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))

    def cancel(seen: SeenRequest) -> None:
        if seen.method == "POST":
            shop.book.set_status(order.id, OrderStatus.CANCELLED)

    shop.on_request.append(cancel)
    async with open_woocommerce(shop, QUICK) as connector:
        await failure(connector.ship(notice(order), ()), ConflictError)
    assert order.status is OrderStatus.CANCELLED


async def test_an_order_that_is_completed_already_is_not_written_again(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), status=OrderStatus.SHIPPED)
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order), ())
    assert [seen.path.rpartition("/")[2] for seen in writes(shop)] == ["notes"]
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


async def test_items_are_known_by_line_then_by_sku_over_all_lines_of_that_sku(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 1), ("A", 2)))
    async with open_woocommerce(shop, QUICK) as connector:
        by_sku = notice(order, "T1", items=(ShippedItem(sku="A", quantity=2),))
        assert not (await connector.ship(by_sku, ())).completed
        assert (
            await connector.ship(notice(order, "T2", items=(ShippedItem(line_id="nowhere", sku="A", quantity=1),)), (by_sku,))
        ).completed


async def test_items_of_no_line_are_told_but_complete_nothing(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order, "T1", items=(ShippedItem(line_id="5", sku="ELSE", name="Something", quantity=1),)), ())
    assert not outcome.completed
    assert "1 of its items" in outcome.detail
    assert len(notes_of_ours(shop, order.id)) == 1


async def test_more_pieces_than_were_ordered_complete_the_order_once(shop: FakeWooCommerceShop) -> None:
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


@pytest.mark.parametrize("place", PLACES)
async def test_every_lost_answer_leaves_one_entry_one_mail_and_one_completion(shop: FakeWooCommerceShop, place: str) -> None:
    furnish(shop, place)
    for lost in range(1, 4):
        order = shop.book.add(modified_at=at(1))
        shipment = notice(order, f"T{lost}", notify_customer=True)
        shop.desk.mails.clear()
        for _ in range(4):
            seen = len(writes(shop))
            if lost > seen:
                shop.faults.add(DropAnswer(), method="POST")
            async with open_woocommerce(shop, QUICK) as connector:
                try:
                    await connector.ship(shipment, ())
                except ConnectorError:
                    continue
        shop.faults.clear()
        entries = len(order.parcels) or len(notes_of_ours(shop, order.id))
        assert entries == 1
        assert sorted(mails(shop)) == sorted({*mails(shop)})
        assert mails(shop).count("Completed order") == 1


async def test_a_key_that_may_only_read_says_so(shop: FakeWooCommerceShop) -> None:
    shop.access.may_write = False
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        error = await failure(connector.ship(notice(order), ()), AuthenticationError)
        report = await connector.check()
    assert "write permissions" in str(error)
    assert any("may not write" in finding.what for finding in report.findings)
    assert not report.healthy
