"""What refunds took back from an order: quantities by line, and money by kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from connectors.orders import ZERO
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import (
    read_key,
    read_optional_amount,
    read_quantity,
    read_text,
)


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """All refunds of one order together; every number is positive.

    `quantities` is keyed by the order's line ids.
    """

    quantities: dict[int, Decimal] = {}
    tax: Decimal = ZERO
    shipping: Decimal = ZERO


NOTHING = Refunded()


def read_refunds(refunds: Iterable[wire.Refund]) -> Refunded:
    """Add up refunds. Raises `FieldError` with the path inside `refunds`."""
    quantities: dict[int, Decimal] = {}
    tax = shipping = ZERO
    for number, refund in enumerate(refunds):
        at = f"refunds[{number}]"
        for index, line in enumerate(wire.read_list(refund.line_items)):
            path = f"{at}.line_items[{index}]"
            tax += abs(read_optional_amount(line.total_tax, f"{path}.total_tax"))
            line_id = _find_line(line)
            quantities[line_id] = quantities.get(line_id, ZERO) + abs(
                read_quantity(line.quantity, f"{path}.quantity")
            )
        for index, charge in enumerate(wire.read_list(refund.shipping_lines)):
            shipping += abs(
                read_optional_amount(charge.total, f"{at}.shipping_lines[{index}].total")
            )
            tax += abs(
                read_optional_amount(charge.total_tax, f"{at}.shipping_lines[{index}].total_tax")
            )
        for index, charge in enumerate(wire.read_list(refund.fee_lines)):
            tax -= read_optional_amount(charge.total_tax, f"{at}.fee_lines[{index}].total_tax")
    return Refunded(quantities=quantities, tax=tax, shipping=shipping)


def _find_line(line: wire.RefundLine) -> int:
    """The order's line that a refund's line takes pieces from; 0 if it does not say."""
    return next(
        (
            read_key(meta.value)
            for meta in wire.read_list(line.meta_data)
            if read_text(meta.key) == "_refunded_item_id"
        ),
        0,
    )
