"""What a shipment means in fulfillment orders: which lines, how many, from which location, and what
prevents it. Pure.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from connectors.shipments import Shipment, ShippedItem, fold_tracking, name_item
from connectors.shopify.api.transport import LinePick, OrderPick
from connectors.shopify.mapping.items import EXTRA_LINES
from connectors.shopify.mapping.routes import make_key
from connectors.shopify.mapping.statuses import HELD_STATUSES, describe_hold
from connectors.shopify.mapping.wire_fulfillment import Fulfillment, FulfillmentOrder

CREATE = "create_fulfillment"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice asks to ship: units by order line, or everything that is left.

    `unknown` names the items for which no line was found; `intangible` counts units that need no
    shipping and were left out.
    """

    everything: bool
    units: Mapping[int, int]
    unknown: tuple[str, ...] = ()
    intangible: int = 0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`parcels` holds one tuple of picks for each location; the rest says what could not be planned
    and why.

    `held` are fulfillment orders that may be released or opened first, `waiting` those that a
    fulfillment service has; `short` counts units that are in no fulfillment order any more; `left`
    is what remains to be shipped afterwards.
    """

    parcels: tuple[tuple[OrderPick, ...], ...] = ()
    held: tuple[FulfillmentOrder, ...] = ()
    waiting: tuple[FulfillmentOrder, ...] = ()
    short: int = 0
    left: int = 0

    @property
    def obstacles(self) -> str:
        """What prevents shipping, in words; empty if nothing does."""
        reasons = [describe_hold(one) for one in self.held]
        reasons += [
            f"a fulfillment service has been asked to ship it ({one.request_status or one.status})"
            for one in self.waiting
        ]
        return "; ".join(dict.fromkeys(reasons))


def read_line_id(item: ShippedItem) -> int:
    """The order line that an item names by its id; 0 if it names none."""
    return int(item.line_id) if item.line_id.isascii() and item.line_id.isdecimal() else 0


def is_ours(item: ShippedItem) -> bool:
    """Whether an item is a discount, tip or fee that we made a line of; there is nothing to ship of
    it.
    """
    return item.line_id.partition("-")[2] in EXTRA_LINES


def read_wanted(shipment: Shipment, known: Iterable[int], skus: Mapping[int, str]) -> Wanted:
    """Match the notice's items with the order's lines: by id, else by SKU, each item with a line of
    its own as long as there are enough.
    """
    items = [item for item in shipment.items if not is_ours(item)]
    if not shipment.items:
        return Wanted(everything=True, units={})
    lines = {*known, *skus}
    units: dict[int, int] = {}
    unknown: list[str] = []
    for item in items:
        key = read_line_id(item)
        if key not in lines:
            same = [line for line, sku in skus.items() if sku and sku == item.sku.strip()]
            key = next((line for line in same if line not in units), next(iter(same), 0))
        if key:
            units[key] = units.get(key, 0) + item.quantity
        else:
            unknown.append(name_item(item))
    return Wanted(everything=False, units=units, unknown=tuple(unknown))


def narrow_to_goods(
    fulfillment_orders: Sequence[FulfillmentOrder], wanted: Wanted
) -> tuple[tuple[FulfillmentOrder, ...], Wanted]:
    """The fulfillment orders that a notice means, and what it wants of them.

    Shopify refuses a parcel that holds goods and a gift card. So what needs no shipping is left to
    the shop, unless the order has nothing else or the notice names nothing else.
    """
    goods = tuple(one for one in fulfillment_orders if one.needs_shipping)
    rest = tuple(one for one in fulfillment_orders if not one.needs_shipping)
    lines = {line.line_item_id for one in goods for line in one.lines}
    intangible = {line.line_item_id for one in rest for line in one.lines} - lines
    if not goods or (wanted.units and intangible.issuperset(wanted.units)):
        return rest, wanted
    left_out = sum(units for line, units in wanted.units.items() if line in intangible)
    units = {line: units for line, units in wanted.units.items() if line not in intangible}
    return goods, msgspec.structs.replace(wanted, units=units, intangible=left_out)


def narrow_to_address(
    fulfillment_orders: Sequence[FulfillmentOrder], destination: str
) -> tuple[FulfillmentOrder, ...]:
    """The fulfillment orders that go to the address of this key; all of them where none does,
    because the address was edited since.
    """
    there = tuple(one for one in fulfillment_orders if make_key(one.destination) == destination)
    return there if destination and there else tuple(fulfillment_orders)


def open_up(
    fulfillment_orders: Sequence[FulfillmentOrder], opened: Container[int]
) -> tuple[FulfillmentOrder, ...]:
    """The fulfillment orders as they would be once those with the ids in `opened` may be
    shipped.
    """
    return tuple(
        msgspec.structs.replace(one, status="open", supported_actions=(CREATE,))
        if one.id in opened
        else one
        for one in fulfillment_orders
    )


def make_plan(
    fulfillment_orders: Sequence[FulfillmentOrder],
    wanted: Wanted,
    *,
    skip_locations: Iterable[int] = (),
) -> Plan:
    """Distribute what is wanted over the fulfillment orders that may be shipped, at most what each
    has left, grouped by location.

    With everything wanted, the locations in `skip_locations` have sent their part already. A second
    location is used only for what the first ones do not have.
    """
    skipped = set(skip_locations)
    todo = dict(wanted.units)
    parcels: dict[int, list[OrderPick]] = {}
    held: list[FulfillmentOrder] = []
    waiting: list[FulfillmentOrder] = []
    taken = 0
    ready = [
        one
        for one in fulfillment_orders
        if CREATE in (one.supported_actions or ()) and one.units_left
    ]
    blocked = [
        one
        for one in fulfillment_orders
        if CREATE not in (one.supported_actions or ()) and one.units_left
    ]
    for one in _sort_by_share(ready, todo):
        location = one.assigned_location_id or 0
        if wanted.everything and location in skipped:
            continue
        picks = _pick_lines(one, None if wanted.everything else todo)
        if picks:
            taken += sum(pick.quantity for pick in picks)
            parcels.setdefault(location, []).append(OrderPick(one.id, picks))
    for one in blocked:
        if wanted.everything or _pick_lines(one, todo):
            (held if one.status in HELD_STATUSES else waiting).append(one)
    return Plan(
        parcels=tuple(tuple(picks) for picks in parcels.values()),
        held=tuple(held),
        waiting=tuple(waiting),
        short=sum(todo.values()),
        left=sum(one.units_left for one in fulfillment_orders) - taken,
    )


def _sort_by_share(
    ready: Sequence[FulfillmentOrder], todo: Mapping[int, int]
) -> list[FulfillmentOrder]:
    """Those first whose location has most of what is wanted, so that one parcel stays one
    fulfillment if it can.
    """
    share: dict[int, int] = {}
    for one in ready:
        units = sum(
            min(line.fulfillable_quantity, todo.get(line.line_item_id, 0)) for line in one.lines
        )
        share[one.assigned_location_id or 0] = share.get(one.assigned_location_id or 0, 0) + units
    return sorted(ready, key=lambda one: -share[one.assigned_location_id or 0])


def _pick_lines(one: FulfillmentOrder, todo: dict[int, int] | None) -> tuple[LinePick, ...]:
    """What is wanted of this fulfillment order, subtracted from `todo`; everything if `todo` is
    None.
    """
    picks = []
    for line in one.lines:
        units = (
            line.fulfillable_quantity
            if todo is None
            else min(todo.get(line.line_item_id, 0), line.fulfillable_quantity)
        )
        if units > 0:
            picks.append(LinePick(line.id, units))
            if todo is not None:
                todo[line.line_item_id] -= units
    return tuple(picks)


def find_sent(fulfillments: Iterable[Fulfillment], tracking_number: str) -> tuple[Fulfillment, ...]:
    """The live parcels with this tracking number."""
    number = fold_tracking(tracking_number)
    return tuple(one for one in fulfillments if one.live and number and number in one.numbers)


def count_units(fulfillments: Iterable[Fulfillment]) -> dict[int, int]:
    """Units by order line in some parcels."""
    units: dict[int, int] = {}
    for one in fulfillments:
        for line, quantity in one.quantities.items():
            units[line] = units.get(line, 0) + quantity
    return units


def subtract_sent(wanted: Wanted, sent: Mapping[int, int]) -> Wanted:
    """What is still wanted once this has been sent."""
    rest = {line: units - sent.get(line, 0) for line, units in wanted.units.items()}
    return msgspec.structs.replace(
        wanted, units={line: units for line, units in rest.items() if units > 0}
    )


def find_parcel_to_label(fulfillments: Sequence[Fulfillment], wanted: Wanted) -> Fulfillment | None:
    """The live parcel that gets the tracking number of a notice when nothing is left to ship.

    One without a number is taken first, if it holds what the notice names; then the newest with the
    same lines, with some of them, or any. None if no parcel was sent, or if the notice names
    nothing that the order has.
    """
    live = [one for one in fulfillments if one.live]
    bare = [one for one in live if not one.numbers]
    if wanted.everything:
        return bare[0] if len(bare) == 1 else live[-1] if live else None
    if not wanted.units:
        return None
    holding = [
        one
        for one in bare
        if all(one.quantities.get(line, 0) >= units for line, units in wanted.units.items())
    ]
    same = [one for one in live if one.quantities == dict(wanted.units)]
    sharing = [one for one in live if not wanted.units.keys().isdisjoint(one.quantities)]
    exact = [one for one in holding if one in same]
    for ones in (exact[:1], holding[:1], same[-1:], sharing[-1:], live[-1:]):
        if ones:
            return ones[0]
    return None


def shows_parcel(
    fulfillments: Iterable[Fulfillment], units: Mapping[int, int], tracking_number: str
) -> bool:
    """Whether one of these parcels counts, has the number, and holds at least these units by order
    line.
    """
    number = fold_tracking(tracking_number)
    return any(
        one.live
        and (not number or number in one.numbers)
        and all(one.quantities.get(line, 0) >= quantity for line, quantity in units.items())
        for one in fulfillments
    )
