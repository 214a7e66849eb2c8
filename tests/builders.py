"""Domain objects for tests: each builder gives a whole valid thing, and takes what the test cares
about.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from connectors.orders import (
    Address,
    Customer,
    ItemOption,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
    Weight,
    WeightUnit,
)
from connectors.shipments import Shipment, ShippedItem
from proxy.doors.custom_store.given import describe_given
from proxy.rules.addressees import AddressedOrder
from proxy.rules.matching import GivenOrder

PLACED = datetime(2026, 3, 23, 21, 9, tzinfo=UTC)
MODIFIED = datetime(2026, 3, 24, 8, 30, tzinfo=UTC)

_ADDRESS = Address(
    name="Ada Example",
    company="Example & Sons",
    line1="1 Harbour Road",
    line2="Flat 2",
    city="Austin",
    region="TX",
    postal_code="73301",
    country="US",
    phone="512-555-0101",
    email="ada@example.test",
)
_ITEM = LineItem(
    id="11",
    sku="MUG-1",
    name="Mug",
    image_url="https://shop.example.test/mug.jpg",
    quantity=2,
    unit_price=Decimal("13.99"),
    weight=Weight(value=Decimal(8), unit=WeightUnit.OUNCES),
    location="A1-B2",
    upc="012345678905",
    options=(ItemOption(name="Colour", value="Green"),),
)


def build_address(**changes: object) -> Address:
    """An address in Austin."""
    return msgspec.structs.replace(_ADDRESS, **changes)


def build_customer(**changes: object) -> Customer:
    """A buyer who ships to themselves."""
    return msgspec.structs.replace(
        Customer(code="ada@example.test", bill_to=_ADDRESS, ship_to=_ADDRESS), **changes
    )


def build_item(**changes: object) -> LineItem:
    """Two mugs with every field filled."""
    return msgspec.structs.replace(_ITEM, **changes)


def build_discount(**changes: object) -> LineItem:
    """A discount line of ten."""
    line = LineItem(
        id="d1",
        name="$10 OFF",
        quantity=1,
        unit_price=Decimal("-10.00"),
        adjustment=True,
    )
    return msgspec.structs.replace(line, **changes)


def build_order(**changes: object) -> Order:
    """A paid order of two mugs."""
    order = Order(
        id=OrderId("1001"),
        number="A-1001",
        placed_at=PLACED,
        modified_at=MODIFIED,
        status=OrderStatus.PAID,
        shop_status="processing",
        currency="USD",
        total=Decimal("37.47"),
        tax=Decimal("4.99"),
        shipping=Decimal("4.50"),
        shipping_method="Flat rate",
        payment_method="Credit card",
        customer=build_customer(),
        items=(build_item(),),
        customer_notes="Ring twice",
    )
    return msgspec.structs.replace(order, **changes)


def build_shipment(**changes: object) -> Shipment:
    """A parcel with one of the two mugs of `build_order`."""
    shipment = Shipment(
        order_id="1001",
        order_number="A-1001",
        carrier="USPS",
        service="USPS Priority Mail",
        tracking_number="9511343223432432432",
        items=(ShippedItem(line_id="11", sku="MUG-1", name="Mug", quantity=1),),
    )
    return msgspec.structs.replace(shipment, **changes)


def build_given(order: Order) -> GivenOrder:
    """An order that goes to one address, as the client was given it."""
    return describe_given(AddressedOrder(order=order), order)
