"""A shipment that a shipping client told us about, and how to know it again. No I/O."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec

from connectors.errors import ConflictError
from connectors.orders import Address, require_utc

# Dashes and invisible characters (soft hyphens, joiners) do not count in a tracking number.
_UNCOUNTED = frozenset({"Pd", "Cf"})
# How many items a sentence names, and how many characters of each.
_MOST_NAMED = 5
_MOST_OF_A_NAME = 50


class ShippingRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a store wants its shipments written to the shop.

    `confirm`: look for the effect after writing, and count a shipment as told only if it shows.
    `over_ship`: pass on quantities beyond what is left to ship.
    """

    confirm: bool = True
    over_ship: bool = False


class ShippedItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What of one line went into the parcel.

    `line_id` is the id that the order was exported with; match by it, then by `sku`.
    """

    line_id: str = ""
    sku: str = ""
    name: str = ""
    quantity: int


class Shipment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One parcel, or an order marked as shipped without a label (then `tracking_number` is empty).

    `items` empty means: all that was left to ship. `shipped_on` is a calendar day, because notices
    give no time. `cost` is what the label cost the merchant.

    `destination` is the key of the address that it went to, in an order with several.

    A `tracking_number` of nothing but blanks and dashes is none, and is taken out.

    `carrier` is the notice's own word; `carrier_code` the code of that carrier in
    `connectors.carriers`, empty where it is not known.
    """

    order_id: str = ""
    order_number: str = ""
    destination: str = ""
    carrier: str = ""
    carrier_code: str = ""
    service: str = ""
    tracking_number: str = ""
    shipped_on: date | None = None
    label_created_at: datetime | None = None
    cost: Decimal | None = None
    recipient: Address | None = None
    items: tuple[ShippedItem, ...] = ()
    notify_customer: bool = False
    customer_code: str = ""
    customer_notes: str = ""
    internal_notes: str = ""
    notes_to_customer: str = ""
    custom_fields: tuple[str, ...] = ()
    requested_warehouse: str = ""

    def __post_init__(self) -> None:
        require_utc("label_created_at", self.label_created_at)
        if self.tracking_number and not any(map(_counts, self.tracking_number)):
            msgspec.structs.force_setattr(self, "tracking_number", "")

    @property
    def order(self) -> str:
        """What the deliveries of one order are queued under: its number, which every notice
        carries, else its id.
        """
        return self.order_number or self.order_id

    def parcel_key(self) -> str:
        """Two notices with the same key tell of the same parcel of the same order.

        The order goes by its id, or by its number where no id is given, and by the address where it
        has several. The parcel goes by its
        tracking number, whatever word its carrier bears; without one, by the day, the carrier and
        the service. Keys are stored with deliveries: what one is made of must not change without a
        migration.
        """
        return _digest_parts(self._identify_parcel())

    def key(self) -> str:
        """Two notices with the same key tell of the same shipment: the same parcel with the same
        items. Other items in the same parcel are another part of the shipment.
        """
        return _digest_parts((*self._identify_parcel(), count_pieces(self.items)))

    def _identify_parcel(self) -> tuple[object, ...]:
        name = ("id", self.order_id) if self.order_id else ("number", self.order_number)
        order = (*name, *((self.destination,) if self.destination else ()))
        if tracking := fold_tracking(self.tracking_number):
            return (*order, "tracking", tracking)
        carrier, service = self.carrier.strip().lower(), self.service.strip().lower()
        return (*order, "day", self.shipped_on, carrier, service)


class NamedLine(Protocol):
    """A line of an order, by all that an item may name it by."""

    @property
    def id(self) -> str:
        """As it was exported, or the shop's own."""
        ...

    @property
    def sku(self) -> str:
        """Empty if it has none."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...


Line = TypeVar("Line", bound=NamedLine)


def find_lines(item: ShippedItem, lines: Sequence[Line]) -> Sequence[Line]:
    """The lines that an item fits: by the line's id, else by SKU, and by name where that does not
    decide. Several if they are alike; none if the item is of another order.
    """
    found = [line for line in lines if item.line_id and line.id == item.line_id]
    if not found and item.sku:
        found = [line for line in lines if line.sku == item.sku]
    if len(found) != 1 and item.name:
        found = [line for line in found or lines if line.name == item.name] or found
    return found


def name_lines(shipment: Shipment, lines: Sequence[NamedLine]) -> Shipment:
    """The shipment with each item under the id of its line, where it fits one line alone: so it has
    the same key whatever its notice called the line by.
    """
    items = []
    for item in shipment.items:
        found = find_lines(item, lines)
        items.append(
            msgspec.structs.replace(item, line_id=found[0].id) if len(found) == 1 else item
        )
    return msgspec.structs.replace(shipment, items=tuple(items))


def list_foreign(shipment: Shipment, lines: Sequence[NamedLine]) -> tuple[str, ...]:
    """What the items are called that fit none of the order's lines."""
    return tuple(name_item(item) for item in shipment.items if not find_lines(item, lines))


def name_item(item: ShippedItem) -> str:
    """What a person knows an item by."""
    return (item.sku or item.name or item.line_id)[:_MOST_OF_A_NAME]


def describe_foreign(foreign: Sequence[str]) -> str:
    """That items of another order were left out; empty if there were none."""
    return f"left out {_list_names(foreign)}: no line of the order fits" if foreign else ""


def build_foreign_error(shipment: Shipment, foreign: Sequence[str]) -> ConflictError:
    """The refusal of a parcel that holds nothing of its order."""
    return ConflictError(
        f"Order {shipment.order} has no line for {_list_names(foreign)}, which is all that this"
        " parcel holds. If it is a parcel of this order, tell it with the order's own lines by"
        " `portside ship --item`, or add its tracking number in the shop."
    )


def _list_names(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(map(repr, names[:_MOST_NAMED])) + (f" and {more} more" if more > 0 else "")


def fold_tracking(number: str) -> str:
    """A tracking number as it is compared: without regard to case, blanks and dashes."""
    return "".join(character for character in number.casefold() if _counts(character))


def is_part(shipment: Shipment, earlier: Iterable[Shipment]) -> bool:
    """Whether other items of the order were told under the same tracking number: then that the shop
    has the number does not show that it has these items.
    """
    number = fold_tracking(shipment.tracking_number)
    return bool(number and shipment.items) and any(
        bool(each.items)
        and fold_tracking(each.tracking_number) == number
        and each.key() != shipment.key()
        for each in earlier
    )


def _counts(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in _UNCOUNTED


def count_pieces(items: Iterable[ShippedItem]) -> Sequence[tuple[str, str, int]]:
    """What went into a parcel, however its items are split up and ordered: for each line the kind
    of its name, its name and its pieces.

    A line goes by its id, else by its SKU, and by its name only where nothing better is there.
    """
    pieces: dict[tuple[str, str], int] = {}
    for item in items:
        line = _identify_line(item)
        pieces[line] = pieces.get(line, 0) + item.quantity
    return sorted((*line, quantity) for line, quantity in pieces.items())


def _identify_line(item: ShippedItem) -> tuple[str, str]:
    if item.line_id:
        return "id", item.line_id
    return ("sku", item.sku) if item.sku else ("name", item.name)


def _digest_parts(parts: tuple[object, ...]) -> str:
    """A key that no choice of parts can make ambiguous, short enough for an index."""
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:40]
