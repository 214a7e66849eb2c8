"""An order as ShipStation's `<Order>`, and encoded orders as a page: the one place where order XML is made.

Limits are the stricter ones where ShipStation's guide and its schema differ. Optional text that is empty is still sent as an empty
element, as the guide's sample does, so that what a buyer takes back disappears in ShipStation too.

Orders are written as text and read back by lxml before they leave: half the time of building them element by element, and it proves what
building would have promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from hashlib import blake2s
from html import escape
from itertools import count
from typing import Final, Literal, TypeAlias

from lxml import etree

from connectors.orders import Address, Customer, Dimensions, ItemOption, LineItem, Order
from proxy.shipstation.dates import format_date
from proxy.shipstation.errors import DECLARATION, InvalidOrderError
from proxy.shipstation.schema import STRUCTURE, check_order
from proxy.shipstation.text import clean, cut, is_carried, units

MOST_OPTIONS = 10
MOST_PIECES = 99_999
LONGEST_ID = 50
LARGEST = Decimal("9999999.99")
_CENT = Decimal("0.01")
_ZERO = Decimal(0)

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_UPC = re.compile(r"\d{1,12}", re.ASCII)
# Narrower than what XML Schema takes for a URI, so that no image costs an order.
_PATH = r"(?:[^\s\[\]<>\"{}|\\^`%#]|%[0-9A-Fa-f]{2})*"
_IMAGE = re.compile(rf"https?://[\w.-]+(?::\d{{1,5}})?(?:[/?]{_PATH})?(?:#{_PATH})?")

_ORDER = (
    *("OrderID", "OrderNumber", "OrderDate", "OrderStatus", "LastModified", "ShippingMethod", "PaymentMethod", "CurrencyCode"),
    *("OrderTotal", "TaxAmount", "ShippingAmount", "CustomerNotes", "InternalNotes", "Gift", "GiftMessage"),
    *("CustomField1", "CustomField2", "CustomField3", "RequestedWarehouse", "Source"),
)
_DIMENSIONS = ("DimensionUnits", "Length", "Width", "Height")
_BILL_TO = ("Name", "Company", "Phone", "Email", "Address1", "Address2", "City", "State", "PostalCode", "Country")
_SHIP_TO = ("Name", "Company", "Address1", "Address2", "City", "State", "PostalCode", "Country", "Phone")
_ITEM = (
    *("LineItemID", "SKU", "Name", "ImageUrl", "Weight", "WeightUnits", "Quantity", "UnitPrice"),
    *("UPC", "Location", "Adjustment"),
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


class _Absent(Enum):
    ABSENT = 0


# An element that is left out. None is one that stays empty; text is markup already.
_ABSENT: Final = _Absent.ABSENT
_Value: TypeAlias = str | Literal[_Absent.ABSENT] | None


def encode_order(order: Order, *, dimensions: bool = False) -> bytes:
    """One `<Order>` as UTF-8 bytes, checked against the schema; raises InvalidOrderError where ShipStation would refuse it.

    `dimensions` adds the parcel's size, which ShipStation's guide has and its printed schema has not. Text is cleaned and cut to ShipStation's
    limits; the ids that come back in a notice are never changed: one that cannot go out as it is makes the order invalid. An
    e-mail address, image link or UPC that would not be valid is left out.
    """
    customer = order.customer
    bill_to, ship_to = customer.bill_to, customer.ship_to
    size = order.dimensions if dimensions else None
    parts = [
        "<Order>",
        _elements(_ORDER, _order_values(order)),
        f"<Dimensions>{_elements(_DIMENSIONS, _size_values(size))}</Dimensions>" if size is not None else "",
        "<Customer>",
        _elements(("CustomerCode",), (_customer_code(customer, order.number),)),
        f"<BillTo>{_elements(_BILL_TO, _bill_to(bill_to, ship_to))}</BillTo>",
        f"<ShipTo>{_elements(_SHIP_TO, _ship_to(ship_to, bill_to))}</ShipTo>",
        "</Customer>",
        f"<Items>{''.join(map(_item, order.items, count(1)))}</Items>" if order.items else "<Items/>",
        "</Order>",
    ]
    encoded = "".join(parts).encode()
    try:
        element = etree.fromstring(encoded, _PARSER)
    except etree.XMLSyntaxError as error:
        raise InvalidOrderError("Order", STRUCTURE, str(error)) from error
    check_order(element)
    return encoded


def frame_page(orders: Iterable[bytes] | bytes, pages: int) -> bytes:
    """A whole answer: `<Orders pages="…">` around orders that `encode_order` made, several or already joined into one blob."""
    body = orders if isinstance(orders, bytes) else b"\n".join(orders)
    return b'%s<Orders pages="%d">\n%s\n</Orders>\n' % (DECLARATION, pages, body)


def _elements(names: Iterable[str], values: Iterable[_Value]) -> str:
    return "".join(
        [f"<{name}>{value}</{name}>" if value else f"<{name}/>" for name, value in zip(names, values, strict=True) if value is not _ABSENT]
    )


def _order_values(order: Order) -> list[_Value]:
    fields = (*order.custom_fields, "", "", "")
    return [
        _id(order.id, "OrderID"),
        _id(order.number, "OrderNumber"),
        format_date(order.placed_at),
        order.status.value,
        format_date(order.modified_at),
        _free(order.shipping_method, 100),
        _free(order.payment_method, 50),
        order.currency if _CURRENCY.fullmatch(order.currency) else _ABSENT,
        _money(order.total, "OrderTotal"),
        _money(order.tax, "TaxAmount"),
        _money(order.shipping, "ShippingAmount"),
        _free(order.customer_notes, 1000),
        _free(order.internal_notes, 1000),
        "true" if order.gift else "false",
        _free(order.gift_message, 1000),
        _free(fields[0], 100),
        _free(fields[1], 100),
        _free(fields[2], 100),
        _optional(order.requested_warehouse, 100),
        _optional(order.source, 50),
    ]


def _bill_to(address: Address, other: Address) -> list[_Value]:
    return [
        _free(_person(address, other), 100),
        _free(address.company, 100),
        _free(address.phone, 50),
        _email(address.email or other.email),
        _free(address.line1, 200),
        _free(address.line2, 200),
        _free(address.city, 100),
        _free(address.region, 100),
        _free(address.postal_code, 50),
        address.country if _COUNTRY.fullmatch(address.country) else _ABSENT,
    ]


def _ship_to(address: Address, other: Address) -> list[_Value]:
    if not _COUNTRY.fullmatch(address.country):
        found = repr(address.country[:40]) if address.country else "nothing"
        raise InvalidOrderError("Customer/ShipTo/Country", "a country's two capital letters (ISO 3166)", found)
    return [
        _free(_person(address, other), 100),
        _free(address.company, 100),
        _free(address.line1, 200),
        _free(address.line2, 200),
        _free(address.city, 100),
        _free(address.region, 100),
        _free(address.postal_code, 50),
        address.country,
        _free(address.phone, 50),
    ]


def _item(item: LineItem, number: int) -> str:
    values = _elements(_ITEM, _item_values(item, f"Items/Item[{number}]"))
    if not item.options:
        return f"<Item>{values}</Item>"
    options = [
        f"<Option>{_elements(('Name', 'Value'), (_free(option.name, 100), _free(option.value, 100)))}</Option>"
        for option in _ten(item.options)
    ]
    return f"<Item>{values}<Options>{''.join(options)}</Options></Item>"


def _item_values(item: LineItem, path: str) -> list[_Value]:
    if not 1 <= item.quantity <= MOST_PIECES:
        raise InvalidOrderError(f"{path}/Quantity", f"a whole number from 1 to {MOST_PIECES}", str(item.quantity))
    weight: tuple[_Value, _Value] = (_ABSENT, _ABSENT)
    if item.weight is not None and item.weight.value > 0:
        # What rounds to nothing still weighs the least that can be said.
        weight = (_decimal(item.weight.value, f"{path}/Weight", _CENT), item.weight.unit.value)
    return [
        _id(item.id, f"{path}/LineItemID") if item.id else _ABSENT,
        _free(item.sku, 50),
        _free(item.name if item.name.strip() else item.sku or item.id, 200),
        _image(item.image_url),
        *weight,
        str(item.quantity),
        _money(item.unit_price, f"{path}/UnitPrice"),
        item.upc if _UPC.fullmatch(item.upc) else _ABSENT,
        _optional(item.location, 100),
        # The guide asks for a negative price in an adjustment; a fee is a line like any other.
        "true" if item.adjustment and item.unit_price < 0 else _ABSENT,
    ]


def _size_values(size: Dimensions) -> list[_Value]:
    sides = {"Length": size.length, "Width": size.width, "Height": size.height}
    return [size.unit.value, *(_decimal(side, f"Dimensions/{name}", _ZERO) for name, side in sides.items())]


def _ten(options: tuple[ItemOption, ...]) -> tuple[ItemOption, ...]:
    """At most ten options: ShipStation takes no more, so the tenth then tells the rest."""
    if len(options) <= MOST_OPTIONS:
        return options
    kept, rest = options[: MOST_OPTIONS - 1], options[MOST_OPTIONS - 1 :]
    return (*kept, ItemOption(name="More", value="; ".join(f"{option.name}: {option.value}" for option in rest)))


def _free(text: str, limit: int) -> _Value:
    """Free text, clean, within `limit`, in CDATA as the guide asks."""
    if not text:
        return None
    if len(text) > limit or not (text.isascii() and text.isprintable()):
        text = cut(clean(text), limit)
    return _marked(text)


def _marked(text: str) -> str:
    """`text` as CDATA, or with entities where it would end it."""
    return f"<![CDATA[{text}]]>" if "]]>" not in text else escape(text, quote=False)


def _optional(text: str, limit: int) -> _Value:
    return _free(text, limit) if text else _ABSENT


def _id(text: str, field: str) -> _Value:
    """An id as it is: it comes back in a notice and must then still name the same thing."""
    rule = f"1 to {LONGEST_ID} printable characters"
    if not text.strip():
        raise InvalidOrderError(field, rule, "nothing")
    if units(text) > LONGEST_ID or not is_carried(text):
        raise InvalidOrderError(field, rule, f"{len(text)}: {text[: LONGEST_ID + 1]!r}")
    return _marked(text)


def _customer_code(customer: Customer, number: str) -> _Value:
    """The buyer's code, else their e-mail address, else the order's number. One over the limit ends in a digest, so that no two become one."""
    code = clean(customer.code or customer.bill_to.email or customer.ship_to.email or number)
    limit = 50
    shortened = cut(code, limit)
    if shortened != code:
        digest = blake2s(code.encode(), digest_size=4).hexdigest()
        shortened = cut(code, limit - len(digest)) + digest
    return _free(shortened, limit)


def _person(address: Address, other: Address) -> str:
    """Whose address it is: the person, else the company, else whoever the order's other address names."""
    for name in (address.name, address.company, other.name, other.company):
        if name.strip():
            return name
    return ""


def _email(text: str) -> _Value:
    """An address cut short would reach nobody, or somebody else: one that is too long is left empty."""
    limit = 100
    return _free(text, limit) if len(text) <= limit else None


def _image(url: str) -> _Value:
    limit = 500
    return _marked(url) if url and len(url) <= limit and _IMAGE.fullmatch(url) and clean(url) == url else _ABSENT


def _money(value: Decimal, field: str) -> str:
    return _decimal(value, field, -LARGEST)


def _decimal(value: Decimal, field: str, smallest: Decimal) -> str:
    """`value` with two decimals, half a cent rounded away from zero, without exponent, separators or a minus before zero."""
    try:
        rounded = value.quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        rounded = value
    if not rounded.is_finite() or abs(rounded) > LARGEST:
        raise InvalidOrderError(field, f"an amount of at most {LARGEST}", str(value))
    return str(max(rounded, smallest) or "0.00")
