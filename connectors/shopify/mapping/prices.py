"""Shopify's amounts: one currency throughout, tax taken out of prices that include it, discounts
counted once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from connectors.orders import ZERO
from connectors.reading.fields import FieldError
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.rules import Money

# Enough decimals for the cents of a line of any quantity to add up; exact prices stay exact.
_GRAIN = Decimal("0.000001")
_ONE = Decimal(1)
# More than anything costs: such a number is a mistake.
_TOO_MUCH = Decimal(10) ** 15
_CENT = Decimal("0.01")


class Side:
    """Which amount of each pair counts for one order."""

    def __init__(self, order: wire.Order, money: Money) -> None:
        buyers = order.presentment_currency or order.currency
        self._presentment = money == "presentment"
        self._single = buyers == order.currency
        self.currency = buyers if self._presentment else order.currency

    def read_amount(
        self, path: str, bag: wire.MoneyBag | None, plain: Decimal | None = None
    ) -> Decimal:
        """The amount of this side. `plain` is the shop's, which is all that old answers have.

        Raises `FieldError`.
        """
        money = (
            None
            if bag is None
            else (bag.presentment_money if self._presentment else bag.shop_money)
        )
        amount = plain if money is None else money.amount
        if money is None and self._presentment and not self._single and amount:
            raise FieldError(
                path,
                f"an amount in {self.currency}",
                amount,
                shown="one in the shop's currency alone",
            )
        if amount is None:
            return ZERO
        if not amount.is_finite() or abs(amount) >= _TOO_MUCH:
            raise FieldError(path, "money", amount)
        return amount


def read_discount(line: wire.Line, side: Side, path: str) -> Decimal:
    """What all discounts take off a line's whole quantity: its allocations, or in old answers its
    total.
    """
    if line.discount_allocations is None:
        return side.read_amount(
            f"{path}.total_discount", line.total_discount_set, line.total_discount
        )
    return sum(
        (
            side.read_amount(f"{path}.discount_allocations", one.amount_set, one.amount)
            for one in line.discount_allocations
        ),
        ZERO,
    )


def read_net_share(gross: Decimal, taxes: Iterable[wire.Tax], side: Side, path: str) -> Decimal:
    """The share of a price that is not tax, where `gross` (after discounts) includes it: by the tax
    itself, else by its rates.
    """
    taxes = tuple(taxes)
    tax = sum(
        (side.read_amount(f"{path}.tax_lines", one.price_set, one.price) for one in taxes), ZERO
    )
    if gross > 0 and 0 < tax < gross:
        return (gross - tax) / gross
    rates = sum((one.rate for one in taxes if one.rate is not None and one.rate.is_finite()), ZERO)
    return _ONE / (_ONE + rates) if gross <= 0 < rates else _ONE


def round_share(amount: Decimal) -> Decimal:
    """A quotient with six decimals."""
    return amount.quantize(_GRAIN)


def read_shipping(order: wire.Order, side: Side) -> Decimal:
    """What shipping costs now: after discounts and refunds, without tax."""
    gross = net = ZERO
    for index, line in enumerate(order.shipping_lines or ()):
        if line.is_removed:
            continue
        path = f"shipping_lines[{index}]"
        bag, plain = (
            (line.discounted_price_set, line.discounted_price)
            if line.discounted_price_set is not None or line.discounted_price is not None
            else (line.price_set, line.price)
        )
        price = side.read_amount(f"{path}.price", bag, plain)
        gross += price
        net += (
            price * read_net_share(price, line.tax_lines or (), side, path)
            if order.taxes_included
            else price
        )
    if order.current_shipping_price_set is None:
        net = round_share(net) if order.taxes_included else net
        return max(net - _sum_shipping_refunds(order, side), ZERO)
    current = side.read_amount("current_shipping_price_set", order.current_shipping_price_set)
    return round_share(current * net / gross) if gross > 0 and net != gross else current


def _sum_shipping_refunds(order: wire.Order, side: Side) -> Decimal:
    """Shipping paid back, without tax, from answers that do not state the price that is left."""
    return -sum(
        (
            side.read_amount("refunds.order_adjustments", one.amount_set, one.amount)
            for refund in order.refunds or ()
            for one in refund.order_adjustments or ()
            if one.kind == "shipping_refund"
        ),
        ZERO,
    )


def read_tip(order: wire.Order, side: Side) -> Decimal:
    """The tip.

    REST states it in the shop's currency alone. The buyer's amount is then computed by the order's
    own rate, to the cent.
    """
    if order.total_tip_received_set is not None or not order.total_tip_received:
        return side.read_amount("total_tip_received", order.total_tip_received_set)
    both = order.total_price_set
    if (
        side.currency == order.currency
        or both is None
        or both.presentment_money is None
        or not both.shop_money.amount
    ):
        return side.read_amount("total_tip_received", None, order.total_tip_received)
    return (
        order.total_tip_received * both.presentment_money.amount / both.shop_money.amount
    ).quantize(_CENT)
