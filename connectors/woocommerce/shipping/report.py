"""One shipment as it is reported to a place for tracking. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connectors.carriers import Carriers
from connectors.orders import LineItem
from connectors.shipments import Shipment
from connectors.woocommerce.shipping.order_note import write_note
from connectors.woocommerce.shipping.parcel import Parcel


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`lines` are the order's as they were exported.

    `is_part`: other items were reported under the same tracking number, so that the number alone
    does not show that the shop knows these.
    """

    order_id: str
    shipment: Shipment
    lines: Sequence[LineItem]
    parcel: Parcel
    is_part: bool = False

    @property
    def number(self) -> str:
        """The tracking number; empty if there is none."""
        return self.shipment.tracking_number.strip()

    def write_note(self, carriers: Carriers) -> str:
        """The order note that reports the shipment, with no more pieces than count."""
        counted = msgspec.structs.replace(self.shipment, items=self.parcel.items)
        return write_note(counted, self.lines, carriers, further=self.parcel.further)

    def list_notes(self, carriers: Carriers) -> tuple[str, ...]:
        """The notes that may stand for it already: how many of its pieces counted depends on what
        the shop had recorded when the note was written.
        """
        return (
            self.write_note(carriers),
            write_note(self.shipment, self.lines, carriers),
            write_note(self.shipment, self.lines, carriers, further=True),
        )
