"""What Shopify says of an order's parcels at one moment, and what that means for a notice."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import msgspec

from connectors.shipments import Shipment, fold_tracking
from connectors.shopify.api.transport import NewFulfillment, OrderPick
from connectors.shopify.mapping.wire import Order
from connectors.shopify.mapping.wire_fulfillment import (
    Fulfillment,
    FulfillmentOrder,
)
from connectors.shopify.shipping import plan as planning
from connectors.shopify.shipping.plan import Wanted


class ShopState(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop says of an order's parcels at one moment."""

    fulfillments: tuple[Fulfillment, ...]
    fulfillment_orders: tuple[FulfillmentOrder, ...]

    @property
    def lines(self) -> set[int]:
        """The order lines that are in a fulfillment order or a parcel."""
        ordered = {line.line_item_id for one in self.fulfillment_orders for line in one.lines}
        return ordered | {line for one in self.fulfillments for line in one.quantities}

    @property
    def is_done(self) -> bool:
        """Whether nothing that needs shipping is left."""
        return not any(one.units_left for one in self.fulfillment_orders if one.needs_shipping)

    @property
    def _order_lines(self) -> dict[int, int]:
        return {line.id: line.line_item_id for one in self.fulfillment_orders for line in one.lines}

    def count_picks(self, picks: Iterable[OrderPick]) -> dict[int, int]:
        """Units by order line in some picks."""
        lines, units = self._order_lines, dict[int, int]()
        for pick in picks:
            for one in pick.lines:
                line = lines.get(one.id, 0)
                units[line] = units.get(line, 0) + one.quantity
        return units

    def drop_lines(
        self, picks: Iterable[OrderPick], unwanted: Container[int]
    ) -> tuple[OrderPick, ...]:
        """The picks without those of some order lines."""
        lines = self._order_lines
        kept = (
            OrderPick(
                pick.id, tuple(one for one in pick.lines if lines.get(one.id) not in unwanted)
            )
            for pick in picks
        )
        return tuple(pick for pick in kept if pick.lines)


def match_wanted(state: ShopState, order: Order | None, shipment: Shipment) -> Wanted:
    """What the notice asks for, by the lines that we see, and by SKU where we have the order
    itself.
    """
    skus = {line.id: (line.sku or "").strip() for line in order.line_items or ()} if order else {}
    return planning.read_wanted(shipment, state.lines, skus)


def count_sent(
    state: ShopState,
    same: Sequence[Fulfillment],
    order: Order | None,
    shipment: Shipment,
    earlier: Sequence[Shipment],
) -> dict[int, int]:
    """Units of this very notice that the shop has already.

    Those in parcels of its number, or without a number in those that have none; less what earlier
    notices of the same number, or of none, put there.
    """
    wanted, number = (
        match_wanted(state, order, shipment),
        fold_tracking(shipment.tracking_number),
    )
    if wanted.everything:
        return planning.count_units(same)
    units = planning.count_units(
        same if number else (one for one in state.fulfillments if one.live and not one.numbers)
    )
    for notice in earlier:
        if fold_tracking(notice.tracking_number) != number:
            continue
        other = match_wanted(state, order, notice)
        if other != wanted or notice.parcel_key() != shipment.parcel_key():
            for line, quantity in other.units.items():
                units[line] = units.get(line, 0) - quantity
    return {line: quantity for line, quantity in units.items() if quantity > 0}


def _count_left(state: ShopState) -> dict[int, int]:
    return {
        line.id: line.fulfillable_quantity for one in state.fulfillment_orders for line in one.lines
    }


def has_nothing_left(state: ShopState, picks: Sequence[OrderPick]) -> bool:
    """Whether nothing of what was picked is still to be shipped."""
    left = _count_left(state)
    return not any(left.get(line.id, 0) for pick in picks for line in pick.lines)


def has_taken_effect(before: ShopState, after: ShopState, parcel: NewFulfillment) -> bool:
    """Whether a write whose answer was lost was carried out: its units are gone, and a parcel has
    its number.
    """
    then, now = _count_left(before), _count_left(after)
    taken = all(
        now.get(line.id, 0) <= then.get(line.id, 0) - line.quantity
        for pick in parcel.picks
        for line in pick.lines
    )
    return taken and (
        not parcel.tracking.number
        or bool(planning.find_sent(after.fulfillments, parcel.tracking.number))
    )


def list_hidden(state: ShopState, wanted: Wanted, order: Order | None) -> list[str]:
    """Lines of the notice that the order itself says are still to be shipped, but that are in no
    fulfillment order we see.
    """
    seen = state.lines
    return [
        (line.sku or line.name or str(line.id))
        for line in (order.line_items or () if order else ())
        if line.id in wanted.units
        and line.id not in seen
        and line.requires_shipping
        and (line.fulfillable_quantity or 0) > 0
    ]
