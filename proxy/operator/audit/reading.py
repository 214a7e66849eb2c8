"""What an audit compares: three sides of all orders that changed within a span, wherever."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from datetime import timedelta

import msgspec

from connectors.errors import ConflictError, OrderNotFoundError
from connectors.inspection import FindsByNumber
from connectors.orders import OrderId, Window
from proxy.account.audit import AccountReader, AccountSide
from proxy.operator.sides import describe_delivery, describe_given, describe_hold, read_shop_side
from proxy.rules.audit.assembly import Sources, assemble_sides
from proxy.rules.audit.sides import AccountOrder, OrderSides, ShopSide
from proxy.rules.matching import strip_suffixes
from proxy.storage.order_records import GivenRecord, OrderRecords
from proxy.stores import Store

# What was placed longer ago is compared without ShipStation's side.
_FURTHEST_BACK = timedelta(days=90)
# So many orders that the shop did not list in the span are asked for one by one, at most.
_MOST_ASKED = 200


class SpanReading:
    """Reads the three sides of a store once; `window` ends now.

    `unasked` counts the orders that the shop was not asked for, because there were too many.
    """

    def __init__(
        self, store: Store, records: OrderRecords, account: AccountReader | None, window: Window
    ) -> None:
        self.unasked = 0
        self._store = store
        self._records = records
        self._account = account
        self._window = window
        self._shop: dict[str, ShopSide] = {}
        self._gone: set[str] = set()
        self._gone_numbers: set[str] = set()
        self._given: dict[str, GivenRecord] = {}

    async def read(self) -> list[OrderSides]:
        """All orders. Raises `ConnectorError` and StorageError."""
        await self._list_shop()
        name = self._store.name
        self._add_given(await self._records.find_orders(name, self._shop))
        self._add_given(await self._records.list_told(name, self._window.start))
        span = self._choose_span()
        account = None if self._account is None else await self._account.read_span(span)
        if account is not None:
            await self._find_touched(account)
        await self._ask_shop()
        sources = await self._gather(account, span)
        sides = assemble_sides(sources)
        missing = {each.number for each in sides if each.account is not None and not each.there} & {
            record.order.number for record in self._given.values()
        }
        if self._account is None or not missing:
            return sides
        others = await self._account.read_numbers(span, missing)
        orders = [*(sources.account or ()), *others]
        return assemble_sides(msgspec.structs.replace(sources, account=orders))

    async def _list_shop(self) -> None:
        async with aclosing(self._store.connector.list_orders(self._window)) as entries:
            async for entry in entries:
                side = await read_shop_side(entry, self._store.settings, self._window.end)
                self._shop[side.id] = side

    def _add_given(self, records: Iterable[GivenRecord]) -> None:
        self._given |= {record.order.id: record for record in records}

    def _choose_span(self) -> Window:
        """The span in which ShipStation may have made the orders at hand."""
        placed = [side.placed_at for side in self._shop.values() if side.placed_at is not None]
        earliest = self._window.end - _FURTHEST_BACK
        start = max(min([self._window.start, *placed]), min(self._window.start, earliest))
        return Window(start=start, end=self._window.end)

    async def _find_touched(self, account: AccountSide) -> None:
        """Find the account's orders of the span that the shop did not list."""
        since = self._window.start
        shipped = {parcel.order_id for parcel in account.parcels if parcel.created_at >= since}
        touched = [
            order
            for order in account.orders
            if max(order.created_at, order.changed_at) >= since or order.id in shipped
        ]
        unknown = self._list_unknown(touched)
        names = {name for order in unknown for name in _list_names(order)}
        self._add_given(await self._records.find_numbers(self._store.name, names))
        await self._ask_numbers([order.number for order in self._list_unknown(unknown)])

    def _list_unknown(self, orders: Iterable[AccountOrder]) -> list[AccountOrder]:
        """Those of the account's orders whose number no other side bears."""
        numbers = {side.number for side in self._shop.values()}
        for record in self._given.values():
            numbers |= {record.order.number, record.former_number}
        return [order for order in orders if numbers.isdisjoint(_list_names(order))]

    async def _ask_numbers(self, numbers: list[str]) -> None:
        """Ask the shop for orders of which only the account knows, where it can be asked by
        number.
        """
        connector = self._store.connector
        if not isinstance(connector, FindsByNumber):
            return
        for number in numbers[:_MOST_ASKED]:
            try:
                await self._ask_order(await connector.find_order_id(number))
            except OrderNotFoundError:
                self._gone_numbers.add(number)
            except ConflictError:
                continue

    async def _ask_shop(self) -> None:
        """Ask the shop for orders that changed elsewhere, and that it did not list in the span."""
        ids = dict.fromkeys(record.order.shop_id for record in self._given.values())
        wanted = [order_id for order_id in ids if order_id not in self._shop]
        self.unasked = len(wanted[_MOST_ASKED:])
        for order_id in wanted[:_MOST_ASKED]:
            try:
                await self._ask_order(OrderId(order_id))
            except OrderNotFoundError:
                self._gone.add(order_id)

    async def _ask_order(self, order_id: OrderId) -> None:
        entry = await self._store.connector.get_order(order_id)
        side = await read_shop_side(entry, self._store.settings, self._window.end)
        self._shop[order_id] = side

    async def _gather(self, account: AccountSide | None, span: Window) -> Sources:
        name, now = self._store.name, self._window.end
        ids = self._shop.keys() | {record.order.shop_id for record in self._given.values()}
        numbers = {side.number for side in self._shop.values()}
        held = [
            *await self._records.find_held(name, ids),
            *await self._records.list_held(name, self._window.start),
        ]
        found = await self._records.find_deliveries(name, ids, numbers)
        withdrawn = await self._records.find_withdrawn(found)
        return Sources(
            shop=self._shop,
            gone=frozenset(self._gone),
            gone_numbers=frozenset(self._gone_numbers),
            given=[describe_given(record, now) for record in self._given.values()],
            holds={each.order_id: (each.number, describe_hold(each)) for each in held},
            deliveries=[describe_delivery(each, withdrawn) for each in found],
            account=None if account is None else account.orders,
            parcels=() if account is None else account.parcels,
            account_from=span.start,
            since=self._window.start,
        )


def _list_names(order: AccountOrder) -> set[str]:
    """The numbers that an order of the account may have been given under."""
    return {order.number, *strip_suffixes(order.number)}
