"""An order as ShipStation's `<Order>`, and encoded orders as a page: the one place where order
XML is made.

Limits are the stricter ones where ShipStation's guide and its schema differ. Optional text that is
empty is still sent as an empty element, as the guide's sample does, so that what a buyer takes back
disappears in ShipStation too.

Orders are written as text and read back by lxml before they leave: half the time of building them
element by element, and it proves what building would have promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2s
from html import escape
from itertools import count

from connectors.orders import Address, Customer, Dimensions, ItemOption, LineItem, Order, Weight
from proxy.doors.custom_store.dates import format_date
from proxy.doors.custom_store.errors import DECLARATION, InvalidOrderError
from proxy.doors.custom_store.schema import check_order
from proxy.doors.custom_store.text import ELLIPSIS, clean, cut, is_carried, units

MOST_OPTIONS = 10
MOST_PIECES = 99_999
LONGEST_ID = 50
LARGEST = Decimal("9999999.99")
_ID_RULE = f"1 to {LONGEST_ID} printable characters"
_LONGEST_SHOWN = 40
_CENT = Decimal("0.01")
_ZERO = Decimal(0)

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_UPC = re.compile(r"\d{1,12}", re.ASCII)
# Narrower than what XML Schema takes for a URI, so that no image costs an order.
_PATH = r"(?:[^\s\[\]<>\"{}|\\^`%#]|%[0-9A-Fa-f]{2})*"
_IMAGE = re.compile(rf"https?://[\w.-]+(?::\d{{1,5}})?(?:[/?]{_PATH})?(?:#{_PATH})?")


def encode_order(order: Order, *, dimensions: bool = False) -> bytes:
    """One `<Order>` as UTF-8 bytes, checked against the schema; raises InvalidOrderError where
    ShipStation would refuse it.

    `dimensions` adds the parcel's size, which ShipStation's guide has and its printed schema has
    not. Text is cleaned and cut to ShipStation's limits; the ids that come back in a notice are
    never changed: one that cannot go out as it is makes the order invalid. An e-mail address, image
    link or UPC that would not be valid is left out.
    """
    size = _size(order.dimensions) if dimensions and order.dimensions is not None else ""
    lines = "".join(map(_line, order.items, count(1)))
    customer = _customer(order.customer, order.number)
    encoded = f"<Order>{_head(order)}{size}{customer}<Items>{lines}</Items></Order>".encode()
    check_order(encoded)
    return encoded


def frame_page(orders: Iterable[bytes] | bytes, pages: int) -> bytes:
    """A whole answer: `<Orders pages="…">` around orders that `encode_order` made, several or
    already joined into one blob.
    """
    body = orders if isinstance(orders, bytes) else b"\n".join(orders)
    return b'%s<Orders pages="%d">\n%s\n</Orders>\n' % (DECLARATION, pages, body)


def _head(order: Order) -> str:
    first, second, third = (*order.custom_fields, "", "", "")[:3]
    currency = (
        f"<CurrencyCode>{order.currency}</CurrencyCode>"
        if _CURRENCY.fullmatch(order.currency)
        else ""
    )
    return (
        f"<OrderID>{_id(order.id, 'OrderID')}</OrderID>"
        f"<OrderNumber>{_id(order.number, 'OrderNumber')}</OrderNumber>"
        f"<OrderDate>{format_date(order.placed_at)}</OrderDate>"
        f"<OrderStatus>{order.status}</OrderStatus>"
        f"<LastModified>{format_date(order.modified_at)}</LastModified>"
        f"<ShippingMethod>{_free(order.shipping_method, 100)}</ShippingMethod>"
        f"<PaymentMethod>{_free(order.payment_method, 50)}</PaymentMethod>"
        f"{currency}"
        f"<OrderTotal>{_money(order.total, 'OrderTotal')}</OrderTotal>"
        f"<TaxAmount>{_money(order.tax, 'TaxAmount')}</TaxAmount>"
        f"<ShippingAmount>{_money(order.shipping, 'ShippingAmount')}</ShippingAmount>"
        f"<CustomerNotes>{_free(order.customer_notes, 1000)}</CustomerNotes>"
        f"<InternalNotes>{_free(order.internal_notes, 1000)}</InternalNotes>"
        f"<Gift>{'true' if order.gift else 'false'}</Gift>"
        f"<GiftMessage>{_free(order.gift_message, 1000)}</GiftMessage>"
        f"<CustomField1>{_free(first, 100)}</CustomField1>"
        f"<CustomField2>{_free(second, 100)}</CustomField2>"
        f"<CustomField3>{_free(third, 100)}</CustomField3>"
        f"{_optional('RequestedWarehouse', order.requested_warehouse, 100)}"
        f"{_optional('Source', order.source, 50)}"
    )


def _size(size: Dimensions) -> str:
    return (
        f"<Dimensions><DimensionUnits>{size.unit}</DimensionUnits>"
        f"<Length>{_decimal(size.length, 'Dimensions/Length', _ZERO)}</Length>"
        f"<Width>{_decimal(size.width, 'Dimensions/Width', _ZERO)}</Width>"
        f"<Height>{_decimal(size.height, 'Dimensions/Height', _ZERO)}</Height></Dimensions>"
    )


def _customer(customer: Customer, number: str) -> str:
    bill_to, ship_to = customer.bill_to, customer.ship_to
    if not _COUNTRY.fullmatch(ship_to.country):
        found = repr(ship_to.country[:40]) if ship_to.country else "nothing"
        raise InvalidOrderError(
            "Customer/ShipTo/Country", "a country's two capital letters (ISO 3166)", found
        )
    country = f"<Country>{bill_to.country}</Country>" if _COUNTRY.fullmatch(bill_to.country) else ""
    return (
        f"<Customer><CustomerCode>{_customer_code(customer, number)}</CustomerCode>"
        f"<BillTo><Name>{_free(_person(bill_to, ship_to), 100)}</Name>"
        f"<Company>{_free(bill_to.company, 100)}</Company>"
        f"<Phone>{_free(bill_to.phone, 50)}</Phone>"
        f"<Email>{_email(bill_to.email or ship_to.email)}</Email>"
        f"{_place(bill_to)}{country}</BillTo>"
        f"<ShipTo><Name>{_free(_person(ship_to, bill_to), 100)}</Name>"
        f"<Company>{_free(ship_to.company, 100)}</Company>"
        f"{_place(ship_to)}<Country>{ship_to.country}</Country>"
        f"<Phone>{_free(ship_to.phone, 50)}</Phone></ShipTo></Customer>"
    )


def _place(address: Address) -> str:
    return (
        f"<Address1>{_free(address.line1, 200)}</Address1>"
        f"<Address2>{_free(address.line2, 200)}</Address2>"
        f"<City>{_free(address.city, 100)}</City>"
        f"<State>{_free(address.region, 100)}</State>"
        f"<PostalCode>{_free(address.postal_code, 50)}</PostalCode>"
    )


def _line(item: LineItem, number: int) -> str:
    try:
        return _item(item)
    except InvalidOrderError as error:
        raise InvalidOrderError(
            f"Items/Item[{number}]/{error.field}", error.rule, error.reason
        ) from error


def _item(item: LineItem) -> str:
    """One line; an error names the field without the way to it."""
    if not 1 <= item.quantity <= MOST_PIECES:
        raise InvalidOrderError(
            "Quantity", f"a whole number from 1 to {MOST_PIECES}", _shown(item.quantity)
        )
    line_id = f"<LineItemID>{_id(item.id, 'LineItemID')}</LineItemID>" if item.id else ""
    return (
        f"<Item>{line_id}"
        f"<SKU>{_free(item.sku, 50)}</SKU>"
        f"<Name>{_free(item.name if item.name.strip() else item.sku or item.id, 200)}</Name>"
        f"{_image(item.image_url)}{_weight(item.weight)}"
        f"<Quantity>{item.quantity}</Quantity>"
        f"<UnitPrice>{_money(item.unit_price, 'UnitPrice')}</UnitPrice>"
        f"{f'<UPC>{item.upc}</UPC>' if _UPC.fullmatch(item.upc) else ''}"
        f"{_optional('Location', item.location, 100)}"
        # The guide asks for a negative price in an adjustment; a fee is a line like any other.
        f"{'<Adjustment>true</Adjustment>' if item.adjustment and item.unit_price < 0 else ''}"
        f"{_options(item.options) if item.options else ''}</Item>"
    )


def _options(options: tuple[ItemOption, ...]) -> str:
    told = [
        f"<Option><Name>{_free(option.name, 100)}</Name>"
        f"<Value>{_free(option.value, 100)}</Value></Option>"
        for option in _ten(options)
    ]
    return f"<Options>{''.join(told)}</Options>"


def _weight(weight: Weight | None) -> str:
    """What rounds to nothing still weighs the least that can be said; what weighs nothing is not
    known.
    """
    if weight is None or weight.value <= 0:
        return ""
    value = _decimal(weight.value, "Weight", _CENT)
    return f"<Weight>{value}</Weight><WeightUnits>{weight.unit}</WeightUnits>"


def _ten(options: tuple[ItemOption, ...]) -> tuple[ItemOption, ...]:
    """At most ten options: ShipStation takes no more, so the tenth then tells the rest."""
    if len(options) <= MOST_OPTIONS:
        return options
    kept, rest = options[: MOST_OPTIONS - 1], options[MOST_OPTIONS - 1 :]
    return (
        *kept,
        ItemOption(
            name="More", value="; ".join(f"{option.name}: {option.value}" for option in rest)
        ),
    )


def _free(text: str, limit: int) -> str:
    """Free text as markup: clean, within `limit`, in CDATA as the guide asks."""
    if not text:
        return ""
    if len(text) <= limit and text.isascii() and text.isprintable() and "]" not in text:
        return f"<![CDATA[{text}]]>"
    return _marked(cut(clean(text), limit))


def _marked(text: str) -> str:
    """`text` as CDATA, or with entities where it would end it."""
    return f"<![CDATA[{text}]]>" if "]]>" not in text else escape(text, quote=False)


def _optional(name: str, text: str, limit: int) -> str:
    """An element that is left out where there is nothing to say."""
    return f"<{name}>{_free(text, limit)}</{name}>" if text else ""


def _id(text: str, field: str) -> str:
    """An id as it is: it comes back in a notice and must then still name the same thing."""
    if not text.strip():
        raise InvalidOrderError(field, _ID_RULE, "nothing")
    if units(text) > LONGEST_ID or not is_carried(text):
        raise InvalidOrderError(field, _ID_RULE, f"{len(text)}: {text[: LONGEST_ID + 1]!r}")
    return _marked(text)


def _customer_code(customer: Customer, number: str) -> str:
    """The buyer's code, else their e-mail address, else the order's number.

    One over the limit ends in a digest, so that no two become one.
    """
    code = clean(customer.code or customer.bill_to.email or customer.ship_to.email or number)
    limit = 50
    shortened = cut(code, limit)
    if shortened != code:
        digest = blake2s(code.encode(), digest_size=4).hexdigest()
        shortened = cut(code, limit - len(digest)) + digest
    return _free(shortened, limit)


def _person(address: Address, other: Address) -> str:
    """Whose address it is: the person, else the company, else whoever the order's other address
    names.
    """
    for name in (address.name, address.company, other.name, other.company):
        if name.strip():
            return name
    return ""


def _email(text: str) -> str:
    """An address cut short would reach nobody, or somebody else: one that is too long is left
    empty.
    """
    limit = 100
    return _free(text, limit) if len(text) <= limit else ""


@lru_cache(maxsize=4096)
def _image(url: str) -> str:
    """The same goods are sold again and again: judging a link costs more than all else of its
    line.
    """
    limit = 500
    fitting = url and len(url) <= limit and _IMAGE.fullmatch(url) and clean(url) == url
    return f"<ImageUrl>{_marked(url)}</ImageUrl>" if fitting else ""


def _money(value: Decimal, field: str) -> str:
    return _decimal(value, field, -LARGEST)


def _decimal(value: Decimal | int, field: str, smallest: Decimal) -> str:
    """`value` with two decimals, half a cent rounded away from zero, without exponent,
    separators or a minus before zero.
    """
    exact = Decimal(value)
    try:
        rounded = exact.quantize(_CENT, ROUND_HALF_UP)
    except InvalidOperation:
        rounded = exact
    # What `abs` gives is rounded, and rounding may overflow.
    if not rounded.is_finite() or rounded.copy_abs() > LARGEST:
        raise InvalidOrderError(field, f"an amount of at most {LARGEST}", _shown(exact))
    return str(max(rounded, smallest) or "0.00")


def _shown(number: Decimal | int) -> str:
    """A number as an error may show it.

    Python refuses to write out a whole number of thousands of digits, other than as a Decimal.
    """
    text = str(Decimal(number))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + ELLIPSIS
