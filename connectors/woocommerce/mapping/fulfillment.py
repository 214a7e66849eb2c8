"""Who brings an order's goods to the buyer, and whether another order holds the same goods. Pure.

Method ids: WooCommerce's `WC_Shipping_Local_Pickup`, `WC_Shipping_Legacy_Local_Pickup`,
`WC_Shipping_Legacy_Local_Delivery` and the checkout block's `PickupLocation`; SkyVerge's Local
Pickup Plus, WC Pickup Store, and others that name themselves the same way. CodeRockz' Woo Delivery
writes what the buyer chose into the order's meta data. Marks of vendors' orders: what Dokan, YITH
Multi Vendor, MultiVendorX and Multi Order write into `created_via` and the order's meta data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.orders import Fulfillment
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.rules import Rules, VendorOrders
from connectors.woocommerce.mapping.values import read_flag, read_key, read_plain, read_text

# Each is part of ids of methods by which buyers collect. A carrier's pickup point is not.
_PICKUP = (
    "local_pickup",
    "pickup_store",
    "store_pickup",
    "pickup_from_store",
    "click_and_collect",
    "click_collect",
)
# Part of the ids of carriers' methods, too.
_PICKUP_WHOLE = "pickup_location"
_LOCAL_DELIVERY = ("local_delivery",)
_CHOSEN_WAY = "delivery_type"
_CHOSEN_PICKUP = frozenset({"pickup", "store_pickup"})
_VENDORS_ORDER = frozenset(
    {"dokan", "yith_wcmv_vendor_suborder", "mvx_vendor_order", "wcmp_vendor_order"}
)
_VENDOR = frozenset({"_dokan_vendor_id", "_vendor_id", "multivendorx_store_id"})
_PARENT = "_alg_mowc_parentorder"
_HAS_SUB_ORDERS = frozenset({"has_sub_order", "has_wcmp_sub_order", "has_mvx_sub_order"})
_SUB_ORDERS = "_alg_mowc_suborder"
METAS = _VENDOR | _HAS_SUB_ORDERS | {_CHOSEN_WAY, _PARENT, _SUB_ORDERS}
"""The order's meta data that is read here."""


def find_way(order: wire.Order, metas: Mapping[str, Any], rules: Rules) -> Fulfillment:
    """How the goods of the whole order travel.

    An order with several ways of shipping counts as collected or delivered only if all of them say
    so: which goods go which way, the order does not say.
    """
    if read_text(metas.get(_CHOSEN_WAY)).lower() in _CHOSEN_PICKUP:
        return Fulfillment.PICKUP
    methods = [
        (read_text(line.method_id).partition(":")[0].lower(), read_plain(line.method_title))
        for line in wire.read_list(order.shipping_lines)
    ]
    if not methods:
        return Fulfillment.PARCEL
    if _are_all(methods, _PICKUP, (*rules.pickup_methods, _PICKUP_WHOLE)):
        return Fulfillment.PICKUP
    if _are_all(methods, _LOCAL_DELIVERY, rules.local_delivery_methods):
        return Fulfillment.LOCAL_DELIVERY
    return Fulfillment.PARCEL


def _are_all(
    methods: Collection[tuple[str, str]], known: Collection[str], named: Collection[str]
) -> bool:
    """Whether each method, of an id and a title, has a known part in its id, or is named."""
    folded = {name.strip().casefold() for name in named}
    return all(
        method in folded
        or title.casefold() in folded
        or any(part in method.replace("-", "_") for part in known)
        for method, title in methods
    )


def find_twins(order: wire.Order, metas: Mapping[str, Any], rules: Rules) -> str:
    """The orders that hold this order's goods and are exported in its place, in words; empty if
    this order is the one to pack. `metas` is the order's meta data.

    Other orders with a parent (of deposits, splits, subscriptions) have goods of their own.
    """
    if rules.vendor_orders is VendorOrders.PARENTS:
        parent = _find_parent(order, metas)
        return f"its parent order {parent}" if parent else ""
    if rules.vendor_orders is VendorOrders.SUB_ORDERS:
        has_sub_orders = read_key(metas.get(_SUB_ORDERS)) or any(
            read_flag(metas.get(key)) for key in _HAS_SUB_ORDERS
        )
        return "the sub-orders of its vendors" if has_sub_orders else ""
    return ""


def _find_parent(order: wire.Order, metas: Mapping[str, Any]) -> int:
    """The order of which this is one vendor's share; 0 if it is none."""
    parent = read_key(order.parent_id)
    is_share = read_text(order.created_via) in _VENDORS_ORDER or not _VENDOR.isdisjoint(metas)
    return parent if parent and is_share else read_key(metas.get(_PARENT))
