"""ShipStation's shipment notice, XML body and query together, read into a `Shipment`; what cannot
be read is refused, never guessed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.orders import Address
from connectors.shipments import Shipment, ShippedItem
from proxy.doors.custom_store.carriers import find_carrier_code
from proxy.doors.custom_store.dates import parse_date, parse_day
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.orders_xsd import LONGEST, MOST_PIECES
from proxy.doors.custom_store.parameters import Parameters
from proxy.doors.custom_store.text import clean, is_carried

# A notice of a thousand lines has a quarter of this.
MAX_BODY = 256 * 1024
# ShipNotice/Items/Item/Quantity is 4; what nests much deeper is no notice.
MAX_DEPTH = 16
# What is longer was never ours. Names of carriers and services are an open set.
_LONGEST_ID = LONGEST["OrderID"]
_LONGEST_NAME = 200

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"(\d{1,6})(?:\.0{1,6})?", re.ASCII)
_CLAIMS_UTF_16 = re.compile(rb"""^<\?xml[^>]{0,80}encoding\s*=\s*["']utf-?16""", re.IGNORECASE)
# What tells of an item, and the one place where it is read.
_HOMES = {
    "items": "shipnotice",
    "item": "shipnotice/items",
    "lineitemid": "shipnotice/items/item",
    "sku": "shipnotice/items/item",
}
_TRUE = frozenset({"true", "1", "yes"})
_FALSE = frozenset({"", "false", "0", "no"})


def parse_shipnotice(body: bytes, query: Parameters) -> Shipment:
    """The shipment that `body` and `query` tell of.

    The body's word comes before the query's; an empty body leaves the query's alone.

    No items means: all that was left to ship. That is read only from a body without anything of an
    item in it, never from one that cannot be read or has its items in another place. Raises
    WireError: 413 for a body over `MAX_BODY`, else 400 with what was expected and found.
    """
    if len(body) > MAX_BODY:
        raise WireError(f"body: expected at most {MAX_BODY} bytes, found {len(body)}", 413)
    body = body.removeprefix(codecs.BOM_UTF8).lstrip()
    root = _parse(body) if body else Element("ShipNotice")
    notice = _Fields(root, "ShipNotice")
    order_id = _id("OrderID", notice.raw("OrderID") or query.one("order_id"))
    order_number = _id("OrderNumber", notice.raw("OrderNumber") or query.one("order_number"))
    if not order_id and not order_number:
        raise WireError(
            "order_number: expected the number of the order that was shipped, found none in the"
            " query or the body"
        )
    items = tuple(_items(notice))
    _refuse_misplaced(root, "ShipNotice")
    carrier = _name("Carrier", notice.text("Carrier") or query.one("carrier"))
    service = _name("Service", notice.text("Service") or query.one("service"))
    created = notice.text("LabelCreateDate")
    shipped = notice.text("ShipDate")
    return Shipment(
        order_id=order_id,
        order_number=order_number,
        carrier=carrier,
        carrier_code=find_carrier_code(carrier, service),
        service=service,
        tracking_number=_name(
            "TrackingNumber", notice.text("TrackingNumber") or query.one("tracking_number")
        ),
        shipped_on=parse_day(shipped, "ShipDate") if shipped else None,
        label_created_at=parse_date(created, "LabelCreateDate") if created else None,
        cost=_cost(notice.text("ShippingCost")),
        recipient=_recipient(notice),
        items=items,
        notify_customer=_flag("NotifyCustomer", notice.text("NotifyCustomer")),
        customer_code=notice.text("CustomerCode"),
        customer_notes=notice.text("CustomerNotes"),
        internal_notes=notice.text("InternalNotes"),
        notes_to_customer=notice.text("NotesToCustomer"),
        custom_fields=_custom_fields(notice),
        requested_warehouse=notice.text("RequestedWarehouse"),
    )


class _ShallowBuilder(TreeBuilder):
    """Builds the tree and refuses one that is deeper than any notice."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise WireError(
                f"body: expected a ShipNotice, found elements nested more than {MAX_DEPTH} deep"
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parse(body: bytes) -> Element:
    """The root element of `body`, which must be a ShipNotice."""
    # A client that writes its XML into a string first may claim UTF-16 and send UTF-8; the bytes
    # themselves know better.
    encoding = "utf-8" if _CLAIMS_UTF_16.match(body) else None
    parser = DefusedXMLParser(target=_ShallowBuilder(), encoding=encoding, forbid_dtd=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException as error:
        raise WireError(
            "body: expected XML without a document type or entities of its own"
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise WireError(f"body: expected well-formed XML, found a fault: {error}") from error
    if _local(root) != "shipnotice":
        raise WireError(f"body: expected the root element ShipNotice, found {root.tag[:60]!r}")
    if (root.text or "").strip() or any((child.tail or "").strip() for child in root):
        raise WireError("body: expected elements in ShipNotice and nothing else, found loose text")
    return root


def _local(element: Element) -> str:
    """The element's name in lower case, without a namespace."""
    return element.tag.rpartition("}")[2].lower()


