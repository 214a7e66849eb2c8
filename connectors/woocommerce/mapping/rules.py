"""The merchant's choices that decide how an order is read. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Discounts(StrEnum):
    """How discounts are exported: full prices and one negative line, or prices that already hold
    them.
    """

    LINE = "line"
    NET = "net"


class VirtualItems(StrEnum):
    """What becomes of lines that are not packed, in an order that has others."""

    LEAVE_OUT = "leave_out"
    KEEP = "keep"


class VendorOrders(StrEnum):
    """Which orders of a marketplace are exported: the buyers' own, or the vendors' shares of
    them.
    """

    PARENTS = "parents"
    SUB_ORDERS = "sub_orders"
    BOTH = "both"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """As the settings of the same names say; the defaults are theirs."""

    discounts: Discounts
    virtual_items: VirtualItems
    vendor_orders: VendorOrders
    pickup_methods: tuple[str, ...]
    local_delivery_methods: tuple[str, ...]
