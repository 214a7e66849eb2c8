"""An order as ShipStation's `<Order>`, and encoded orders as a page: the one place where orders
become XML.

Each order is a tree, checked against the schema as a tree, and serialised by lxml. Its elements are
those of a form (`order_form`), which is filled in again for the next order: making others would
cost twice as much as filling them in. The limits are the schema's too, which holds the stricter
ones where ShipStation's guide and its printed schema differ. Optional text that is empty is still
sent as an empty element, as the guide's sample does, so that what a buyer takes back disappears in
ShipStation too.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from decimal import Decimal

from lxml.etree import tostring

from connectors.orders import (
    Address,
    Customer,
    Dimensions,
    LineItem,
    Order,
    OrderStatus,
)
from proxy.doors.custom_store.dates import format_date
from proxy.doors.custom_store.errors import DECLARATION, InvalidOrderError
from proxy.doors.custom_store.order_form import (
    Content,
    Leaves,
    LineForm,
    OrderForm,
    keep_form,
    take_form,
)
from proxy.doors.custom_store.schema import check_order
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

_ZERO = Decimal(0)
# Filling this many lines takes a few milliseconds.
_STEP = 50


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
    form = take_form()
    _fill_head(form.head, order, status_words)
    size = order.dimensions if dimensions else None
    form.show_size(shown=size is not None)
    if size is not None:
        _fill_size(form.size, size)
    _fill_customer(form, order.customer, order.number)
    items = order.items
    for begin in range(0, max(len(items), 1), _STEP):
        if begin:
            yield
        lines = form.show_lines(min(begin + _STEP, len(items)))
        for number, line in enumerate(lines[begin:], begin + 1):
            _fill_line(line, items[number - 1], number)
    check_order(form.element)
    xml: bytes = tostring(form.element, encoding="utf-8")
    keep_form(form)
    return xml


def frame_page(orders: Iterable[bytes] | bytes, pages: int) -> bytes:
    """A whole answer: `<Orders pages="…">` around orders that `encode_order` made, several or
    already joined into one blob.
    """
    body = orders if isinstance(orders, bytes) else b"\n".join(orders)
    return b'%s<Orders pages="%d">\n%s\n</Orders>\n' % (DECLARATION, pages, body)


def _fill_head(leaves: Leaves, order: Order, status_words: Mapping[OrderStatus, str]) -> None:
    first, second, third = (*order.custom_fields, "", "", "")[:3]
    leaves.fill(
        require_id(order.id, "OrderID"),
        require_number(order.number, "OrderNumber"),
        format_date(order.placed_at),  # OrderDate
        status_words.get(order.status, order.status),  # OrderStatus
        format_date(order.modified_at),  # LastModified
        order.shipping_method,
        order.payment_method,
        order.currency if is_currency(order.currency) else None,  # CurrencyCode
        write_money(order.total, "OrderTotal"),
        write_money(order.tax, "TaxAmount"),
        write_money(order.shipping, "ShippingAmount"),
        order.customer_notes,
        order.internal_notes,
        "true" if order.gift else "false",  # Gift
        order.gift_message,
        first,
        second,
        third,
        order.requested_warehouse or None,
        order.source or None,
    )


def _fill_size(leaves: Leaves, size: Dimensions) -> None:
    leaves.fill(
        LENGTH_UNITS.get(size.unit, size.unit),  # DimensionUnits
        write_decimal(size.length, "Dimensions/Length", _ZERO),
        write_decimal(size.width, "Dimensions/Width", _ZERO),
        write_decimal(size.height, "Dimensions/Height", _ZERO),
    )


def _fill_customer(form: OrderForm, customer: Customer, number: str) -> None:
    bill_to, ship_to = customer.bill_to, customer.ship_to
    form.customer.fill(make_customer_code(customer, number))
    email = fit_email(bill_to.email or ship_to.email)
    form.billing.fill(
        choose_name(bill_to, ship_to),
        bill_to.company,
        bill_to.phone,
        email,
        *_write_place(bill_to),
        bill_to.country if is_country(bill_to.country) else None,  # Country
    )
    form.shipping.fill(
        choose_name(ship_to, bill_to),
        ship_to.company,
        *_write_place(ship_to),
        require_country(ship_to.country, "Customer/ShipTo/Country"),
        ship_to.phone,
    )


def _write_place(address: Address) -> tuple[Content, ...]:
    """What both addresses have in common, with the same limits and in the same order."""
    return (
        address.line1,
        address.line2,
        address.city,
        address.region,
        address.postal_code,
    )


def _fill_line(line: LineForm, item: LineItem, number: int) -> None:
    """One line; an error names the line and the field."""
    try:
        _fill_item(line, item)
    except InvalidOrderError as error:
        field = f"Items/Item[{number}]/{error.field}"
        raise InvalidOrderError(field, error.rule, error.reason) from error


def _fill_item(line: LineForm, item: LineItem) -> None:
    """One line; an error names the field without the way to it."""
    link = fit_link(item.image_url)
    # What weighs nothing is not known.
    weight = item.weight if item.weight is not None and item.weight.value > 0 else None
    line.leaves.fill(
        require_id(item.id, "LineItemID") if item.id else None,
        item.sku,
        choose_line_name(item),
        link or None,  # ImageUrl
        None if weight is None else write_weight(weight.value),  # Weight
        None if weight is None else WEIGHT_UNITS.get(weight.unit, weight.unit),  # WeightUnits
        write_quantity(item.quantity),  # Quantity
        write_money(item.unit_price, "UnitPrice"),
        item.upc if item.upc and is_product_code(item.upc) else None,  # UPC
        item.location or None,
        # The guide asks for a negative price in an adjustment; a fee is a line like any other.
        "true" if item.adjustment and item.unit_price < 0 else None,  # Adjustment
    )
    options = limit_options(item.options)
    for form, option in zip(line.show_options(len(options)), options, strict=True):
        form.leaves.fill(
            option.name,
            option.value,
        )
