"""The merchant's choices that decide how an order is read. Pure."""

from __future__ import annotations

from typing import Literal

import msgspec

Money = Literal["shop", "presentment"]
"""Amounts in the shop's currency, or in the buyer's."""
Discounts = Literal["line", "net"]
"""One negative line, or taken off the prices."""
PartialOrders = Literal["remaining", "full"]
"""What of an order shipped in part is exported."""
TestOrders = Literal["reject", "export"]
"""What becomes of orders paid through the test gateway."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """As the settings of the same names say; the defaults are theirs."""

    money: Money
    discounts: Discounts
    partial_orders: PartialOrders
    test_orders: TestOrders
    gift_attributes: tuple[str, ...]
    custom_fields: tuple[str, ...]
