"""Which WooCommerce orders are collected, delivered by the merchant, or held twice by a
marketplace plugin.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.orders import Fulfillment
from connectors.woocommerce.mapping.rules import VendorOrders
from tests.connectors.woocommerce.mapping.handwritten import good, order
from tests.connectors.woocommerce.recordings import RULES


def find_ways(*methods: str, **rules: Any) -> set[Fulfillment]:
    json = order(shipping_lines=[{"id": 1, "method_id": method} for method in methods])
    found = good(json, rules=msgspec.structs.replace(RULES, **rules))
    return {item.fulfillment for item in found.items}


@pytest.mark.parametrize(
    ("methods", "way"),
    [
        ((), Fulfillment.PARCEL),
        (("flat_rate",), Fulfillment.PARCEL),
        (("local_pickup",), Fulfillment.PICKUP),
        (("local_pickup:7",), Fulfillment.PICKUP),
        (("pickup_location",), Fulfillment.PICKUP),
        (("local_pickup_plus", "pickup_location"), Fulfillment.PICKUP),
        (("wc_pickup_store",), Fulfillment.PICKUP),
        (("click-and-collect:2",), Fulfillment.PICKUP),
        (("acme_local_pickup",), Fulfillment.PICKUP),
        (("local_delivery",), Fulfillment.LOCAL_DELIVERY),
        (("local_pickup", "flat_rate"), Fulfillment.PARCEL),
        (("inpost_pickup_point",), Fulfillment.PARCEL),
        (("acme_pickup_location",), Fulfillment.PARCEL),
    ],
)
def test_the_shipping_methods_id_says_who_carries_the_order(
    methods: tuple[str, ...], way: Fulfillment
) -> None:
    assert find_ways(*methods) == {way}


def test_the_merchant_may_name_further_methods() -> None:
    assert find_ways("my_counter", pickup_methods=("my_counter",)) == {Fulfillment.PICKUP}
    assert find_ways("our_van", local_delivery_methods=("our_van",)) == {Fulfillment.LOCAL_DELIVERY}


SUB_ORDER = {"parent_id": 7, "created_via": "dokan"}
PARENT = {"meta_data": [{"key": "has_sub_order", "value": "1"}]}


@pytest.mark.parametrize(
    ("chosen", "changes", "elsewhere"),
    [
        (VendorOrders.PARENTS, SUB_ORDER, "its parent order 7"),
        (VendorOrders.PARENTS, PARENT, ""),
        (VendorOrders.SUB_ORDERS, SUB_ORDER, ""),
        (VendorOrders.SUB_ORDERS, PARENT, "the sub-orders of its vendors"),
        (VendorOrders.BOTH, SUB_ORDER, ""),
        (VendorOrders.BOTH, PARENT, ""),
        # Orders with a parent that hold goods of their own.
        (VendorOrders.PARENTS, {"parent_id": 7, "created_via": "wc_deposits"}, ""),
        (VendorOrders.PARENTS, {"parent_id": 0, "created_via": "dokan"}, ""),
        (
            VendorOrders.PARENTS,
            {"parent_id": 7, "meta_data": [{"key": "_dokan_vendor_id", "value": "3"}]},
            "its parent order 7",
        ),
    ],
)
def test_each_thing_of_a_marketplaces_order_is_packed_once(
    chosen: VendorOrders, changes: dict[str, Any], elsewhere: str
) -> None:
    rules = msgspec.structs.replace(RULES, vendor_orders=chosen)
    assert good(order(**changes), rules=rules).packed_elsewhere == elsewhere
