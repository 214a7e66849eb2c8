"""What a parcel takes of an order and what is left after it, counted over all notices of the order.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connectors.orders import LineItem
from connectors.shipments import Shipment, ShippedItem, find_lines, name_item

# Which pieces of which lines an item stands for; None if the order has no line for it.
_Shares = list[tuple[ShippedItem, dict[str, int] | None]]


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One shipment by the order's lines.

    `items` are the notice's, with no more pieces than `quantities` has. `complete`: nothing is left
    to ship after it. `foreign`: the names of items that are in no line. `beyond`: how many pieces
    were told that had nothing left to be counted against. `further`: it takes nothing of the order
    at all, like a replacement or a second label.
    """

    quantities: Mapping[str, int]
    complete: bool
    items: tuple[ShippedItem, ...] = ()
    foreign: tuple[str, ...] = ()
    beyond: int = 0
    further: bool = False


def plan_parcel(
    lines: Sequence[LineItem],
    shipment: Shipment,
    earlier: Iterable[Shipment],
    *,
    in_shop: Mapping[str, int] | None = None,
    has_shipment: bool = False,
    over_ship: bool = False,
) -> Parcel:
    """Decide what `shipment` takes of the lines that need shipping.

    `earlier` are the order's other notices. `in_shop` is what the shop has recorded as sent, by
    line; it includes this shipment if the shop `has_shipment`. Where notices and shop disagree, the
    larger number counts. Pieces beyond what is left are taken only with `over_ship`.
    """
    count = _Count(lines)
    for notice in earlier:
        if notice.key() != shipment.key():
            count.take_items(notice.items, over_ship=False)
    before = dict(count.left)
    shares = count.take_items(shipment.items, over_ship=over_ship)
    taken = {line: before[line] - left for line, left in count.left.items() if left < before[line]}
    recorded = in_shop or {}
    if not has_shipment and not over_ship:
        taken = {
            line: min(pieces, count.needed[line] - recorded.get(line, 0))
            for line, pieces in taken.items()
        }
        taken = {line: pieces for line, pieces in taken.items() if pieces > 0}
    for line, left in count.left.items():
        sent = recorded.get(line, 0) + (0 if has_shipment else taken.get(line, 0))
        count.left[line] = min(left, count.needed[line] - sent)
    items, beyond = _limit_items(shares, taken)
    return Parcel(
        quantities=taken,
        complete=all(left <= 0 for left in count.left.values()),
        items=items,
        foreign=tuple(name_item(item) for item, share in shares if share is None),
        beyond=beyond,
        further=bool(count.needed) and not taken and not items,
    )


def _limit_items(
    shares: _Shares, quantities: Mapping[str, int]
) -> tuple[tuple[ShippedItem, ...], int]:
    """The notice's items with the pieces that count, and how many pieces do not.

    An item of a line that needs no shipping stays as it is, one of no line is left out.
    """
    budget = dict(quantities)
    limited, beyond = [], 0
    for item, share in shares:
        if not share:
            limited += [item] if share is not None else []
            continue
        counted = 0
        for line, pieces in share.items():
            taken = min(pieces, budget.get(line, 0))
            budget[line] = budget.get(line, 0) - taken
            counted += taken
        beyond += item.quantity - counted
        if counted:
            limited.append(msgspec.structs.replace(item, quantity=counted))
    return tuple(limited), beyond


class _Count:
    """How many pieces of each line are still to be shipped."""

    def __init__(self, lines: Sequence[LineItem]) -> None:
        self.needed = {line.id: line.quantity for line in lines if line.shippable}
        self.left = dict(self.needed)
        self._lines = lines

    def take_items(self, items: Sequence[ShippedItem], *, over_ship: bool) -> _Shares:
        """Take items off the lines they fit; without items, everything that is left.

        Returns what each item took of which line: an item of a line that needs no shipping has
        none, one of no line None.
        """
        if not items:
            self.left = dict.fromkeys(self.left, 0)
        shares: _Shares = []
        for item in items:
            found = find_lines(item, self._lines)
            goods = [line.id for line in found if line.id in self.left]
            share = self._take(goods, item.quantity, over_ship) if goods else {}
            shares.append((item, share if found else None))
        return shares

    def _take(self, lines: Sequence[str], pieces: int, over_ship: bool) -> dict[str, int]:  # noqa: FBT001 - private
        """Take pieces off these lines, one after the other; what is too many off the last one, if
        that is allowed.
        """
        share = {}
        for line in lines:
            taken = max(min(self.left[line], pieces), 0)
            if over_ship and line == lines[-1]:
                taken = pieces
            self.left[line] -= taken
            pieces -= taken
            share[line] = taken
        return share
