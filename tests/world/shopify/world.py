"""The world of Shopify shops."""

from __future__ import annotations

from typing import Any

from connectors.shopify import connector_type
from tests.connectors.shopify.fake.shop import ALL_SCOPES, FakeShopify
from tests.world.catalog import Catalog
from tests.world.example import Example, World
from tests.world.list_quirks import COUNTS, LISTS
from tests.world.order_quirks import BREAKING, BYTES, ORDERS
from tests.world.shopify import list_quirks, part_quirks
from tests.world.shopify.anatomy import ShopifyAnatomy
from tests.world.shopify.list_quirks import AT_HAND, GRAPHQL, REST

_HOLDS, _ROUTES = "holds", "routes"


def _make_shop(_example: Example) -> FakeShopify:
    return FakeShopify()


def _build_block(shop: FakeShopify, example: Example) -> dict[str, Any]:
    return {
        "type": "shopify",
        "shop": "north",
        "origin": shop.url,
        "access_token": shop.token,
        "transport": example.way,
        "page_size": example.size,
        "holds": _HOLDS in example.options,
        "delivery_methods": _ROUTES in example.options,
    }


def _find_lacks(example: Example) -> frozenset[str]:
    """The count comes beside the holds."""
    return frozenset() if _HOLDS in example.options else frozenset({AT_HAND})


def _mend(shop: FakeShopify) -> None:
    shop.scopes = ALL_SCOPES
    shop.shuffles = False


# A count is an answer of its own here, with no rows beside it.
_APART = COUNTS.leave_out("count is of the page", "count is right at a page s edge only")
# Ids and times are listed apart from all that is in an order, and go well.
_BREAKING = BREAKING.leave_out(
    "an order breaks every list", "the older half of the orders breaks every list"
)

SHOPIFY = World(
    name="shopify",
    kind=connector_type,
    ways=(REST, GRAPHQL),
    anatomy=ShopifyAnatomy(),
    catalog=Catalog(
        LISTS, _APART, ORDERS, _BREAKING, BYTES, list_quirks.QUIRKS, part_quirks.QUIRKS
    ),
    make_shop=_make_shop,
    build_block=_build_block,
    mend=_mend,
    options=(_HOLDS, _ROUTES),
    find_lacks=_find_lacks,
)
