"""The recorded shop: its answers as they came, and a fake shop that gives them again."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from connectors.testing.shops.woocommerce import Access, FakeWooCommerceShop, Traits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.products import Goods, Units, read_goods
from connectors.woocommerce.mapping.rules import Discounts, Rules, VendorOrders, VirtualItems

_FOLDER = Path(__file__).parents[2] / "fixtures" / "woocommerce"
# As a store reads orders whose settings say nothing.
RULES = Rules(
    discounts=Discounts.LINE,
    virtual_items=VirtualItems.LEAVE_OUT,
    vendor_orders=VendorOrders.PARENTS,
    pickup_methods=(),
    local_delivery_methods=(),
)
POUNDS = Units(weight="lbs", length="in")
PAGES = (1, 2, 3)
VARIABLE_PRODUCTS = (45, 51, 54)


@cache
def recorded_bytes(name: str) -> bytes:
    """A file as it was received."""
    return gzip.decompress((_FOLDER / f"{name}.gz").read_bytes())


def recorded(name: str) -> Any:
    """A recorded JSON answer."""
    return msgspec.json.decode(recorded_bytes(f"{name}.json"))


def recorded_orders() -> list[dict[str, Any]]:
    """The 300 orders of the three pages."""
    return [order for page in PAGES for order in recorded(f"orders-p{page}")]


def recorded_shop() -> FakeWooCommerceShop:
    """The test shop again: pounds, inches, New York, everything over https."""
    traits = Traits(weight_unit="lbs", dimension_unit="in", zone="America/New_York")
    shop = FakeWooCommerceShop(traits=traits, access=Access(https=True))
    shop.load(recorded_orders())
    shop.catalog.add([*recorded("products"), *recorded("products-trash")])
    for parent in VARIABLE_PRODUCTS:
        shop.catalog.add_variations(parent, recorded(f"variations-{parent}"))
    for refund in recorded("refunds"):
        shop.refunds.setdefault(str(refund["parent_id"]), []).append(refund)
    shop.desk.notes.update(recorded("notes"))
    return shop


def recorded_surroundings() -> Related:
    """What the recorded shop would have been asked."""
    goods: dict[tuple[int, int], Goods] = {}
    for name in ("products", "products-trash"):
        for product in msgspec.json.decode(recorded_bytes(f"{name}.json"), type=list[wire.Product]):
            goods[int(str(product.id)), 0] = read_goods(product, POUNDS)
    for parent in VARIABLE_PRODUCTS:
        for variation in msgspec.json.decode(
            recorded_bytes(f"variations-{parent}.json"), type=list[wire.Product]
        ):
            goods[parent, int(str(variation.id))] = read_goods(variation, POUNDS, goods[parent, 0])
    refunds: dict[int, list[wire.Refund]] = {}
    for found in msgspec.json.decode(recorded_bytes("refunds.json"), type=list[wire.Refund]):
        refunds.setdefault(int(str(found.parent_id)), []).append(found)
    return Related(goods=goods, refunds=refunds)
