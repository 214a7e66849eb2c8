"""The words of a fixed list on ShipStation's wire: statuses of orders, units of weight and length.

The status words are ours to choose: a merchant types them into the form of ShipStation's custom
store. The units are those of ShipStation's Custom Store Development Guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.orders import LengthUnit, OrderStatus, WeightUnit

STATUSES: Mapping[OrderStatus, str] = MappingProxyType(
    {
        OrderStatus.UNPAID: "unpaid",
        OrderStatus.PAID: "paid",
        OrderStatus.SHIPPED: "shipped",
        OrderStatus.CANCELLED: "cancelled",
        OrderStatus.ON_HOLD: "on_hold",
    }
)


# What ShipStation's own API calls the same states (docs.shipstation.com, API v1, "Order statuses").
ACCOUNT_STATUSES: Mapping[OrderStatus, str] = MappingProxyType(
    {
        OrderStatus.UNPAID: "awaiting_payment",
        OrderStatus.PAID: "awaiting_shipment",
        OrderStatus.SHIPPED: "shipped",
        OrderStatus.CANCELLED: "cancelled",
        OrderStatus.ON_HOLD: "on_hold",
    }
)


def fill_status_words(own: Mapping[OrderStatus, str]) -> Mapping[OrderStatus, str]:
    """The word of every status: a store's own, or Portside's."""
    return {**STATUSES, **own}


WEIGHT_UNITS: Mapping[WeightUnit, str] = MappingProxyType(
    {WeightUnit.GRAMS: "Grams", WeightUnit.OUNCES: "Ounces", WeightUnit.POUNDS: "Pounds"}
)
LENGTH_UNITS: Mapping[LengthUnit, str] = MappingProxyType(
    {LengthUnit.INCH: "Inch", LengthUnit.CENTIMETER: "Centimeter"}
)
