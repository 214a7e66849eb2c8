"""The fulfillment orders of a fake Shopify: what each location has to ship, hold or put off."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from connectors.orders import Address, OrderStatus
from connectors.testing.book import BookLine, BookOrder, BookParcel, OrderBook

MAIN_LOCATION = 655441491
SHIPPABLE = ("create_fulfillment", "move", "hold")


@dataclass(kw_only=True)
class FakeFulfillmentLine:
    """A share of an order's line; `left` has not been shipped."""

    id: int
    line: BookLine
    quantity: int
    left: int


@dataclass(kw_only=True)
class FakeFulfillmentOrder:
    """What one location has to ship.

    `kind` decides which scope sees it: merchant_managed, third_party, assigned.
    """

    id: int
    location: int
    lines: list[FakeFulfillmentLine]
    kind: str = "merchant_managed"
    method: str = "shipping"
    status: str = "open"
    request_status: str = "unsubmitted"
    actions: tuple[str, ...] = SHIPPABLE
    holds: list[dict[str, str]] = field(default_factory=list)
    fulfill_at: str | None = None
    destination: Address | None = None

    @property
    def left(self) -> int:
        """Units not yet shipped."""
        return sum(line.left for line in self.lines)


class Shelves:
    """The fulfillment orders of all orders, made when first asked for, as Shopify's background job
    makes them.
    """

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._ids = itertools.count(7_000_001)
        self._made: dict[str, list[FakeFulfillmentOrder]] = {}

    def of(self, order: BookOrder) -> list[FakeFulfillmentOrder]:
        """The fulfillment orders of an order, closed where the order is over."""
        made = self._made.get(order.id)
        if made is None:
            made = self._made[order.id] = [
                self._make(
                    order,
                    MAIN_LOCATION,
                    [(line, line.quantity) for line in order.lines if line.shippable],
                )
            ]
        for one in made:
            if order.status is OrderStatus.CANCELLED or (
                order.status is OrderStatus.SHIPPED and not order.parcels
            ):
                for line in one.lines:
                    line.left = 0
            if order.status is OrderStatus.ON_HOLD and one.status == "open":
                hold(one, "awaiting_payment")
            if one.left == 0:
                one.status, one.actions = "closed", ()
        return made

    def split(
        self, order: BookOrder, *shares: tuple[int, dict[str, int]]
    ) -> list[FakeFulfillmentOrder]:
        """Spread an order over locations: (location, units by SKU) for each."""
        by_sku = {line.sku: line for line in order.lines}
        self._made[order.id] = [
            self._make(
                order, location, [(by_sku[sku], units) for sku, units in units_by_sku.items()]
            )
            for location, units_by_sku in shares
        ]
        return self._made[order.id]

    def find(self, number: int) -> tuple[BookOrder, FakeFulfillmentOrder] | None:
        """A fulfillment order by its id."""
        for order in self._book:
            for one in self.of(order):
                if one.id == number:
                    return order, one
        return None

    def cancel(self, order: BookOrder, parcel: BookParcel) -> tuple[BookOrder, BookParcel]:
        """Take a parcel back: its units are open again."""
        order.extra.setdefault("parcel_status", {})[parcel.id] = "cancelled"
        for line, units in parcel.quantities.items():
            for one in self.of(order):
                for share in one.lines:
                    if share.line.id == line:
                        share.left += units
                        one.status, one.actions = "open", SHIPPABLE
        parcel.quantities = {}
        order.status = OrderStatus.PAID
        self._book.touch(order.id)
        return order, parcel

    def _make(
        self, order: BookOrder, location: int, shares: list[tuple[BookLine, int]]
    ) -> FakeFulfillmentOrder:
        taken: dict[str, int] = {}
        for parcel in order.parcels:
            for line_id, units in parcel.quantities.items():
                taken[line_id] = taken.get(line_id, 0) + units
        lines = [
            FakeFulfillmentLine(
                id=next(self._ids),
                line=line,
                quantity=units,
                left=max(units - line.refunded - taken.get(line.id, 0), 0),
            )
            for line, units in shares
        ]
        return FakeFulfillmentOrder(id=next(self._ids), location=location, lines=lines)


def hold(one: FakeFulfillmentOrder, reason: str, notes: str = "") -> None:
    """Put a fulfillment order on hold."""
    one.status, one.actions = "on_hold", ("release_hold",)
    one.holds = [{"reason": reason, "reason_notes": notes}]


def schedule(one: FakeFulfillmentOrder, day: str) -> None:
    """Put a fulfillment order off to a day."""
    one.status, one.actions, one.fulfill_at = "scheduled", ("mark_as_open",), f"{day}T00:00:00Z"


def reopen(one: FakeFulfillmentOrder) -> None:
    """Make it shippable again."""
    one.status, one.actions, one.holds, one.fulfill_at = "open", SHIPPABLE, [], None
