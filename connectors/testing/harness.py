"""How the contract plays one kind of shop: its fake, its connector, and the few things they do
their own way.
"""

from __future__ import annotations

import abc
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from connectors.interface import Connector
from connectors.orders import OrderId, OrderStatus
from connectors.testing.requests import SeenRequest
from connectors.testing.shop import FakeShop
from connectors.upstream.policy import UpstreamPolicy

# What was reported about one shipment: the tracking number, and pieces by line id (empty where the
# shop does not learn them).
Told = tuple[str, dict[str, int]]


class ShopHarness(abc.ABC):
    """Give `open_connector`, and override what your shop does otherwise; the rest works on
    `shop.book`.

    `page_size` is how many orders the connector reads at a time in these tests: make it small, the
    contract fills several pages. `lists_trash`: binned orders are told as cancelled.
    `takes_quantities`: the shop learns which pieces went into a parcel. `takes_untracked`: the shop
    keeps a trace of a shipment without a tracking number. `takes_further`: it takes the tracking
    number of a parcel that has nothing left to count.
    """

    page_size = 10
    lists_trash = True
    takes_quantities = True
    takes_untracked = True
    takes_further = True

    def __init__(self, shop: FakeShop) -> None:
        self.shop = shop

    @abc.abstractmethod
    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        """The connector, pointed at `shop.url`, with right credentials."""

    def is_list(self, seen: SeenRequest) -> bool:
        """Whether this request asks for a page of the order list."""
        return seen.method == "GET" and seen.path.rstrip("/").endswith(("/orders", "/orders.json"))

    def is_write(self, seen: SeenRequest) -> bool:
        """Whether this request changes something in the shop."""
        return seen.method != "GET"

    def add_order(
        self,
        modified_at: datetime,
        *,
        lines: tuple[tuple[str, int], ...] = (("SKU-1", 1),),
        status: OrderStatus = OrderStatus.PAID,
        spoiled: bool = False,
    ) -> OrderId:
        """Place an order of (SKU, quantity) lines; gives its id.

        A spoiled one is shown by the shop so that it cannot be read.
        """
        order = self.shop.book.add(modified_at=modified_at, lines=lines, status=status)
        order.spoiled = spoiled
        return OrderId(order.id)

    def line_ids(self, order_id: str) -> tuple[str, ...]:
        """The ids of the order's lines as the connector tells them."""
        return tuple(line.id for line in self.shop.book[order_id].lines)

    def number(self, order_id: str) -> str:
        """The order's number as people see it."""
        return self.shop.book[order_id].number

    def touch(self, order_id: str, modified_at: datetime) -> None:
        """Edit the order, so that its modified time moves."""
        self.shop.book.touch(order_id, modified_at)

    def cancel(self, order_id: str, modified_at: datetime) -> None:
        """Cancel the order."""
        self.shop.book.set_status(order_id, OrderStatus.CANCELLED, modified_at)

    def trash(self, order_id: str, modified_at: datetime) -> None:
        """Put the order into the bin."""
        self.shop.book.trash(order_id, modified_at)

    def delete(self, order_id: str) -> None:
        """Remove the order for good."""
        self.shop.book.delete(order_id)

    def list_received(self, order_id: str) -> list[Told]:
        """The shipments that were reported to the shop, in order."""
        return [
            (parcel.tracking_number, parcel.quantities)
            for parcel in self.shop.book[order_id].parcels
        ]

    def is_shipped(self, order_id: str) -> bool:
        """Whether the shop holds the order for completely shipped."""
        return self.shop.book[order_id].status is OrderStatus.SHIPPED

    def odd_answers(self) -> tuple[Any, ...]:
        """Bodies (as JSON values) that a list request must never get; each must end in an error,
        not in an empty list.
        """
        return ({}, None, "", 7, {"orders": None}, {"message": "no"})
