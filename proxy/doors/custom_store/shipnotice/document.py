"""ShipStation's shipment notice, XML body and query together, read into a `Shipment`.

An order, a parcel or items that cannot be read are refused, never guessed. Any other field that
cannot be read is unknown, and a sentence says so.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

from connectors.orders import Address
from connectors.shipments import Shipment, ShippedItem
from proxy.doors.custom_store.carriers import find_carrier_code
from proxy.doors.custom_store.dates import parse_date, parse_day
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.orders_xsd import LONGEST, MOST_PIECES
from proxy.doors.custom_store.parameters import Parameters
from proxy.doors.custom_store.shipnotice.fields import (
    Doubt,
    Fields,
    FreeFields,
    fit_name,
    parse_tree,
    read_tag,
)
from proxy.doors.custom_store.text import is_carried

# A notice of a thousand lines has a quarter of this.
MAX_BODY = 256 * 1024
# What is longer was never ours. Names of carriers and services are an open set.
_LONGEST_ID = LONGEST["OrderID"]

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"(\d{1,6})(?:\.0{1,6})?", re.ASCII)
# What tells of an item, and the one place where it is read.
_HOMES = {
    "items": "shipnotice",
    "item": "shipnotice/items",
    "lineitemid": "shipnotice/items/item",
    "sku": "shipnotice/items/item",
}
# Notes, whatever stands in them.
_FREE_TEXTS = frozenset({"customernotes", "internalnotes", "notestocustomer", "customercode"}) | {
    f"customfield{number}" for number in (1, 2, 3)
}
_FORM = re.compile(rb"[A-Za-z_][\w.-]{0,60}=[^<>]*\Z", re.ASCII)
_MOST_FORM_FIELDS = 100
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"", "false", "0", "no"})


def parse_shipnotice(body: bytes, query: Parameters, doubt: Doubt) -> Shipment:
    """The shipment that `body` and `query` tell of.

    The body's word comes before the query's; an empty body, or a form, leaves the query's alone.
    `doubt` is called with a sentence for each field that is left out.

    No items means: all that was left to ship. That is read only from a body without anything of an
    item in it, never from one that cannot be read or has its items in another place. Raises
    WireError: 413 for a body over `MAX_BODY`, else 400 with what was expected and found.
    """
    if len(body) > MAX_BODY:
        raise WireError(f"body: expected at most {MAX_BODY} bytes, found {len(body)}", 413)
    body = body.removeprefix(codecs.BOM_UTF8).lstrip()
    if is_form(body):
        query, body = query.filled_up(_read_form(body)), b""
    root = parse_tree(body) if body else Element("ShipNotice")
    notice = Fields(root, "ShipNotice")
    free = FreeFields(notice, doubt)
    order_id = _id("OrderID", notice.raw("OrderID") or query.one("order_id"))
    order_number = _id("OrderNumber", notice.raw("OrderNumber") or query.one("order_number"))
    if not order_id and not order_number:
        raise WireError(
            "order_number: expected the number of the order that was shipped, found none in the"
            " query or the body"
        )
    items = _items(notice, doubt)
    _refuse_misplaced(root, "ShipNotice")
    carrier = free.word("Carrier", query.first("carrier"))
    service = free.word("Service", query.first("service"))
    return Shipment(
        order_id=order_id,
        order_number=order_number,
        carrier=carrier,
        carrier_code=find_carrier_code(carrier, service),
        service=service,
        tracking_number=fit_name(
            "TrackingNumber", notice.text("TrackingNumber") or query.one("tracking_number")
        ),
        shipped_on=free.read("ShipDate", partial(parse_day, name="ShipDate")),
        label_created_at=free.read("LabelCreateDate", partial(parse_date, name="LabelCreateDate")),
        cost=free.read("ShippingCost", _cost),
        recipient=_recipient(notice, doubt),
        items=items,
        notify_customer=free.read("NotifyCustomer", _flag) or False,
        customer_code=free.text("CustomerCode"),
        customer_notes=free.text("CustomerNotes"),
        internal_notes=free.text("InternalNotes"),
        notes_to_customer=free.text("NotesToCustomer"),
        custom_fields=_custom_fields(free),
        requested_warehouse=free.text("RequestedWarehouse"),
    )


def is_form(body: bytes) -> bool:
    """Whether a body is a form, as clients send whose query says everything already."""
    return _FORM.match(body) is not None


def _read_form(body: bytes) -> Parameters:
    """The form's names and values. Raises WireError for one that tells of items."""
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=_MOST_FORM_FIELDS)
    except ValueError as error:
        raise WireError("body: expected a form or a ShipNotice, found neither") from error
    if named := sorted({name[:40] for name, _ in pairs if name.lower() in _HOMES}):
        raise WireError(f"body: expected items in a ShipNotice, found {named[0]!r} in a form")
    return Parameters(dict(pairs))


