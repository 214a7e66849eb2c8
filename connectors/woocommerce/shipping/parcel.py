"""What a parcel takes of an order and what is left after it, counted over all notices of the order.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connectors.orders import LineItem
from connectors.shipments import Shipment, ShippedItem


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment by the order's lines.

    `complete`: nothing is left to ship after it. `unknown`: items that are in no line.
    """

    quantities: Mapping[str, int]
    complete: bool
    unknown: tuple[ShippedItem, ...] = ()


def plan_parcel(
    lines: Sequence[LineItem],
    shipment: Shipment,
    earlier: Iterable[Shipment],
    *,
    in_shop: Mapping[str, int] | None = None,
    has_shipment: bool = False,
) -> Parcel:
    """Decide what `shipment` takes of the lines that need shipping.

    `earlier` are the order's other notices. `in_shop` is what the shop has recorded as sent, by
    line; it includes this shipment if the shop `has_shipment`. Where notices and shop disagree, the
    larger number counts.
    """
    count = _Count(lines)
    for notice in earlier:
        if notice.key() != shipment.key():
            count.take_items(notice.items)
    before = dict(count.left)
    unknown = count.take_items(shipment.items)
    taken = {line: before[line] - left for line, left in count.left.items() if left < before[line]}
    recorded = in_shop or {}
    if not has_shipment:
        taken = {
            line: min(pieces, count.needed[line] - recorded.get(line, 0))
            for line, pieces in taken.items()
        }
        taken = {line: pieces for line, pieces in taken.items() if pieces > 0}
    for line, left in count.left.items():
        sent = recorded.get(line, 0) + (0 if has_shipment else taken.get(line, 0))
        count.left[line] = min(left, count.needed[line] - sent)
    return Parcel(
        quantities=taken, complete=all(left <= 0 for left in count.left.values()), unknown=unknown
    )


class _Count:
    """How many pieces of each line are still to be shipped."""

    def __init__(self, lines: Sequence[LineItem]) -> None:
        self.needed = {line.id: line.quantity for line in lines if line.shippable}
        self.left = dict(self.needed)
        self._known = {line.id for line in lines}
        self._by_sku: dict[str, list[str]] = {}
        for line in lines:
            if line.shippable and line.sku:
                self._by_sku.setdefault(line.sku, []).append(line.id)

    def take_items(self, items: Sequence[ShippedItem]) -> tuple[ShippedItem, ...]:
        """Take items off, by line and else by SKU; without items, everything that is left.

        Returns the items that fit no line.
        """
        if not items:
            self.left = dict.fromkeys(self.left, 0)
        unknown = []
        for item in items:
            if item.line_id in self.left:
                self._take_line(item.line_id, item.quantity)
            elif item.line_id in self._known:
                continue
            elif lines := self._by_sku.get(item.sku):
                pieces = item.quantity
                for line in lines:
                    pieces = self._take_line(line, pieces)
            else:
                unknown.append(item)
        return tuple(unknown)

    def _take_line(self, line: str, pieces: int) -> int:
        """Take up to `pieces` off a line; returns how many of them it did not have."""
        taken = min(self.left[line], pieces)
        self.left[line] -= taken
        return pieces - taken
