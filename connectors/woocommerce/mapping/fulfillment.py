"""Who brings an order's goods to the buyer, and whether another order holds the same goods. Pure.

Method ids: WooCommerce's `WC_Shipping_Local_Pickup`, `WC_Shipping_Legacy_Local_Pickup`,
`WC_Shipping_Legacy_Local_Delivery` and the checkout block's `PickupLocation`; SkyVerge's Local
Pickup Plus; WC Pickup Store. Marks of vendors' orders: what Dokan, YITH Multi Vendor and
MultiVendorX write into `created_via` and the order's meta data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.orders import Fulfillment
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.rules import Rules, VendorOrders
from connectors.woocommerce.mapping.values import read_flag, read_key, read_text

_PICKUP = frozenset(
    {
        "local_pickup",
        "pickup_location",
        "legacy_local_pickup",
        "local-pickup",
        "local_pickup_plus",
        "wc_shipping_local_pickup_plus",
        "wc_pickup_store",
    }
)
_LOCAL_DELIVERY = frozenset({"local_delivery", "legacy_local_delivery"})
_VENDORS_ORDER = frozenset(
    {"dokan", "yith_wcmv_vendor_suborder", "mvx_vendor_order", "wcmp_vendor_order"}
)
_VENDOR = frozenset({"_dokan_vendor_id", "_vendor_id", "multivendorx_store_id"})
_HAS_SUB_ORDERS = frozenset({"has_sub_order", "has_wcmp_sub_order", "has_mvx_sub_order"})
METAS = _VENDOR | _HAS_SUB_ORDERS
"""The order's meta data that is read here."""


def find_way(order: wire.Order, rules: Rules) -> Fulfillment:
    """How the goods of the whole order travel.

    An order with several ways of shipping counts as collected or delivered only if all of them say
    so: which goods go which way, the order does not say.
    """
    methods = [
        read_text(line.method_id).partition(":")[0].lower()
        for line in wire.read_list(order.shipping_lines)
    ]
    if not methods:
        return Fulfillment.PARCEL
    if _are_all(methods, _PICKUP, rules.pickup_methods):
        return Fulfillment.PICKUP
    if _are_all(methods, _LOCAL_DELIVERY, rules.local_delivery_methods):
        return Fulfillment.LOCAL_DELIVERY
    return Fulfillment.PARCEL


def _are_all(methods: Collection[str], known: Collection[str], named: Collection[str]) -> bool:
    return all(method in known or method in named for method in methods)


def find_twins(order: wire.Order, metas: Mapping[str, Any], rules: Rules) -> str:
    """The orders that hold this order's goods and are exported in its place, in words; empty if
    this order is the one to pack. `metas` is the order's meta data.

    Other orders with a parent (of deposits, splits, subscriptions) have goods of their own.
    """
    if rules.vendor_orders is VendorOrders.PARENTS:
        return f"its parent order {read_key(order.parent_id)}" if _is_vendors(order, metas) else ""
    if rules.vendor_orders is VendorOrders.SUB_ORDERS:
        has_sub_orders = any(read_flag(metas.get(key)) for key in _HAS_SUB_ORDERS)
        return "the sub-orders of its vendors" if has_sub_orders else ""
    return ""


def _is_vendors(order: wire.Order, metas: Mapping[str, Any]) -> bool:
    """Whether this is one vendor's share of another order."""
    if not read_key(order.parent_id):
        return False
    return read_text(order.created_via) in _VENDORS_ORDER or not _VENDOR.isdisjoint(metas)
