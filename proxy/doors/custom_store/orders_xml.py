"""An order as ShipStation's `<Order>`, and encoded orders as a page: the one place where orders
become XML.

Each order is built as a tree, checked against the schema as a tree, and serialised by lxml. What
every order has is a copy of the schema's skeleton, filled in its order: copying costs half of
adding element after element. The limits are the schema's too, which holds the stricter ones where
ShipStation's guide and its printed schema differ. Optional text that is empty is still sent as an
empty element, as the guide's sample does, so that what a buyer takes back disappears in ShipStation
too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from copy import copy
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias

from lxml.etree import CDATA, SubElement, _Element, tostring

from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    ItemOption,
    LineItem,
    Order,
    OrderStatus,
)
from proxy.doors.custom_store.dates import format_date
from proxy.doors.custom_store.errors import DECLARATION, InvalidOrderError
from proxy.doors.custom_store.orders_xsd import LONGEST, build_skeleton
from proxy.doors.custom_store.schema import check_order
from proxy.doors.custom_store.text import fit_text
from proxy.doors.custom_store.values import (
    choose_line_name,
    choose_name,
    fit_email,
    fit_link,
    is_country,
    is_currency,
    is_product_code,
    limit_options,
    make_customer_code,
    require_country,
    require_id,
    require_number,
    write_decimal,
    write_money,
    write_quantity,
    write_weight,
)
from proxy.doors.custom_store.words import LENGTH_UNITS, STATUSES, WEIGHT_UNITS

# What an element holds: a text that may go out as it is, or None to leave the element out.
_Content: TypeAlias = str | CDATA | None

_ZERO = Decimal(0)
# Filling this many lines takes a few milliseconds.
_STEP = 50
_OPTION = build_skeleton("Option", last="Value")
_LINE = build_skeleton("Item", last="UnitPrice")


def encode_order(
    order: Order,
    *,
    dimensions: bool = False,
    status_words: Mapping[OrderStatus, str] = STATUSES,
) -> bytes:
    """One `<Order>` as UTF-8 bytes, checked against the schema; raises InvalidOrderError where
    ShipStation would refuse it.

    `status_words` are what the client's form says for each status. `dimensions` adds the parcel's
    size, which ShipStation's guide has and its printed schema has not. Text is cleaned and cut to
    ShipStation's limits; the ids that come back in a notice are never changed: one that cannot go
    out as it is makes the order invalid. An e-mail address, image link or UPC that would not be
    valid is left out.
    """
    steps = encode_in_steps(order, dimensions=dimensions, status_words=status_words)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            xml: bytes = end.value
            return xml


def encode_in_steps(
    order: Order,
    *,
    dimensions: bool = False,
    status_words: Mapping[OrderStatus, str] = STATUSES,
) -> Generator[None, None, bytes]:
    """As `encode_order`, with a step after some lines each: an order of thousands takes long."""
    element = copy(_build_order(min(len(order.items), _STEP)))
    size, customer, items = element[-3], element[-2], element[-1]
    _fill_head(element, order, status_words)
    if dimensions and order.dimensions is not None:
        _fill_size(size, order.dimensions)
    else:
        element.remove(size)
    _fill_customer(customer, order.customer, order.number)
    for number, (item, line) in enumerate(zip(order.items, _list_lines(items), strict=False), 1):
        _fill_line(line, item, number)
        if number % _STEP == 0:
            yield
    check_order(element)
    return tostring(element, encoding="utf-8")


def frame_page(orders: Iterable[bytes] | bytes, pages: int) -> bytes:
    """A whole answer: `<Orders pages="…">` around orders that `encode_order` made, several or
    already joined into one blob.
    """
    body = orders if isinstance(orders, bytes) else b"\n".join(orders)
    return b'%s<Orders pages="%d">\n%s\n</Orders>\n' % (DECLARATION, pages, body)


def _list_lines(items: _Element) -> Iterator[_Element]:
    """The lines that are there, and then as many more as are asked for."""
    yield from list(items)
    while True:
        line = copy(_LINE)
        items.append(line)
        yield line


@lru_cache(maxsize=_STEP + 1)
def _build_order(lines: int) -> _Element:
    """The skeleton of an order with so many lines, each up to the last element that every line has;
    what may follow in a line is added where it is there.

    Kept for few lines alone: one of a shop's thousands would hold megabytes.
    """
    order = build_skeleton("Order")
    items = order[-1]
    items.text = None if lines else ""
    items.extend([copy(_LINE) for _ in range(lines)])
    return order


def _fill_head(element: _Element, order: Order, status_words: Mapping[OrderStatus, str]) -> None:
    first, second, third = (*order.custom_fields, "", "", "")[:3]
    _fill(
        element,
        _mark(require_id(order.id, "OrderID")),
        _mark(require_number(order.number, "OrderNumber")),
        format_date(order.placed_at),  # OrderDate
        status_words.get(order.status, order.status),  # OrderStatus
        format_date(order.modified_at),  # LastModified
        _free(order.shipping_method, LONGEST["ShippingMethod"]),
        _free(order.payment_method, LONGEST["PaymentMethod"]),
        order.currency if is_currency(order.currency) else None,  # CurrencyCode
        write_money(order.total, "OrderTotal"),
        write_money(order.tax, "TaxAmount"),
        write_money(order.shipping, "ShippingAmount"),
        _free(order.customer_notes, LONGEST["CustomerNotes"]),
        _free(order.internal_notes, LONGEST["InternalNotes"]),
        "true" if order.gift else "false",  # Gift
        _free(order.gift_message, LONGEST["GiftMessage"]),
        _free(first, LONGEST["CustomField1"]),
        _free(second, LONGEST["CustomField2"]),
        _free(third, LONGEST["CustomField3"]),
        _optional(order.requested_warehouse, LONGEST["RequestedWarehouse"]),
        _optional(order.source, LONGEST["Source"]),
    )


def _fill_size(element: _Element, size: Dimensions) -> None:
    _fill(
        element,
        LENGTH_UNITS.get(size.unit, size.unit),  # DimensionUnits
        write_decimal(size.length, "Dimensions/Length", _ZERO),
        write_decimal(size.width, "Dimensions/Width", _ZERO),
        write_decimal(size.height, "Dimensions/Height", _ZERO),
    )


def _fill_customer(element: _Element, customer: Customer, number: str) -> None:
    bill_to, ship_to = customer.bill_to, customer.ship_to
    code, billing, shipping = element
    code.text = _free(make_customer_code(customer, number), LONGEST["Customer/CustomerCode"])
    email = fit_email(bill_to.email or ship_to.email)
    _fill(
        billing,
        _free(choose_name(bill_to, ship_to), LONGEST["Customer/BillTo/Name"]),
        _free(bill_to.company, LONGEST["Customer/BillTo/Company"]),
        _free(bill_to.phone, LONGEST["Customer/BillTo/Phone"]),
        _free(email, LONGEST["Customer/BillTo/Email"]),
        *_write_place(bill_to),
        bill_to.country if is_country(bill_to.country) else None,  # Country
    )
    _fill(
        shipping,
        _free(choose_name(ship_to, bill_to), LONGEST["Customer/ShipTo/Name"]),
        _free(ship_to.company, LONGEST["Customer/ShipTo/Company"]),
        *_write_place(ship_to),
        require_country(ship_to.country, "Customer/ShipTo/Country"),
        _free(ship_to.phone, LONGEST["Customer/ShipTo/Phone"]),
    )


def _write_place(address: Address) -> tuple[_Content, ...]:
    """What both addresses have in common, with the same limits and in the same order."""
    return (
        _free(address.line1, LONGEST["Customer/ShipTo/Address1"]),
        _free(address.line2, LONGEST["Customer/ShipTo/Address2"]),
        _free(address.city, LONGEST["Customer/ShipTo/City"]),
        _free(address.region, LONGEST["Customer/ShipTo/State"]),
        _free(address.postal_code, LONGEST["Customer/ShipTo/PostalCode"]),
    )


def _fill_line(element: _Element, item: LineItem, number: int) -> None:
    """One line; an error names the line and the field."""
    try:
        _fill_item(element, item)
    except InvalidOrderError as error:
        field = f"Items/Item[{number}]/{error.field}"
        raise InvalidOrderError(field, error.rule, error.reason) from error


def _fill_item(element: _Element, item: LineItem) -> None:
    """One line; an error names the field without the way to it."""
    link = fit_link(item.image_url)
    # What weighs nothing is not known.
    weight = item.weight if item.weight is not None and item.weight.value > 0 else None
    _fill(
        element,
        _mark(require_id(item.id, "LineItemID")) if item.id else None,
        _free(item.sku, LONGEST["Items/Item/SKU"]),
        _free(choose_line_name(item), LONGEST["Items/Item/Name"]),
        _mark(link) if link else None,  # ImageUrl
        None if weight is None else write_weight(weight.value),  # Weight
        None if weight is None else WEIGHT_UNITS.get(weight.unit, weight.unit),  # WeightUnits
        write_quantity(item.quantity),  # Quantity
        write_money(item.unit_price, "UnitPrice"),
    )
    if item.upc and is_product_code(item.upc):
        _add(element, "UPC", item.upc)
    if item.location:
        _add(element, "Location", _free(item.location, LONGEST["Items/Item/Location"]))
    # The guide asks for a negative price in an adjustment; a fee is a line like any other.
    if item.adjustment and item.unit_price < 0:
        _add(element, "Adjustment", "true")
    if item.options:
        _add_options(element, limit_options(item.options))


def _add_options(parent: _Element, options: tuple[ItemOption, ...]) -> None:
    element = SubElement(parent, "Options")
    for each in options:
        option = copy(_OPTION)
        _fill(
            option,
            _free(each.name, LONGEST["Items/Item/Options/Option/Name"]),
            _free(each.value, LONGEST["Items/Item/Options/Option/Value"]),
        )
        element.append(option)


def _fill(element: _Element, *contents: _Content) -> None:
    """Give the children of a skeleton their contents, which come in the order of the schema; a
    child without content is taken out.
    """
    empty = []
    for child, content in zip(element, contents, strict=False):
        if content is None:
            empty.append(child)
        else:
            child.text = content
    for child in empty:
        element.remove(child)


def _add(parent: _Element, name: str, content: str | CDATA) -> None:
    SubElement(parent, name).text = content


def _free(text: str, limit: int) -> str | CDATA:
    """Free text, clean and within `limit`, in CDATA as the guide asks; nothing stays nothing."""
    if not text:
        return ""
    if len(text) <= limit and text.isascii() and text.isprintable() and "]]>" not in text:
        return CDATA(text)  # most texts: nothing to clean, cut or escape
    return _mark(fit_text(text, limit))


def _optional(text: str, limit: int) -> _Content:
    """Free text whose element is left out where there is nothing to say."""
    return _free(text, limit) if text else None


def _mark(text: str) -> str | CDATA:
    """Text in CDATA, or with entities where it would end the CDATA."""
    return text if "]]>" in text else CDATA(text)
