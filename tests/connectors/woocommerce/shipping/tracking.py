"""The places for tracking that a shop may have, and what was written to it."""

from __future__ import annotations

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop

PLACES = ("fulfillments", "ast", "shipment_tracking", "")


def furnish(shop: FakeWooCommerceShop, place: str) -> None:
    """Give the shop one place for tracking."""
    shop.traits.fulfillments = place == "fulfillments"
    shop.traits.plugin = place if place in {"ast", "shipment_tracking"} else ""


def list_writes(shop: FakeWooCommerceShop) -> list[SeenRequest]:
    return [seen for seen in shop.requests if seen.method != "GET"]
