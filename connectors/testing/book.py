"""A fake shop's order book in plain terms; each fake shop shows it in its own JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.orders import Address, OrderStatus
from connectors.testing.clock import Clock


@dataclass(kw_only=True)
class BookLine:
    """One line. `weight` is grams per piece. `refunded` pieces need not be shipped any more."""

    id: str
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    weight: Decimal = Decimal(250)
    shippable: bool = True
    refunded: int = 0


@dataclass(kw_only=True)
class BookParcel:
    """A shipment reported to the shop: `quantities` by line id, empty if none were given."""

    id: str
    tracking_number: str
    carrier: str = ""
    quantities: dict[str, int] = field(default_factory=dict)
    notified: bool = False


@dataclass(kw_only=True)
class BookOrder:
    """One order.

    `status` is what it means; a fake shop has its own word for it, or shows `word` where that is
    set.

    `trashed` orders are in the bin, `deleted` ones gone. `spoiled` ones are shown so that no
    connector can read them. `extra` is the fake shop's own: e.g. recorded JSON, fields that only it
    knows.
    """

    id: str
    number: str
    placed_at: datetime
    modified_at: datetime
    status: OrderStatus
    lines: list[BookLine]
    ship_to: Address
    email: str
    word: str = ""
    trashed: bool = False
    spoiled: bool = False
    parcels: list[BookParcel] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """The price of all lines."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))


BUYER = Address(
    name="Ada Müller",
    company="Müller & Sons",
    line1="1 Harbour Road",
    city="Portland",
    region="OR",
    postal_code="97201",
    country="US",
    phone="+1 503 555 0100",
    email="ada@example.com",
)


class OrderBook:
    """Orders by id, dated by `clock`. Ids are whole numbers as text, in the order of placing."""

    def __init__(self, clock: Clock, *, first_id: int = 1001) -> None:
        self.clock = clock
        self._ids = itertools.count(first_id)
        self._line_ids = itertools.count(first_id * 10)
        self._parcel_ids = itertools.count(1)
        self._orders: dict[str, BookOrder] = {}

    def __iter__(self) -> Iterator[BookOrder]:
        return iter(self._orders.values())

    def __len__(self) -> int:
        return len(self._orders)

    def __getitem__(self, order_id: str) -> BookOrder:
        return self._orders[order_id]

    def get(self, order_id: str) -> BookOrder | None:
        """The order, if the shop has it."""
        return self._orders.get(order_id)

    def put(self, order: BookOrder) -> None:
        """Take an order as it is, ids and all; one of the same id is replaced."""
        self._orders[order.id] = order

    def add(
        self,
        *,
        modified_at: datetime | None = None,
        placed_at: datetime | None = None,
        status: OrderStatus = OrderStatus.PAID,
        lines: Sequence[tuple[str, int]] = (("SKU-1", 1),),
        ship_to: Address = BUYER,
        **extra: Any,
    ) -> BookOrder:
        """Place an order of (SKU, quantity) lines at 10.00 a piece; times are the clock's unless
        given.
        """
        modified = modified_at or self.clock()
        number = str(next(self._ids))
        made = [
            BookLine(
                id=str(next(self._line_ids)),
                sku=sku,
                name=f"Thing {sku}",
                quantity=quantity,
                unit_price=Decimal("10.00"),
            )
            for sku, quantity in lines
        ]
        order = BookOrder(
            id=number,
            number=number,
            placed_at=placed_at or min(modified, self.clock()),
            modified_at=modified,
            status=status,
            lines=made,
            ship_to=ship_to,
            email=ship_to.email,
            extra=extra,
        )
        self._orders[number] = order
        return order

    def touch(self, order_id: str, modified_at: datetime | None = None) -> None:
        """An edit that changes nothing but the modified time."""
        self._orders[order_id].modified_at = modified_at or self.clock()

    def set_status(
        self, order_id: str, status: OrderStatus, modified_at: datetime | None = None
    ) -> None:
        """Move the order to another status."""
        self._orders[order_id].status = status
        self._orders[order_id].word = ""
        self.touch(order_id, modified_at)

    def trash(self, order_id: str, modified_at: datetime | None = None) -> None:
        """Put the order into the bin."""
        self._orders[order_id].trashed = True
        self.touch(order_id, modified_at)

    def delete(self, order_id: str) -> None:
        """Remove the order for good."""
        del self._orders[order_id]

    def add_parcel(
        self,
        order_id: str,
        tracking_number: str,
        quantities: dict[str, int],
        *,
        carrier: str = "",
        notified: bool = False,
    ) -> BookParcel:
        """Note what was reported to the shop about a shipment."""
        parcel = BookParcel(
            id=str(next(self._parcel_ids)),
            tracking_number=tracking_number,
            carrier=carrier,
            quantities=quantities,
            notified=notified,
        )
        self._orders[order_id].parcels.append(parcel)
        return parcel
