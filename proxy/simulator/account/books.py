"""What the account knows: its orders, labels, fulfillments, buyers and articles, by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from proxy.simulator.account.agenda import Clock
from proxy.simulator.account.rows import (
    CustomerRow,
    FulfillmentRow,
    OrderRow,
    ProductRow,
    ShipmentRow,
)

ParcelRow: TypeAlias = ShipmentRow | FulfillmentRow

FIRST_STORE = 12_345
# Where each kind of id starts, far enough apart that one is not taken for another.
_FIRST = {
    "order": 990_001,
    "item": 81_001,
    "shipment": 70_112_001,
    "fulfillment": 8_800_001,
    "customer": 440_001,
    "product": 330_001,
    "batch": 1,
    "store": FIRST_STORE,
    "webhook": 123_001,
}


class NoSuchRowError(Exception):
    """The account has no such row; `str(error)` says which one was asked for."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that one webhook announces, all of one list (`orders`, `shipments` or
    `fulfillments`).
    """

    rows: str
    ids: frozenset[int]


class Books:
    """Rows by their id, in the order in which they were made."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.orders: dict[int, OrderRow] = {}
        self.shipments: dict[int, ShipmentRow] = {}
        self.fulfillments: dict[int, FulfillmentRow] = {}
        self.customers: dict[str, CustomerRow] = {}
        self.products: dict[str, ProductRow] = {}
        self.batches: dict[str, Batch] = {}
        # What the store calls an order: the OrderID of its notices.
        self.source_ids: dict[int, str] = {}
        self._imported: dict[tuple[int, str], int] = {}
        self._numbers: dict[str, list[OrderRow]] = {}
        self._parcels: dict[int, list[ParcelRow]] = {}
        self._next = dict(_FIRST)

    def take_id(self, kind: str) -> int:
        """A fresh id of a kind: the next number."""
        number = self._next[kind]
        self._next[kind] = number + 1
        return number

    def find_imported(self, store_id: int, key: str) -> OrderRow | None:
        """The order that a store's import has made of this key of an exported order."""
        order_id = self._imported.get((store_id, key))
        return None if order_id is None else self.orders[order_id]

    def add_order(self, order: OrderRow, *, key: str, source_id: str) -> None:
        """Keep a new order: `key` finds it again at the next import, `source_id` is what the store
        calls it.
        """
        self.orders[order.order_id] = order
        self.source_ids[order.order_id] = source_id
        self._imported[order.advanced_options.store_id, key] = order.order_id
        self._numbers.setdefault(order.order_number, []).append(order)
        self._remember_customer(order)
        self._remember_products(order)

    def get_order(self, order_id: int) -> OrderRow:
        """The order of this id. Raises NoSuchRowError."""
        try:
            return self.orders[order_id]
        except KeyError:
            raise NoSuchRowError(f"expected an order of this account, found {order_id}") from None

    def find_order(self, number: str, store_id: int | None = None) -> OrderRow:
        """The one order of this number, of a store where several have it.

        Raises NoSuchRowError if there is none, or more than one.
        """
        found = [
            order
            for order in self._numbers.get(number, ())
            if store_id in {None, order.advanced_options.store_id}
        ]
        if len(found) != 1:
            raise NoSuchRowError(f"expected one order {number!r}, found {len(found)}")
        return found[0]

    def touch(self, order: OrderRow) -> None:
        """Set the time of an order's last change to now."""
        order.modify_date = self.clock()

    def add_parcel(self, row: ParcelRow) -> None:
        """Keep a label, or an order marked as shipped."""
        if isinstance(row, ShipmentRow):
            self.shipments[row.shipment_id] = row
        else:
            self.fulfillments[row.fulfillment_id] = row
        self._parcels.setdefault(row.order_id, []).append(row)

    def list_parcels(self, order: OrderRow) -> list[ParcelRow]:
        """All labels and fulfillments of an order, voided ones and returns too."""
        return self._parcels.get(order.order_id, [])

    def add_batch(self, rows: str, ids: Iterable[int]) -> str:
        """Keep the rows that one webhook announces. Returns the id of their batch."""
        batch = f"{self.take_id('batch'):032x}"
        self.batches[batch] = Batch(rows=rows, ids=frozenset(ids))
        return batch

    def _remember_customer(self, order: OrderRow) -> None:
        email, place, now = order.customer_email or "", order.ship_to, self.clock()
        known = self.customers.get(email)
        customer = CustomerRow(
            customer_id=known.customer_id if known else self.take_id("customer"),
            create_date=known.create_date if known else now,
            modify_date=now,
            name=place.name,
            company=place.company,
            street1=place.street1,
            street2=place.street2,
            city=place.city,
            state=place.state,
            postal_code=place.postal_code,
            country_code=place.country,
            phone=place.phone,
            email=email,
        )
        self.customers[email] = customer
        order.customer_id = customer.customer_id

    def _remember_products(self, order: OrderRow) -> None:
        now = self.clock()
        for item in order.items:
            if not item.sku or item.adjustment:
                continue
            if item.sku not in self.products:
                self.products[item.sku] = ProductRow(
                    product_id=self.take_id("product"),
                    sku=item.sku,
                    name=item.name,
                    price=item.unit_price,
                    create_date=now,
                    modify_date=now,
                    warehouse_location=item.warehouse_location,
                )
            item.product_id = self.products[item.sku].product_id
