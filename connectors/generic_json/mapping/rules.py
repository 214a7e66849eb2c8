"""What settings say of the map from a shop's order to ours, as frozen values.

The settings models explain the keys, check what a person wrote and hold the defaults; they give
these values, and the map reads nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from connectors.fieldmap.rules import AddressRules, FieldRule
from connectors.language.expressions import Expression
from connectors.orders import Fulfillment, OrderStatus

MoneyUnit = Literal["major", "minor", "cents"]


class TimeRule(FieldRule, frozen=True, kw_only=True):
    """Where a time comes from.

    `format` is as `read_time` takes it, `zone` the zone of a time that names none.
    """

    format: str
    zone: str


class WeightRule(FieldRule, frozen=True, kw_only=True):
    """Where the weight of one piece comes from, and its unit: `unit_from`, else `unit`."""

    unit: str
    unit_from: Expression | None


class StatusCase(msgspec.Struct, frozen=True, kw_only=True):
    """A status, where an expression on the order is true."""

    when: Expression
    is_: OrderStatus


class StatusRule(msgspec.Struct, frozen=True, kw_only=True):
    """The order's status: that of the first case in `rules` that fits, else what `table` makes of
    the shop's word, else `default`.

    `word` is set by the rule itself: how the shop's word is read.
    """

    sources: tuple[Expression, ...]
    rules: tuple[StatusCase, ...]
    table: dict[str, OrderStatus]
    default: OrderStatus | None
    word: FieldRule | None = None

    def __post_init__(self) -> None:
        word = FieldRule(sources=self.sources, value=None, table={}, default=None)
        msgspec.structs.force_setattr(self, "word", word)


class OptionRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer chose for a line: `at` finds the list, the fields are looked up in each
    element.
    """

    at: Expression
    name: FieldRule
    value: FieldRule


class FulfillmentRule(msgspec.Struct, frozen=True, kw_only=True):
    """Who brings a line, or the goods of the whole order: the first way whose expression is true,
    else a parcel.
    """

    pickup: Expression | None
    local_delivery: Expression | None
    other_service: Expression | None
    cases: tuple[tuple[Fulfillment, Expression], ...] = ()

    def __post_init__(self) -> None:
        ways = (
            (Fulfillment.PICKUP, self.pickup),
            (Fulfillment.LOCAL_DELIVERY, self.local_delivery),
            (Fulfillment.OTHER_SERVICE, self.other_service),
        )
        cases = tuple((way, found) for way, found in ways if found is not None)
        msgspec.structs.force_setattr(self, "cases", cases)


class DestinationRules(AddressRules, frozen=True, kw_only=True):
    """The addresses of an order with several: `each` finds the list, the fields are looked up in
    what `at` finds in each element.
    """

    each: Expression
    key: FieldRule
    shipping_method: FieldRule | None


class ShareRules(msgspec.Struct, frozen=True, kw_only=True):
    """The addresses that the pieces of one line go to: `at` finds the list, the fields are looked
    up in each element.
    """

    at: Expression
    key: FieldRule
    quantity: FieldRule


class CustomsRules(msgspec.Struct, frozen=True, kw_only=True):
    """What customs ask for of one piece of a line."""

    hs_code: FieldRule | None
    origin: FieldRule | None
    description: FieldRule | None
    value: FieldRule | None


class ItemRules(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of an order: `at` finds the list, the fields are looked up in each line for which
    `only` is true.
    """

    at: Expression
    only: Expression | None
    id: FieldRule
    sku: FieldRule | None
    name: FieldRule
    quantity: FieldRule
    unit_price: FieldRule
    image_url: FieldRule | None
    weight: WeightRule | None
    location: FieldRule | None
    upc: FieldRule | None
    options: OptionRules | None
    shippable: Expression | None
    fulfillment: FulfillmentRule | None
    customs: CustomsRules | None
    destination: FieldRule | None
    shares: ShareRules | None


class AdjustmentRules(msgspec.Struct, frozen=True, kw_only=True):
    """Discounts or fees: one for each element that `at` finds, or one of the order itself.

    `negate`: the shop writes a discount without its minus.
    """

    at: Expression | None
    only: Expression | None
    name: FieldRule
    amount: FieldRule
    negate: bool


class MoneyRules(msgspec.Struct, frozen=True, kw_only=True):
    """How the shop writes money, and whether amounts are rounded to the currency's smallest
    unit.
    """

    unit: MoneyUnit
    round: bool


class OrderRules(msgspec.Struct, frozen=True, kw_only=True):
    """The whole order. What `only` is not true for is not an order.

    `compiled` is the function that all of it becomes with the store's first order.
    """

    only: Expression | None
    money: MoneyRules
    id: FieldRule
    number: FieldRule
    placed_at: TimeRule
    modified_at: TimeRule
    status: StatusRule
    currency: FieldRule | None
    total: FieldRule
    tax: FieldRule | None
    shipping: FieldRule | None
    shipping_method: FieldRule | None
    payment_method: FieldRule | None
    customer: FieldRule | None
    bill_to: AddressRules | None
    ship_to: AddressRules
    destinations: DestinationRules | None
    fulfillment: FulfillmentRule | None
    packed_elsewhere: FieldRule | None
    items: ItemRules
    adjustments: tuple[AdjustmentRules, ...]
    customer_notes: FieldRule | None
    internal_notes: FieldRule | None
    gift: Expression | None
    gift_message: FieldRule | None
    custom_fields: tuple[FieldRule, ...]
    requested_warehouse: FieldRule | None
    source: FieldRule | None
    tags: Expression | None
    compiled: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        # A copy with other rules is not to be read by these.
        msgspec.structs.force_setattr(self, "compiled", None)
