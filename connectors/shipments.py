"""A shipment that a shipping client told us about, and how to know it again. No I/O."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

import msgspec

from connectors.orders import Address, require_utc


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

    `carrier` is the notice's own word; `carrier_code` the code of that carrier in
    `connectors.carriers`, empty where it is not known.
    """

    order_id: str = ""
    order_number: str = ""
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

    @property
    def order(self) -> str:
        """What the deliveries of one order are queued under: its number, which every notice
        carries, else its id.
        """
        return self.order_number or self.order_id

    def key(self) -> str:
        """Two notices with the same key tell of the same shipment.

        Notices have no id of their own. With a tracking number the key is order,
        tracking number and lower-cased carrier; without one, a digest of carrier, service, day and
        items stands in. Keys are stored with deliveries, so what one is made of must not change.
        """
        order = self.order_id or self.order_number
        carrier = self.carrier.strip().lower()
        if self.tracking_number:
            return _digest_parts(order, self.tracking_number.strip(), carrier)
        lines = sorted(map(_identify_item, self.items))
        facts = msgspec.json.encode((carrier, self.service.strip().lower(), self.shipped_on, lines))
        return _digest_parts(order, "none", hashlib.sha256(facts).hexdigest())


def _identify_item(item: ShippedItem) -> tuple[str | int, ...]:
    """What tells one item from another: its name only where nothing better does, for names
    change.
    """
    known = (item.line_id, item.sku, item.quantity)
    return known if item.line_id or item.sku else (*known, item.name)


def _digest_parts(*parts: str) -> str:
    """A key that no choice of parts can make ambiguous, short enough for an index."""
    digest = hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
    return digest[:40]
