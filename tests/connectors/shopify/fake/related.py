"""What the fake Shopify shows of products and customers, which orders only name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.connectors.shopify.fake.nodes import gid
from tests.connectors.shopify.fake.query_language import Connection

if TYPE_CHECKING:
    from tests.connectors.shopify.fake.shop import FakeShopify


def show_variant(shop: FakeShopify, number: int) -> dict[str, Any] | None:
    """A variant, from `shop.variants` where the test gave facts."""
    shop.demand("read_products")
    facts: dict[str, Any] = shop.variants.get(number, {})
    if facts.get("deleted"):
        return None
    weight = facts.get("weight")
    return {
        "__typename": "ProductVariant",
        "id": gid("ProductVariant", number),
        "title": facts.get("title"),
        "metafields": Connection(facts.get("metafields", [])),
        "barcode": facts.get("barcode"),
        "media": Connection(
            [{"preview": {"image": {"url": url}}} for url in facts.get("images", ())]
        ),
        "product": {
            "vendor": facts.get("vendor"),
            "productType": facts.get("product_type"),
            "metafields": Connection(facts.get("product_metafields", [])),
            "featuredMedia": {
                "preview": {
                    "image": {
                        "url": facts.get("product_image", f"https://cdn.example/{number}.jpg")
                    }
                }
            },
        },
        "inventoryItem": {
            "harmonizedSystemCode": facts.get("hs_code"),
            "countryCodeOfOrigin": facts.get("origin"),
            "measurement": {
                "weight": {"unit": weight[1], "value": weight[0]}
                if weight
                else {"unit": "KILOGRAMS", "value": 0.25}
            },
        },
    }


def show_customer(shop: FakeShopify, number: int) -> dict[str, Any] | None:
    """A customer, with the facts of `shop.customers`."""
    shop.demand("read_customers")
    facts = shop.customers.get(number)
    if facts is None:
        return None
    return {
        "__typename": "Customer",
        "id": gid("Customer", number),
        "note": facts.get("note"),
        "numberOfOrders": facts.get("orders"),
        "metafields": Connection(facts.get("metafields", [])),
    }
