"""How the contract plays WooCommerce, in each of the places where tracking may go."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any

from connectors.interface import Connector, ConnectorContext
from connectors.shipments import Shipment, ShippedItem, ShippingRules
from connectors.testing.book import BookOrder
from connectors.testing.harness import ShopHarness, Told
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import at
from connectors.upstream.policy import UpstreamPolicy
from connectors.woocommerce import connector_type
from connectors.woocommerce.settings import WooCommerceSettings

# Small enough for a walk of many pages.
SMALL_PAGE = 10
_NUMBER = re.compile(r"Tracking number: ([^\n<]+)")


def settings_for(shop: FakeWooCommerceShop, **settings: Any) -> WooCommerceSettings:
    """Settings that fit the shop."""
    given = {
        "url": shop.url,
        "consumer_key": shop.access.key,
        "consumer_secret": shop.access.secret,
        **settings,
    }
    return WooCommerceSettings.model_validate({"type": "woocommerce", **given})


def open_woocommerce(
    shop: FakeWooCommerceShop,
    policy: UpstreamPolicy,
    shipping: ShippingRules = ShippingRules(),  # noqa: B008 - it is frozen
    **settings: Any,
) -> AbstractAsyncContextManager[Connector]:
    """The connector for the shop."""
    return connector_type.open(
        settings_for(shop, **settings),
        ConnectorContext(store="test", upstream=policy, shipping=shipping),
    )


def place(shop: FakeWooCommerceShop, count: int, *, every: float = 0.1) -> list[str]:
    """Orders changed one after the other, so many minutes apart; gives their ids."""
    return [shop.book.add(modified_at=at(number * every)).id for number in range(count)]


def lists(shop: FakeWooCommerceShop) -> list[SeenRequest]:
    """The requests for pages of orders outside the trash, but for the one row with which a process
    learns once whether the shop counts.
    """
    return [
        seen
        for seen in shop.requests
        if seen.path.endswith("/orders")
        and seen.query.get("status") == "any"
        and seen.query.get("per_page") != "1"
    ]


class WooCommerceHarness(ShopHarness):
    """With WooCommerce's own fulfillments, the one place that counts pieces."""

    shop: FakeWooCommerceShop

    def __init__(self, shop: FakeWooCommerceShop) -> None:
        super().__init__(shop)
        shop.traits.fulfillments = True

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        return open_woocommerce(self.shop, policy, page_size=self.page_size)

    def list_received(self, order_id: str) -> list[Told]:
        notes: list[Told] = [
            (found[1], {})
            for note in reversed(notes_of_ours(self.shop, order_id))
            if "A further parcel" in note and (found := _NUMBER.search(note))
        ]
        return [*super().list_received(order_id), *notes]


class PluginHarness(WooCommerceHarness):
    """With Advanced Shipment Tracking: no pieces, and no entry without a number, so that a note
    stands in.
    """

    takes_quantities = False

    def __init__(self, shop: FakeWooCommerceShop) -> None:
        super().__init__(shop)
        shop.traits.fulfillments = False
        shop.traits.plugin = "ast"

    def list_received(self, order_id: str) -> list[Told]:
        untracked: list[Told] = [
            ("", {}) for note in notes_of_ours(self.shop, order_id) if not _NUMBER.search(note)
        ]
        return [*ShopHarness.list_received(self, order_id), *untracked]


class NoteHarness(WooCommerceHarness):
    """With nothing but order notes."""

    takes_quantities = False

    def __init__(self, shop: FakeWooCommerceShop) -> None:
        super().__init__(shop)
        shop.traits.fulfillments = False

    def list_received(self, order_id: str) -> list[Told]:
        notes = reversed(notes_of_ours(self.shop, order_id))
        return [(found[1] if (found := _NUMBER.search(note)) else "", {}) for note in notes]


def notes_of_ours(shop: FakeWooCommerceShop, order_id: str) -> list[str]:
    """The notes of an order that tell of a shipment and that the shop did not write itself, newest
    first.
    """
    return [
        note["note"]
        for note in shop.desk.notes.get(order_id, [])
        if " shipped" in note["note"] and "was shipped with" not in note["note"]
    ]


def notice(order: BookOrder, tracking: str = "9400110", *pieces: int, **changes: Any) -> Shipment:
    """A notice of so many pieces of each line, all that is left without any."""
    items = tuple(
        ShippedItem(line_id=line.id, sku=line.sku, name=line.name, quantity=count)
        for line, count in zip(order.lines, pieces, strict=False)
        if count
    )
    facts = {
        "carrier": "USPS",
        "service": "USPS Priority Mail",
        "shipped_on": date(2026, 3, 2),
        "items": items,
        **changes,
    }
    return Shipment(order_id=order.id, order_number=order.number, tracking_number=tracking, **facts)
