"""An order as ShipStation's `<Order>`, and encoded orders as a page: the one place where order XML is made.

Limits are the stricter ones where ShipStation's guide and its schema differ. Optional text that is empty is still sent as an empty
element, as the guide's sample does, so that what a buyer takes back disappears in ShipStation too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from hashlib import blake2s

from lxml.etree import CDATA, tostring

from connectors.orders import Address, Customer, Dimensions, ItemOption, LineItem, Order
from proxy.shipstation.dates import format_date
from proxy.shipstation.errors import DECLARATION, InvalidOrderError
from proxy.shipstation.layout import ABSENT, Value, fill
from proxy.shipstation.schema import check_order
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
    *("Order", ".OrderID", ".OrderNumber", ".OrderDate", ".OrderStatus", ".LastModified", ".ShippingMethod", ".PaymentMethod"),
    *(".CurrencyCode", ".OrderTotal", ".TaxAmount", ".ShippingAmount", ".CustomerNotes", ".InternalNotes", ".Gift", ".GiftMessage"),
    *(".CustomField1", ".CustomField2", ".CustomField3", ".RequestedWarehouse", ".Source"),
    *(".Dimensions", "..DimensionUnits", "..Length", "..Width", "..Height"),
    *(".Customer", "..CustomerCode", "..BillTo", "...Name", "...Company", "...Phone", "...Email"),
    *("...Address1", "...Address2", "...City", "...State", "...PostalCode", "...Country"),
    *("..ShipTo", "...Name", "...Company", "...Address1", "...Address2", "...City", "...State", "...PostalCode", "...Country", "...Phone"),
    ".Items",
)
_ITEM = (
    *("..Item", "...LineItemID", "...SKU", "...Name", "...ImageUrl", "...Weight", "...WeightUnits", "...Quantity", "...UnitPrice"),
    *("...UPC", "...Location", "...Adjustment", "...Options"),
)
_OPTION = ("....Option", ".....Name", ".....Value")


def encode_order(order: Order, *, dimensions: bool = False) -> bytes:
    """One `<Order>` as UTF-8 bytes, checked against the schema; raises InvalidOrderError where ShipStation would refuse it.

    `dimensions` adds the parcel's size, which ShipStation's guide has and its printed schema has not. Text is cleaned and cut to ShipStation's
    limits; the ids that come back in a notice are never changed: one that cannot go out as it is makes the order invalid. An
    e-mail address, image link or UPC that would not be valid is left out.
    """
    names = [*_ORDER]
    values = _order_values(order, order.dimensions if dimensions else None)
    for index, item in enumerate(order.items, 1):
        options = _ten(item.options)
        names += (*_ITEM, *_OPTION * len(options))
        values += _item_values(item, f"Items/Item[{index}]")
        for option in options:
            values += (None, _free(option.name, 100), _free(option.value, 100))
    element = fill(names, values)
    check_order(element)
    return tostring(element, encoding="utf-8")


def frame_page(orders: Iterable[bytes] | bytes, pages: int) -> bytes:
    """A whole answer: `<Orders pages="…">` around orders that `encode_order` made, several or already joined into one blob."""
    body = orders if isinstance(orders, bytes) else b"\n".join(orders)
    return b'%s<Orders pages="%d">\n%s\n</Orders>\n' % (DECLARATION, pages, body)


def _order_values(order: Order, dimensions: Dimensions | None) -> list[Value]:
    customer = order.customer
    fields = (*order.custom_fields, "", "", "")
    return [
        None,
        _id(order.id, "OrderID"),
        _id(order.number, "OrderNumber"),
        format_date(order.placed_at),
        order.status.value,
        format_date(order.modified_at),
        _free(order.shipping_method, 100),
        _free(order.payment_method, 50),
        order.currency if _CURRENCY.fullmatch(order.currency) else ABSENT,
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
        *_dimensions(dimensions),
        None,
        _customer_code(customer, order.number),
        None,
        *_bill_to(customer.bill_to, customer.ship_to),
        None,
        *_ship_to(customer.ship_to, customer.bill_to),
        None,
    ]


def _bill_to(address: Address, other: Address) -> list[Value]:
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
        address.country if _COUNTRY.fullmatch(address.country) else ABSENT,
    ]


def _ship_to(address: Address, other: Address) -> list[Value]:
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


def _item_values(item: LineItem, path: str) -> list[Value]:
    if not 1 <= item.quantity <= MOST_PIECES:
        raise InvalidOrderError(f"{path}/Quantity", f"a whole number from 1 to {MOST_PIECES}", str(item.quantity))
    weight: tuple[Value, Value] = (ABSENT, ABSENT)
    if item.weight is not None and item.weight.value > 0:
        # What rounds to nothing still weighs the least that can be said.
        weight = (_decimal(item.weight.value, f"{path}/Weight", _CENT), item.weight.unit.value)
    return [
        None,
        _id(item.id, f"{path}/LineItemID") if item.id else ABSENT,
        _free(item.sku, 50),
        _free(item.name if item.name.strip() else item.sku or item.id, 200),
        _image(item.image_url),
        *weight,
        str(item.quantity),
        _money(item.unit_price, f"{path}/UnitPrice"),
        item.upc if _UPC.fullmatch(item.upc) else ABSENT,
        _optional(item.location, 100),
        # The guide asks for a negative price in an adjustment; a fee is a line like any other.
        "true" if item.adjustment and item.unit_price < 0 else ABSENT,
        None if item.options else ABSENT,
    ]


def _dimensions(size: Dimensions | None) -> list[Value]:
    if size is None:
        return [ABSENT] * 5
    sides = {"Length": size.length, "Width": size.width, "Height": size.height}
    return [None, size.unit.value, *(_decimal(side, f"Dimensions/{name}", _ZERO) for name, side in sides.items())]


def _ten(options: tuple[ItemOption, ...]) -> tuple[ItemOption, ...]:
    """At most ten options: ShipStation takes no more, so the tenth then tells the rest."""
    if len(options) <= MOST_OPTIONS:
        return options
    kept, rest = options[: MOST_OPTIONS - 1], options[MOST_OPTIONS - 1 :]
    return (*kept, ItemOption(name="More", value="; ".join(f"{option.name}: {option.value}" for option in rest)))


def _free(text: str, limit: int) -> Value:
    """Free text, clean, within `limit`, in CDATA as the guide asks. `]]>` would end it, so text that holds it is escaped instead."""
    if not text:
        return None
    if len(text) > limit or not (text.isascii() and text.isprintable()):
        text = cut(clean(text), limit)
    return text if "]]>" in text else CDATA(text)


def _optional(text: str, limit: int) -> Value:
    return _free(text, limit) if text else ABSENT


def _id(text: str, field: str) -> Value:
    """An id as it is: it comes back in a notice and must then still name the same thing."""
    rule = f"1 to {LONGEST_ID} printable characters"
    if not text.strip():
        raise InvalidOrderError(field, rule, "nothing")
    if units(text) > LONGEST_ID or not is_carried(text):
        raise InvalidOrderError(field, rule, f"{len(text)}: {text[: LONGEST_ID + 1]!r}")
    return text if "]]>" in text else CDATA(text)


def _customer_code(customer: Customer, number: str) -> Value:
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


def _email(text: str) -> Value:
    """An address cut short would reach nobody, or somebody else: one that is too long is left empty."""
    limit = 100
    return _free(text, limit) if len(text) <= limit else None


def _image(url: str) -> Value:
    limit = 500
    return CDATA(url) if url and len(url) <= limit and _IMAGE.fullmatch(url) and clean(url) == url else ABSENT


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
