"""An order as Portside understands it, whatever shop it came from.

No I/O, no shop's field names, no XML.

All times are aware UTC and refused otherwise; money is `Decimal`; an empty string means "none
given". These types hold nothing that could hold them in turn, so the garbage collector is spared
(`gc=False`) from following thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

import msgspec

ZERO = Decimal(0)

SEVERAL_METHODS = " | "
"""Stands between the shipping methods of an order that has more than one."""

OrderId = NewType("OrderId", str)
"""The shop's own key of an order, never the number that people see."""


class OrderStatus(StrEnum):
    """What an order's status means, whatever the shop calls it."""

    UNPAID = "unpaid"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    ON_HOLD = "on_hold"


class Fulfillment(StrEnum):
    """Who brings a line to the buyer.

    `OTHER_SERVICE` is a warehouse, a printer or a vendor that ships by itself; `DIGITAL` needs no
    bringing.
    """

    PARCEL = "parcel"
    PICKUP = "pickup"
    LOCAL_DELIVERY = "local_delivery"
    OTHER_SERVICE = "other_service"
    DIGITAL = "digital"


class WeightUnit(StrEnum):
    """The units of a weight. Kilograms are converted to grams on reading."""

    GRAMS = "grams"
    OUNCES = "ounces"
    POUNDS = "pounds"


class LengthUnit(StrEnum):
    """The units of a package's size. Feet, meters and the like are converted on reading."""

    INCH = "inch"
    CENTIMETER = "centimeter"


def require_utc(name: str, value: datetime | None) -> None:
    """Raise ValueError unless `value` is None or an aware time whose offset is zero."""
    if value is not None and value.tzinfo is not UTC and value.utcoffset() != timedelta(0):
        message = f"{name}: expected an aware UTC time, found {value.isoformat()!r}"
        raise ValueError(message)


class Window(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A span of modified times, both ends inclusive, aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        require_utc("start", self.start)
        require_utc("end", self.end)
        if self.end < self.start:
            message = f"end {self.end.isoformat()} lies before start {self.start.isoformat()}"
            raise ValueError(message)

    def contains(self, moment: datetime) -> bool:
        """Whether `moment` lies in the window, ends included."""
        return self.start <= moment <= self.end


class Address(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person and a place. `country` is ISO 3166-1 alpha-2 in capitals, or empty when unknown;
    `tax_id` is a number by which authorities know them (VAT, CPF, CNPJ, codice fiscale).
    """

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    tax_id: str = ""


class Customer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who bought. `code` names the buyer in the shop: an e-mail address or a customer number."""

    code: str = ""
    bill_to: Address
    ship_to: Address


class Weight(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The weight of one unit of a line."""

    value: Decimal
    unit: WeightUnit


class Dimensions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The size of the parcel, where the shop knows it."""

    length: Decimal
    width: Decimal
    height: Decimal
    unit: LengthUnit


class ItemOption(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A choice the buyer made for a line, e.g. Size: L."""

    name: str
    value: str


class Customs(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What customs ask for of one piece, as far as the shop knows it.

    `origin` is where it was made, ISO alpha-2; `value` None: what was paid for it.
    """

    hs_code: str = ""
    origin: str = ""
    description: str = ""
    value: Decimal | None = None


class LineItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line. Prices are per unit, without tax unless the shop only knows gross prices.

    `quantity` is what is left after refunds, a whole number of at least 1. `adjustment` marks a
    discount or fee line that is not packed. `destination` is the key of the address that the line
    goes to, in an order with several.
    """

    id: str
    sku: str = ""
    name: str
    image_url: str = ""
    quantity: int
    unit_price: Decimal
    weight: Weight | None = None
    location: str = ""
    upc: str = ""
    options: tuple[ItemOption, ...] = ()
    adjustment: bool = False
    fulfillment: Fulfillment = Fulfillment.PARCEL
    destination: str = ""
    customs: Customs | None = None

    @property
    def shippable(self) -> bool:
        """Whether these are goods that somebody has to bring to the buyer."""
        return not self.adjustment and self.fulfillment is not Fulfillment.DIGITAL


class Share(msgspec.Struct, frozen=True, gc=False):
    """Units of a line that go one way to one address.

    `destination` is the address's key; `way` None is the line's own.
    """

    units: int
    destination: str = ""
    way: Fulfillment | None = None


def split_item(item: LineItem, shares: Sequence[Share]) -> Iterator[LineItem]:
    """A line as one for each way and address that its units take; units of which the shop does not
    say it stay as they are.
    """
    left, taken = item.quantity, dict[tuple[Fulfillment, str], int]()
    for share in shares:
        units = min(left, share.units)
        if units > 0:
            key = share.way or item.fulfillment, share.destination
            taken[key] = taken.get(key, 0) + units
            left -= units
    if left:
        yield msgspec.structs.replace(item, quantity=left)
    for (way, destination), units in taken.items():
        yield msgspec.structs.replace(
            item, quantity=units, fulfillment=way, destination=destination
        )


class Destination(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One of several addresses of an order.

    `key` is the shop's own, as the lines name it.
    """

    key: str
    ship_to: Address
    shipping_method: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One order, whole.

    `id` is the shop's key and comes back in a notice; `number` is what people see.

    `shop_status` is the shop's own word. `status` is what it means; where the connector does not
    know the word it is ON_HOLD and `status_known` is false, so that the store's own map, or a
    warning, can have its say.

    `excluded` says which of the store's own conditions leaves the order out; empty if none does.

    `destinations` is empty unless the shop knows several addresses. `packed_elsewhere` names the
    orders that hold the same goods (a vendor's sub-orders, or their parent), so that nothing is
    packed twice; empty where this order is the one to pack.
    """

    id: OrderId
    number: str
    placed_at: datetime
    modified_at: datetime
    status: OrderStatus
    shop_status: str = ""
    status_known: bool = True
    currency: str = ""
    total: Decimal
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_method: str = ""
    payment_method: str = ""
    customer: Customer
    items: tuple[LineItem, ...] = ()
    customer_notes: str = ""
    internal_notes: str = ""
    gift: bool = False
    gift_message: str = ""
    custom_fields: tuple[str, ...] = ()
    requested_warehouse: str = ""
    source: str = ""
    tags: tuple[str, ...] = ()
    dimensions: Dimensions | None = None
    excluded: str = ""
    destinations: tuple[Destination, ...] = ()
    packed_elsewhere: str = ""

    def __post_init__(self) -> None:
        require_utc("placed_at", self.placed_at)
        require_utc("modified_at", self.modified_at)


class RejectedOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order that could not be read or may not be sent, and why.

    `reason` names the path, what was expected and what was found, e.g. `line_items[2].price:
    expected money, found 'abc'`. `number` and `modified_at` are given where they could be read.
    `record` tells an order whose `id` is empty from all others, poll after poll: e.g. a digest of
    what the shop sent.
    """

    id: OrderId
    number: str = ""
    modified_at: datetime | None = None
    reason: str
    record: str = ""

    def __post_init__(self) -> None:
        require_utc("modified_at", self.modified_at)