class _Fields:
    """The children of an element by name, in any case; a name that is given twice must say the
    same.
    """

    def __init__(self, element: Element, path: str) -> None:
        self._path = path
        self.children: dict[str, list[Element]] = {}
        for child in element:
            self.children.setdefault(_local(child), []).append(child)

    def all(self, name: str) -> list[Element]:
        return self.children.get(name.lower(), [])

    def text(self, name: str) -> str:
        """The text of the child `name`, clean and stripped; empty if it is not there."""
        return clean(self.raw(name)).strip()

    def raw(self, name: str) -> str:
        """The same as it stands, for ids, which must match to the letter."""
        children = self.all(name)
        if any(map(len, children)):
            raise WireError(f"{self._path}/{name}: expected text, found elements")
        found = {(child.text or "").strip() for child in children} - {""}
        if len(found) > 1:
            raise WireError(
                f"{self._path}/{name}: expected one value, found {len(found)} different ones"
            )
        return found.pop() if found else ""


def _id(name: str, text: str) -> str:
    """An order's id or number, which must come back as it went out."""
    if len(text) > _LONGEST_ID or not is_carried(text):
        raise WireError(
            f"{name}: expected at most {_LONGEST_ID} printable characters, found {len(text)}:"
            f" {text[:_LONGEST_ID]!r}"
        )
    return text


def _name(name: str, text: str) -> str:
    if len(text) > _LONGEST_NAME:
        raise WireError(f"{name}: expected at most {_LONGEST_NAME} characters, found {len(text)}")
    return clean(text)


def _flag(name: str, text: str) -> bool:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise WireError(f"{name}: expected true or false, found {text[:40]!r}")
    return word in _TRUE


def _cost(text: str) -> Decimal | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise WireError(f"ShippingCost: expected an amount such as 4.95, found {text[:40]!r}")
    return Decimal(text)


def _custom_fields(notice: _Fields) -> tuple[str, ...]:
    """The three free fields, each at its place; empty ones at the end are left off."""
    values = [notice.text(f"CustomField{number}") for number in (1, 2, 3)]
    while values and not values[-1]:
        values.pop()
    return tuple(values)


def _recipient(notice: _Fields) -> Address | None:
    """Where the parcel went, if the notice says anything of it."""
    for element in notice.all("Recipient"):
        fields = _Fields(element, "ShipNotice/Recipient")
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


def _items(notice: _Fields) -> Iterator[ShippedItem]:
    """What went into the parcel; nothing if the notice names no item.

    Something else in their place is refused, for it meant something.
    """
    number = 0
    for group in notice.all("Items"):
        if (group.text or "").strip() or any(
            _local(child) != "item" or (child.tail or "").strip() for child in group
        ):
            raise WireError("ShipNotice/Items: expected Item elements and nothing else")
        for element in group:
            number += 1
            yield _item(element, f"ShipNotice/Items/Item[{number}]")


def _refuse_misplaced(element: Element, path: str) -> None:
    """Items that stand elsewhere would be overlooked, and the parcel taken for the whole order."""
    for child in element:
        place = f"{path}/{child.tag.rpartition('}')[2][:60]}"
        if _HOMES.get(_local(child), path.lower()) != path.lower():
            raise WireError(
                f"{place}: expected items as Item elements in ShipNotice/Items, found them here"
            )
        _refuse_misplaced(child, place)


def _item(element: Element, path: str) -> ShippedItem:
    fields = _Fields(element, path)
    text = fields.text("Quantity")
    match = _WHOLE.fullmatch(text)
    quantity = int(match[1]) if match else 0
    if not 1 <= quantity <= MOST_PIECES:
        found = repr(text[:40]) if text else "nothing"
        raise WireError(
            f"{path}/Quantity: expected a whole number from 1 to {MOST_PIECES}, found {found}"
        )
    item = ShippedItem(
        line_id=fields.raw("LineItemID"),
        sku=fields.text("SKU"),
        name=fields.text("Name"),
        quantity=quantity,
    )
    if not (item.line_id or item.sku or item.name):
        raise WireError(f"{path}: expected a LineItemID, SKU or Name, found none")
    return item
