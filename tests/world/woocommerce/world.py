"""The world of WooCommerce shops."""

from __future__ import annotations

from typing import Any

from connectors.testing.shops.woocommerce import FakeWooCommerceShop, Traits
from connectors.woocommerce import connector_type
from tests.world.catalog import Catalog
from tests.world.example import Example, World
from tests.world.list_quirks import COUNTS, LISTS
from tests.world.order_quirks import BREAKING, BYTES, ORDERS
from tests.world.woocommerce import list_quirks, part_quirks
from tests.world.woocommerce.anatomy import WooCommerceAnatomy

BY_KEY, BY_INDEX = "key", "index"


def _make_shop(example: Example) -> FakeWooCommerceShop:
    shop = FakeWooCommerceShop(traits=Traits(refuses_modified_order=example.way == BY_INDEX))
    # A signature would cover the parameters that a shop ignores.
    shop.access.https = True
    return shop


def _build_block(shop: FakeWooCommerceShop, example: Example) -> dict[str, Any]:
    return {
        "type": "woocommerce",
        "url": shop.url,
        "auth": "basic",
        "consumer_key": shop.access.key,
        "consumer_secret": shop.access.secret,
        "page_size": example.size,
        "internal_notes": "notes" in example.options,
    }


def _mend(shop: FakeWooCommerceShop) -> None:
    shop.traits = Traits()


WOOCOMMERCE = World(
    name="woocommerce",
    kind=connector_type,
    ways=(BY_KEY, BY_INDEX),
    anatomy=WooCommerceAnatomy(),
    catalog=Catalog(LISTS, COUNTS, ORDERS, BREAKING, BYTES, list_quirks.QUIRKS, part_quirks.QUIRKS),
    make_shop=_make_shop,
    build_block=_build_block,
    mend=_mend,
    options=("notes",),
)
