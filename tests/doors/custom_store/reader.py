"""Reads `<Order>` XML back into the domain, written apart from the encoder so that each keeps the
other honest.
"""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    ItemOption,
    LengthUnit,
    LineItem,
    Order,
    OrderId,
    OrderStatus,
    Weight,
    WeightUnit,
)
from proxy.doors.custom_store.dates import parse_date


def read_order(xml: bytes) -> Order:
    """The order that `xml` tells of; what the wire does not carry has its default."""
    element = etree.fromstring(xml)
    return Order(
        id=OrderId(text(element, "OrderID")),
        number=text(element, "OrderNumber"),
        placed_at=parse_date(text(element, "OrderDate"), "OrderDate"),
        modified_at=parse_date(text(element, "LastModified"), "LastModified"),
        status=OrderStatus(text(element, "OrderStatus")),
        currency=text(element, "CurrencyCode"),
        total=Decimal(text(element, "OrderTotal")),
        tax=Decimal(text(element, "TaxAmount")),
        shipping=Decimal(text(element, "ShippingAmount")),
        shipping_method=text(element, "ShippingMethod"),
        payment_method=text(element, "PaymentMethod"),
        customer=Customer(
            code=text(element, "Customer/CustomerCode"),
            bill_to=_address(element, "Customer/BillTo"),
            ship_to=_address(element, "Customer/ShipTo"),
        ),
        items=tuple(_item(item) for item in element.iterfind("Items/Item")),
        customer_notes=text(element, "CustomerNotes"),
        internal_notes=text(element, "InternalNotes"),
        gift=text(element, "Gift") == "true",
        gift_message=text(element, "GiftMessage"),
        custom_fields=tuple(text(element, f"CustomField{number}") for number in (1, 2, 3)),
        requested_warehouse=text(element, "RequestedWarehouse"),
        source=text(element, "Source"),
        dimensions=_dimensions(element),
    )


def text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""


def _address(element: etree._Element, path: str) -> Address:
    names = {
        "name": "Name",
        "company": "Company",
        "line1": "Address1",
        "line2": "Address2",
        "city": "City",
        "region": "State",
        "postal_code": "PostalCode",
        "country": "Country",
        "phone": "Phone",
        "email": "Email",
    }
    return Address(**{field: text(element, f"{path}/{name}") for field, name in names.items()})


def _item(item: etree._Element) -> LineItem:
    weight = None
    if item.find("Weight") is not None:
        weight = Weight(
            value=Decimal(text(item, "Weight")), unit=WeightUnit(text(item, "WeightUnits").lower())
        )
    return LineItem(
        id=text(item, "LineItemID"),
        sku=text(item, "SKU"),
        name=text(item, "Name"),
        image_url=text(item, "ImageUrl"),
        quantity=int(text(item, "Quantity")),
        unit_price=Decimal(text(item, "UnitPrice")),
        weight=weight,
        location=text(item, "Location"),
        upc=text(item, "UPC"),
        options=tuple(
            ItemOption(name=text(o, "Name"), value=text(o, "Value"))
            for o in item.iterfind("Options/Option")
        ),
        adjustment=text(item, "Adjustment") == "true",
    )


def _dimensions(element: etree._Element) -> Dimensions | None:
    if element.find("Dimensions") is None:
        return None
    length, width, height = (
        Decimal(text(element, f"Dimensions/{side}")) for side in ("Length", "Width", "Height")
    )
    return Dimensions(
        length=length,
        width=width,
        height=height,
        unit=LengthUnit(text(element, "Dimensions/DimensionUnits").lower()),
    )
