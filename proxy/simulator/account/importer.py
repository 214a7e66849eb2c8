"""Imports: asks a custom store for what changed, as ShipStation does, and brings the orders into
the books.

How an order that is known already follows its store is documented in ShipStation's help pages on
order statuses: awaiting payment becomes awaiting shipment once paid, anything becomes shipped or
cancelled, and nothing else moves.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from proxy.simulator.account.books import Books
from proxy.simulator.account.exported_order import UnreadableOrderError, read_exported
from proxy.simulator.account.rows import OrderRow
from proxy.simulator.account.stores import Refresh, Store
from proxy.simulator.account.traits import Chance, OrderKey, Traits
from proxy.simulator.answers import ReceivedOrder
from proxy.simulator.poller import Poll

_OPEN = frozenset({"awaiting_payment", "awaiting_shipment", "on_hold"})
# What a new import may change of an open order: what the store says of it, not what was done here.
_FOLLOWED = (
    "order_number",
    "order_date",
    "customer_username",
    "customer_email",
    "bill_to",
    "ship_to",
    "items",
    "order_total",
    "amount_paid",
    "tax_amount",
    "shipping_amount",
    "customer_notes",
    "internal_notes",
    "gift",
    "gift_message",
    "payment_method",
    "requested_shipping_service",
)


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import brought: the poll, and the ids of orders that were new."""

    poll: Poll
    created: tuple[int, ...] = ()


class Importer:
    """Brings what stores export into the books."""

    def __init__(self, books: Books, traits: Traits, chance: Chance) -> None:
        self._books = books
        self._traits = traits
        self._chance = chance

    async def run(self, store: Store, since: datetime | None = None) -> Imported:
        """Import once, from `since` or from where the last success ended.

        A failure leaves the orders that came before it imported, and shows in the store's refresh.
        Raises ValueError unless it is a custom store.
        """
        poller = store.poller
        if poller is None:
            raise ValueError(f"expected a custom store, found {store.resource['storeName']}")
        now = self._books.clock()
        if since is not None:
            poller.start = since.replace(second=0, microsecond=0)
        poll = await poller.poll(now)
        store.resource["lastRefreshAttempt"] = now
        if poll.is_finished:
            store.resource["refreshDate"] = poll.end
            store.refresh = Refresh()
        else:
            store.refresh = Refresh(id=3, word=f"Error: {poll.error}")
            if self._traits.stops_after_failure:
                store.resource["autoRefresh"] = False
        created = [made for order in poll.orders if (made := self._take(store, order)) is not None]
        return Imported(poll=poll, created=tuple(created))

    def _take(self, store: Store, order: ReceivedOrder) -> int | None:
        """Bring one order in; gives its id if it is new."""
        status = store.find_status(order.status)
        if status is None:
            store.skipped[order.number] = f"no status mapping for {order.status!r}"
            return None
        known = self._books.find_imported(store.store_id, order.key)
        try:
            row = self._read(store, order, status, known)
        except UnreadableOrderError as error:
            store.skipped[order.number] = str(error)
            return None
        store.skipped.pop(order.number, None)
        if known is not None:
            self._follow(known, row)
            return None
        self._books.add_order(row, key=order.key, source_id=order.id or order.number)
        return row.order_id

    def _read(
        self, store: Store, order: ReceivedOrder, status: str, known: OrderRow | None
    ) -> OrderRow:
        keys = {
            OrderKey.ID: order.key,
            OrderKey.NUMBER: order.number,
            OrderKey.RANDOM: self._chance.draw_hex(32, "key", store.store_id, order.key),
        }
        return read_exported(
            order,
            order_id=self._books.take_id("order") if known is None else known.order_id,
            order_key=keys[self._traits.order_key],
            status=status,
            store_id=store.store_id,
            now=self._books.clock(),
            next_item_id=lambda: self._books.take_id("item"),
        )

    def _follow(self, known: OrderRow, row: OrderRow) -> None:
        before = msgspec.structs.asdict(known)
        if known.order_status in _OPEN:
            ids = {item.line_item_key: item.order_item_id for item in known.items}
            for item in row.items:
                item.order_item_id = ids.get(item.line_item_key, item.order_item_id)
            if not _say_same(known, row):
                for name in _FOLLOWED:
                    setattr(known, name, getattr(row, name))
        known.order_status = follow_status(known.order_status, row.order_status)
        if known.payment_date is None:
            known.payment_date = row.payment_date
        if msgspec.structs.asdict(known) != before:
            self._books.touch(known)


def follow_status(here: str, there: str) -> str:
    """The status of an order that the store exports again with the status `there`."""
    if there in {"shipped", "cancelled"}:
        return there
    if (here, there) == ("awaiting_payment", "awaiting_shipment"):
        return there
    return here


def _say_same(known: OrderRow, row: OrderRow) -> bool:
    """Whether the store says the same as before, the dates of its lines and what was done here left
    out.
    """
    for name in _FOLLOWED:
        if name != "items" and getattr(known, name) != getattr(row, name):
            return False
    return len(known.items) == len(row.items) and all(
        old.line_item_key == new.line_item_key
        and (old.sku, old.name, old.quantity, old.unit_price)
        == (new.sku, new.name, new.quantity, new.unit_price)
        for old, new in zip(known.items, row.items, strict=True)
    )