def _id(name: str, text: str) -> str:
    """An order's id or number, which must come back as it went out."""
    if len(text) > _LONGEST_ID or not is_carried(text):
        raise WireError(
            f"{name}: expected at most {_LONGEST_ID} printable characters, found {len(text)}:"
            f" {text[:_LONGEST_ID]!r}"
        )
    return text


def _flag(text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise WireError(f"NotifyCustomer: expected true or false, found {text[:40]!r}")
    return word in _TRUE


def _cost(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise WireError(f"ShippingCost: expected an amount such as 4.95, found {text[:40]!r}")
    return Decimal(text)


def _custom_fields(free: FreeFields) -> tuple[str, ...]:
    """The three free fields, each at its place; empty ones at the end are left off."""
    values = [free.text(f"CustomField{number}") for number in (1, 2, 3)]
    while values and not values[-1]:
        values.pop()
    return tuple(values)


def _recipient(notice: Fields, doubt: Doubt) -> Address | None:
    """Where the parcel went, if the notice says anything of it."""
    for element in notice.all("Recipient"):
        fields = FreeFields(Fields(element, "ShipNotice/Recipient"), doubt)
        address = Address(
            name=fields.text("Name"),
            company=fields.text("Company"),
            line1=fields.text("Address1"),
            line2=fields.text("Address2"),
            city=fields.text("City"),
            region=fields.text("State"),
            postal_code=fields.text("PostalCode"),
            country=fields.text("Country").upper(),
        )
        if address != Address():
            return address
    return None


def _items(notice: Fields, doubt: Doubt) -> tuple[ShippedItem, ...]:
    """What went into the parcel; nothing if the notice names no item.

    An item of which nothing was packed is none. If that is so of all, the notice is refused.
    """
    items = list(_read_items(notice, doubt))
    packed = tuple(item for item in items if item.quantity)
    if items and not packed:
        raise WireError(
            f"ShipNotice/Items/Item[1]/Quantity: expected a whole number from 1 to {MOST_PIECES}"
            " in at least one item, found only 0"
        )
    return packed


def _read_items(notice: Fields, doubt: Doubt) -> Iterator[ShippedItem]:
    """Each item that the notice names.

    Anything else in their place is refused, because it meant something.
    """
    number = 0
    for group in notice.all("Items"):
        if (group.text or "").strip() or any(
            read_tag(child) != "item" or (child.tail or "").strip() for child in group
        ):
            raise WireError("ShipNotice/Items: expected Item elements and nothing else")
        for element in group:
            number += 1
            yield _item(element, f"ShipNotice/Items/Item[{number}]", doubt)


def _refuse_misplaced(element: Element, path: str) -> None:
    """Items that stand elsewhere would be overlooked, and the parcel taken for the whole order."""
    for child in element:
        if read_tag(child) in _FREE_TEXTS:
            continue  # markup in a note is text
        place = f"{path}/{child.tag.rpartition('}')[2][:60]}"
        if _HOMES.get(read_tag(child), path.lower()) != path.lower():
            raise WireError(
                f"{place}: expected items as Item elements in ShipNotice/Items, found them here"
            )
        _refuse_misplaced(child, place)


def _item(element: Element, path: str, doubt: Doubt) -> ShippedItem:
    """One item. What is beside the best of line id, SKU and name is a detail, and so is all of an
    item of which nothing was packed.
    """
    fields = Fields(element, path)
    free = FreeFields(fields, doubt)
    text = fields.text("Quantity")
    match = _WHOLE.fullmatch(text)
    quantity = int(match[1]) if match else -1
    if not 0 <= quantity <= MOST_PIECES:
        found = repr(text[:40]) if text else "nothing"
        raise WireError(
            f"{path}/Quantity: expected a whole number from 1 to {MOST_PIECES}, found {found}"
        )
    if not quantity:
        return ShippedItem(quantity=0)
    line_id = fields.raw("LineItemID")
    sku = free.text("SKU") if line_id else fields.text("SKU")
    item = ShippedItem(line_id=line_id, sku=sku, name=free.text("Name"), quantity=quantity)
    if not (item.line_id or item.sku or item.name):
        raise WireError(f"{path}: expected a LineItemID, SKU or Name, found none")
    return item
