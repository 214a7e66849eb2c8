"""A shipment's tracking goes to the right place, says what it should, and mails the buyer only when
told to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from connectors.errors import ConnectorError
from connectors.orders import OrderStatus
from connectors.testing.faults import DropAnswer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at
from tests.connectors.woocommerce.harness import notes_of_ours, notice, open_woocommerce
from tests.connectors.woocommerce.shipping.tracking import PLACES, furnish, list_writes

NOTE = "a private order note"


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


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
async def test_tracking_is_written_before_the_status_and_line_items_never(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order), ())
    assert outcome.completed
    assert not outcome.already
    paths = [seen.path for seen in list_writes(shop)]
    assert len(paths) == 2
    assert paths[-1].endswith(f"/orders/{order.id}")
    assert list_writes(shop)[-1].body == b'{"status":"completed"}'
    assert shop.desk.recalculated == []


@pytest.mark.parametrize(
    ("place", "path", "named", "unnumbered"),
    [
        (
            "fulfillments",
            "/wc/v3/orders/1001/fulfillments",
            "a WooCommerce fulfillment",
            "a WooCommerce fulfillment",
        ),
        (
            "ast",
            "/wc-shipment-tracking/v3/orders/1001/shipment-trackings",
            "an entry of Advanced Shipment Tracking",
            NOTE,
        ),
        (
            "shipment_tracking",
            "/wc-shipment-tracking/v3/orders/1001/shipment-trackings",
            "an entry of Shipment Tracking",
            NOTE,
        ),
        ("", "/wc/v3/orders/1001/notes", NOTE, NOTE),
    ],
)
async def test_the_place_for_tracking_is_found_and_named(
    shop: FakeWooCommerceShop, place: str, path: str, named: str, unnumbered: str
) -> None:
    furnish(shop, place)
    order, other = shop.book.add(modified_at=at(1)), shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order), ())
        assert outcome.detail.startswith(f"kept as {named};")
        assert list_writes(shop)[0].path == f"/wp-json{path}"
        again = await connector.ship(notice(order), ())
        assert again.detail.startswith("the shop knows of this shipment already")
        outcome = await connector.ship(notice(other, ""), ())
        assert outcome.detail.startswith(f"kept as {unnumbered};")


async def test_an_entry_of_a_plugin_and_a_note_that_mails_the_buyer_are_both_named(
    shop: FakeWooCommerceShop,
) -> None:
    furnish(shop, "ast")
    order = shop.book.add(modified_at=at(1))
    async with open_woocommerce(shop, QUICK) as connector:
        outcome = await connector.ship(notice(order, notify_customer=True), ())
    assert "Advanced Shipment Tracking and an order note to the buyer" in outcome.detail


async def test_the_settings_choose_the_place_where_there_are_several(
    shop: FakeWooCommerceShop,
) -> None:
    shop.traits.fulfillments, shop.traits.plugin = True, "ast"
    for chosen, kind in (
        ("note", "/notes"),
        ("ast", "/shipment-trackings"),
        ("fulfillments", "/fulfillments"),
        ("auto", "/fulfillments"),
    ):
        order = shop.book.add(modified_at=at(1))
        shop.requests.clear()
        async with open_woocommerce(shop, QUICK, tracking=chosen) as connector:
            await connector.ship(notice(order), ())
        assert list_writes(shop)[0].path.endswith(kind), chosen


async def test_a_carrier_that_the_plugin_knows_is_named_and_another_gets_a_link_of_its_own(
    shop: FakeWooCommerceShop,
) -> None:
    furnish(shop, "ast")
    order = shop.book.add(modified_at=at(1), lines=(("A", 2),))
    async with open_woocommerce(shop, QUICK) as connector:
        known, unknown = (
            notice(order, "T1", 1),
            notice(order, "T2", 1, carrier="RoyalMail", service=""),
        )
        await connector.ship(known, ())
        await connector.ship(unknown, (known,))
    first, second = shop.desk.trackings[order.id]
    assert (
        first["tracking_provider"],
        first["custom_tracking_provider"],
        first["date_shipped"],
    ) == ("USPS", "", "2026-03-02")
    assert (second["tracking_provider"], second["custom_tracking_provider"]) == ("", "Royal Mail")
    assert second["tracking_link"].endswith("T2")


async def test_a_note_says_what_was_shipped_how_and_when(shop: FakeWooCommerceShop) -> None:
    order = shop.book.add(modified_at=at(1), lines=(("A", 2), ("B <1>", 1)))
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(
            notice(order, "T1", 1, 1, notify_customer=True, notes_to_customer="Enjoy!"), ()
        )
    (note,) = notes_of_ours(shop, order.id)
    assert note.splitlines() == [
        (
            "1 x Thing A (A), 1 x Thing B &lt;1&gt; (B &lt;1&gt;) shipped with USPS Priority Mail"
            " on 2026-03-02."
        ),
        "Tracking number: T1",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=T1",
        "Enjoy!",
    ]


async def test_a_tracking_number_that_a_person_noted_is_not_noted_again(
    shop: FakeWooCommerceShop,
) -> None:
    order = shop.book.add(modified_at=at(1))
    shop.desk.notes[order.id] = [
        {"id": 1, "author": "Olga", "note": "Sent with USPS 9400111899.", "customer_note": False}
    ]
    async with open_woocommerce(shop, QUICK) as connector:
        await connector.ship(notice(order, "9400111899"), ())
        other = shop.book.add(modified_at=at(1))
        shop.desk.notes[other.id] = [
            {"id": 2, "author": "Olga", "note": "Not 94001118991.", "customer_note": False}
        ]
        await connector.ship(notice(other, "9400111899"), ())
    assert notes_of_ours(shop, order.id) == []
    assert order.status is OrderStatus.SHIPPED
    assert len(notes_of_ours(shop, other.id)) == 1


@pytest.mark.parametrize("place", PLACES)
async def test_every_lost_answer_leaves_one_entry_one_mail_and_one_completion(
    shop: FakeWooCommerceShop, place: str
) -> None:
    furnish(shop, place)
    for lost in range(1, 4):
        order = shop.book.add(modified_at=at(1))
        shipment = notice(order, f"T{lost}", notify_customer=True)
        shop.desk.mails.clear()
        for _ in range(4):
            seen = len(list_writes(shop))
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
