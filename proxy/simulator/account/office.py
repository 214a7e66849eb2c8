"""What people of the account work with and do: users, tags and warehouses, orders typed by hand,
who works on which order, with which tag, held until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from proxy.simulator.account.books import Books, NoSuchRowError
from proxy.simulator.account.rows import AdvancedOptions, OrderItem, OrderRow, Place

_WAITING = "awaiting_shipment"
_BUYER = Place(
    name="Bob Example",
    street1="2 Quay Street",
    city="Reno",
    state="NV",
    postal_code="89501",
    country="US",
)


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A person with a login."""

    user_id: str
    user_name: str
    name: str


class Tag(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tag that orders may bear."""

    tag_id: int
    name: str
    color: str = "#FFFFFF"


class Warehouse(msgspec.Struct, frozen=True, kw_only=True):
    """A place that parcels leave from."""

    id: int
    name: str
    is_default: bool = False


class WrongStatusError(Exception):
    """The order's status does not allow what was asked; `str(error)` says so."""


class Office:
    """Users, tags and warehouses; `inactive` users by id."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.users = [
            User(
                user_id="00000000-0000-0000-0000-00000000abcd",
                user_name="ada@example.com",
                name="Ada Packer",
            ),
            User(
                user_id="00000000-0000-0000-0000-00000000beef",
                user_name="ben@example.com",
                name="Ben Former",
            ),
        ]
        self.inactive = {self.users[1].user_id}
        self.tags = [
            Tag(tag_id=9001, name="Fragile"),
            Tag(tag_id=9002, name="Wholesale", color="#FF0000"),
        ]
        self.warehouses = [
            Warehouse(id=55001, name="Austin", is_default=True),
            Warehouse(id=55002, name="Reno"),
        ]

    def type_order(self, store_id: int, number: str, items: Mapping[str, int]) -> OrderRow:
        """Type an order by hand, with quantities by SKU; it waits for shipment."""
        now, order_id = self._books.clock(), self._books.take_id("order")
        order = OrderRow(
            order_id=order_id,
            order_number=number,
            order_key=f"manual-{order_id}",
            order_date=now,
            create_date=now,
            modify_date=now,
            payment_date=now,
            order_status=_WAITING,
            bill_to=_BUYER,
            ship_to=_BUYER,
            items=tuple(
                OrderItem(
                    order_item_id=self._books.take_id("item"),
                    line_item_key=None,
                    sku=sku,
                    name=sku,
                    quantity=quantity,
                    create_date=now,
                    modify_date=now,
                )
                for sku, quantity in items.items()
            ),
            advanced_options=AdvancedOptions(store_id=store_id),
        )
        self._books.add_order(order, key=order.order_key, source_id=order.order_key)
        return order

    def add_tag(self, order_id: int, tag_id: int) -> None:
        """Put a tag on an order. Raises NoSuchRowError."""
        order = self._books.get_order(order_id)
        if tag_id not in {tag.tag_id for tag in self.tags}:
            raise NoSuchRowError(f"expected a tag of this account, found {tag_id}")
        self._set_tags(order, {*(order.tag_ids or ()), tag_id})

    def remove_tag(self, order_id: int, tag_id: int) -> None:
        """Take a tag off an order. Raises NoSuchRowError."""
        order = self._books.get_order(order_id)
        self._set_tags(order, {*(order.tag_ids or ())} - {tag_id})

    def assign_user(self, order_ids: Iterable[int], user_id: str | None) -> None:
        """Give orders to a user, or to none. Raises NoSuchRowError, and changes nothing then."""
        if user_id is not None and user_id not in {user.user_id for user in self.users}:
            raise NoSuchRowError(f"expected a user of this account, found {user_id!r}")
        for order in [self._books.get_order(number) for number in order_ids]:
            order.user_id = user_id
            self._books.touch(order)

    def hold_until(self, order_id: int, day: date) -> None:
        """Put an order on hold until a day.

        Raises NoSuchRowError, and WrongStatusError for an order that does not wait for shipment.
        """
        order = self._books.get_order(order_id)
        if order.order_status not in {_WAITING, "on_hold"}:
            raise WrongStatusError(
                f"expected an order awaiting shipment, found {order.order_status}"
            )
        self._set_hold(order, "on_hold", day)

    def restore(self, order_id: int) -> None:
        """End an order's hold. Raises NoSuchRowError and WrongStatusError."""
        order = self._books.get_order(order_id)
        if order.order_status != "on_hold":
            raise WrongStatusError(f"expected an order on hold, found {order.order_status}")
        self._set_hold(order, _WAITING, None)

    def _set_tags(self, order: OrderRow, tags: set[int]) -> None:
        order.tag_ids = tuple(sorted(tags)) or None
        self._books.touch(order)

    def _set_hold(self, order: OrderRow, status: str, day: date | None) -> None:
        order.order_status, order.hold_until_date = status, day
        self._books.touch(order)
