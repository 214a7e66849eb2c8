"""Which part of the shop's order becomes which part of ours."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any

import msgspec
from pydantic import BeforeValidator, Field

from connectors.fieldmap.blocks import Block, ExpressionText, wrap_in_list
from connectors.fieldmap.sources import AddressMap, FieldSource, TextField
from connectors.generic_json.mapping.rules import MoneyUnit, OrderRules
from connectors.generic_json.settings.fields import StatusField, TimeField, WeightField


class DestinationMap(AddressMap):
    """The addresses of an order that may go to several; an order with one is mapped by
    `ship_to` alone.
    """

    each: ExpressionText
    """The list of addresses, deliveries or shipments."""
    key: TextField
    """What names the address; `items.destination` finds the same in a line."""
    shipping_method: TextField | None = None
    """What the buyer chose for this address; none: the order's."""


class FulfillmentMap(Block):
    """Who brings the goods to the buyer, where that is not a parcel of the merchant's."""

    pickup: ExpressionText | None = None
    """Whether the buyer collects."""
    local_delivery: ExpressionText | None = None
    """Whether the merchant delivers without a carrier."""
    other_service: ExpressionText | None = None
    """Whether a fulfillment service, a printer or a vendor ships by itself."""


class OptionsMap(Block):
    """What the buyer chose for a line, e.g. Size: L.

    Its short form is the expression of the list.
    """

    at: ExpressionText
    """The list of choices; an object is taken as names and values."""
    name: TextField = Field(default_factory=lambda: FieldSource.model_validate({"from": ["name"]}))
    """The choice's name."""
    value: TextField = Field(
        default_factory=lambda: FieldSource.model_validate({"from": ["value"]})
    )
    """What was chosen."""


def _read_options(value: Any) -> Any:
    return {"at": value} if isinstance(value, str) else value


class SharesMap(Block):
    """The addresses that the pieces of one line go to, where a line may be split over several."""

    at: ExpressionText
    """The list of addresses, e.g. `shippingDetails.targets`."""
    key: TextField
    """The key of the address, as in `destinations`."""
    quantity: TextField
    """How many pieces go there."""


class CustomsMap(Block):
    """What customs ask for of one piece of a line."""

    hs_code: TextField | None = None
    """The code of the Harmonized System."""
    origin: TextField | None = None
    """Where it was made: a code of ISO 3166, or a name."""
    description: TextField | None = None
    """What it is, for customs."""
    value: TextField | None = None
    """Its declared value; none: its price."""


class ItemsMap(Block):
    """The lines of an order. Expressions look at one line; `root()` is the order."""

    at: ExpressionText
    """The list of lines, e.g. `line_items`."""
    only: ExpressionText | None = None
    """Lines for which this is not true are left out, e.g. the parts of a bundle."""
    id: TextField
    """What names the line; it comes back in a shipment."""
    sku: TextField | None = None
    """The stock number."""
    name: TextField
    """What the line is called."""
    quantity: TextField
    """How many pieces are left to ship after refunds; lines with none are left out."""
    unit_price: TextField
    """The price of one piece."""
    image_url: TextField | None = None
    """A picture's address."""
    weight: WeightField | None = None
    """The weight of one piece."""
    location: TextField | None = None
    """Where it lies in the warehouse."""
    upc: TextField | None = None
    """Its bar code."""
    options: (
        Annotated[
            OptionsMap, BeforeValidator(_read_options, json_schema_input_type=str | OptionsMap)
        ]
        | None
    ) = None
    """What the buyer chose."""
    shippable: ExpressionText | None = None
    """Whether it is packed; virtual goods are not."""
    fulfillment: FulfillmentMap | None = None
    """Who brings this line; none: as the order."""
    customs: CustomsMap | None = None
    """What customs ask for; the store's `customs` says where it goes."""
    destination: TextField | None = None
    """The key of the address that the line goes to, in an order with several."""
    shares: SharesMap | None = None
    """In place of `destination`, where the pieces of one line may go to several addresses."""


class AdjustmentsMap(Block):
    """Discounts and fees, as lines that are not packed."""

    at: ExpressionText | None = None
    """The list of them; none: the order itself, for a single amount."""
    only: ExpressionText | None = None
    """Only those for which this is true."""
    name: TextField
    """What it is called, e.g. the coupon's code."""
    amount: TextField
    """The amount."""
    negate: bool = False
    """The shop writes a discount without its minus."""


class MoneySettings(Block):
    """How the shop writes money."""

    unit: MoneyUnit = "major"
    """major: 12.50. minor: 1250, in the currency's own smallest unit (yen have none). cents: always
    hundredths.
    """
    round: bool = True
    """Round to the currency's smallest unit, halves upwards."""


def _read_money(value: Any) -> Any:
    return {"unit": value} if isinstance(value, str) else value


class OrderMap(Block):
    """The order."""

    only: ExpressionText | None = None
    """Orders for which this is not true are none, e.g. open baskets."""
    money: Annotated[
        MoneySettings,
        BeforeValidator(_read_money, json_schema_input_type=MoneyUnit | MoneySettings),
    ] = MoneySettings()
    """How the shop writes money; a field may differ by cents() or minor()."""
    id: TextField
    """The shop's key; a shipment comes back with it."""
    number: TextField
    """What people call the order."""
    placed_at: TimeField
    """When it was placed."""
    modified_at: TimeField
    """When it changed last; several times are compared by latest()."""
    status: StatusField
    """Its state."""
    currency: TextField | None = None
    """Three letters."""
    total: TextField
    """What the buyer pays."""
    tax: TextField | None = None
    """The tax in it."""
    shipping: TextField | None = None
    """What the buyer pays for shipping."""
    shipping_method: TextField | None = None
    """What the buyer chose."""
    payment_method: TextField | None = None
    """How it was paid."""
    customer: TextField | None = None
    """What names the buyer: a number or an e-mail address; none: the address's e-mail."""
    bill_to: AddressMap | None = None
    """Who pays. Where it is missing or empty, the ship_to."""
    ship_to: AddressMap
    """Who receives."""
    destinations: DestinationMap | None = None
    """The addresses, where an order may go to several."""
    fulfillment: FulfillmentMap | None = None
    """Who brings the goods of the whole order; none: a parcel."""
    packed_elsewhere: TextField | None = None
    """The orders that hold the same goods, in words; such an order is not packed itself."""
    items: ItemsMap
    """The lines."""
    adjustments: Annotated[
        tuple[AdjustmentsMap, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=AdjustmentsMap | list[AdjustmentsMap]),
    ] = ()
    """Discounts and fees."""
    customer_notes: TextField | None = None
    """What the buyer wrote."""
    internal_notes: TextField | None = None
    """What the shop's people wrote."""
    gift: ExpressionText | None = None
    """Whether it is a gift."""
    gift_message: TextField | None = None
    """What the giver wrote."""
    custom_fields: Annotated[tuple[TextField, ...], Field(max_length=3)] = ()
    """Up to three fields of your own."""
    requested_warehouse: TextField | None = None
    """From where it is to be shipped."""
    source: TextField | None = None
    """Where it was sold."""
    tags: ExpressionText | None = None
    """A list of words, for a store's filters."""

    @cached_property
    def rules(self) -> OrderRules:
        """What the map goes by."""
        return msgspec.convert(self, OrderRules, from_attributes=True)
