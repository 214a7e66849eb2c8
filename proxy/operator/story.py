"""The story of one order: all that the shop, Portside's records and the merchant's ShipStation
account say of it, and what is wrong.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import ConnectorError, OrderNotFoundError
from connectors.inspection import find_order_id
from connectors.orders import OrderId
from proxy.account.audit import AccountReader, AccountSide
from proxy.export.ledger import Ledger
from proxy.operator.audit.auditor import plain_fault, read_rules
from proxy.operator.deliveries import plain, plain_attempt
from proxy.operator.sides import describe_delivery, describe_given, describe_hold, read_shop_side
from proxy.operator.times import plain_moment
from proxy.rules.audit.assembly import Sources, assemble_sides
from proxy.rules.audit.faults import AuditRules, Fault
from proxy.rules.audit.judging import judge_order
from proxy.rules.audit.sides import AccountOrder, AccountParcel, GivenSide, OrderSides, ShopSide
from proxy.rules.audit.verdict import sum_up
from proxy.rules.matching import strip_suffixes
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.order_records import GivenRecord, OrderRecords
from proxy.storage.outbox.interface import Attempt, Deliveries, Delivery
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store

# Each costs a request or three.
_MOST_NUMBERS = 5
# Finds the store in its account. Raises `ConnectorError` where that fails.
FindAccount = Callable[[], Awaitable[AccountReader]]


class UnknownOrderError(Exception):
    """All sides answered, and none knows the order."""


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One order as ShipStation has it: an order of the shop, or what of it goes to one address."""

    sides: OrderSides
    faults: Sequence[Fault]
    verdict: str

    @property
    def is_wrong(self) -> bool:
        """Whether anything is wrong that the settings do not ask for."""
        return not all(fault.is_meant for fault in self.faults)


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of the orders meant. `shop_error` and `account_error` say why a side is not
    known. `hints` says why an order is given again with the next poll, by the shop's id.
    """

    store: str
    chapters: Sequence[Chapter]
    deliveries: Sequence[tuple[Delivery, Sequence[Attempt]]] = ()
    hints: Mapping[str, str] = {}
    shop_error: str = ""
    account_error: str = ""

    @property
    def is_known(self) -> bool:
        """Whether any side knows the order."""
        return bool(self.chapters)


class Storyteller:
    """Asks all sides for one order of a store. `find_account` finds it in its account, if it has
    one.
    """

    def __init__(
        self,
        store: Store,
        records: OrderRecords,
        deliveries: Deliveries,
        find_account: FindAccount | None = None,
    ) -> None:
        self._store = store
        self._records = records
        self._deliveries = deliveries
        self._find_account = find_account

    async def tell(self, word: str, rules: AuditRules) -> Story:
        """The story of the order that a person calls by this number or id.

        Raises StorageError; a shop or an account that does not answer is told in the story.
        """
        known = await self._find_records(word)
        shop, gone, shop_error = await self._ask_shop(word, known, rules.now)
        ids = {record.order.shop_id for record in known} | shop.keys()
        known = [*known, *await self._find_more(ids, known)]
        numbers = {record.order.number for record in known}
        numbers |= {side.number for side in shop.values()}
        account, account_error = await self._ask_account(numbers or {word})
        held = await self._records.find_held(self._store.name, {word, *ids, *numbers})
        found = await self._records.find_deliveries(
            self._store.name, ids | {word}, numbers | {word}
        )
        withdrawn = await self._records.find_withdrawn(found)
        sources = Sources(
            shop=shop,
            gone=frozenset(gone),
            gone_numbers=frozenset({word} if not shop and not shop_error else ()),
            given=[describe_given(record, rules.now) for record in known],
            holds={each.order_id: (each.number, describe_hold(each)) for each in held},
            deliveries=[describe_delivery(each, withdrawn) for each in found],
            account=None if account is None else account.orders,
            parcels=() if account is None else account.parcels,
        )
        sides = assemble_sides(sources) or self._list_orphans(word, sources)
        hints = await self._records.find_hints(self._store.name, {each.shop_id for each in sides})
        return Story(
            store=self._store.name,
            chapters=[_judge(each, rules) for each in sides],
            deliveries=[(each, await self._deliveries.attempts_at(each.id)) for each in found],
            hints={key: reason.value for key, (_, reason) in hints.items()},
            shop_error=shop_error,
            account_error=account_error,
        )

    async def _find_records(self, word: str) -> Sequence[GivenRecord]:
        for name in (word, *strip_suffixes(word)):
            if found := await self._records.find_word(self._store.name, [name]):
                return found
        return ()

    async def _find_more(
        self, ids: Collection[str], known: Sequence[GivenRecord]
    ) -> Sequence[GivenRecord]:
        """The other parts of these orders."""
        told = {record.order.id for record in known}
        found = await self._records.find_orders(self._store.name, ids)
        return [record for record in found if record.order.id not in told]

    async def _ask_shop(
        self, word: str, known: Sequence[GivenRecord], now: datetime
    ) -> tuple[Mapping[str, ShopSide], Collection[str], str]:
        """The orders in the shop, the ids that it does not know, and why it did not answer."""
        shop, gone = dict[str, ShopSide](), set[str]()
        connector = self._store.connector
        try:
            ids = list(dict.fromkeys(record.order.shop_id for record in known)) or [
                await find_order_id(connector, word, *strip_suffixes(word))
            ]
            for order_id in ids:
                try:
                    entry = await connector.get_order(OrderId(order_id))
                except OrderNotFoundError:
                    gone.add(order_id)
                else:
                    shop[order_id] = await read_shop_side(entry, self._store.settings, now)
        except ConnectorError as error:
            return shop, gone, str(error)
        return shop, gone, ""

    async def _ask_account(self, numbers: Collection[str]) -> tuple[AccountSide | None, str]:
        if self._find_account is None:
            return None, ""
        orders, parcels = dict[int, AccountOrder](), dict[tuple[bool, int], AccountParcel]()
        try:
            reader = await self._find_account()
            for number in sorted(numbers)[:_MOST_NUMBERS]:
                side = await reader.read_number(number)
                orders |= {order.id: order for order in side.orders}
                parcels |= {(parcel.is_label, parcel.id): parcel for parcel in side.parcels}
        except ConnectorError as error:
            return None, str(error)
        return AccountSide(orders=tuple(orders.values()), parcels=tuple(parcels.values())), ""

    def _list_orphans(self, word: str, sources: Sources) -> list[OrderSides]:
        """Where neither side knows the order, but notices name it."""
        if not sources.deliveries:
            return []
        deliveries = tuple(each.side for each in sources.deliveries)
        gone = bool(sources.gone_numbers)
        return [OrderSides(number=word, shop_id="", is_gone=gone, deliveries=deliveries)]


async def tell_story(
    store: Store, database: Database, word: str, find_account: FindAccount | None
) -> Story:
    """The story of an order, on this database, judged by what is covered now. Raises
    StorageError.
    """
    rules = await read_rules(store.name, Ledger(DatabaseExportStorage(database)), datetime.now(UTC))
    teller = Storyteller(store, OrderRecords(database), DatabaseDeliveries(database), find_account)
    return await teller.tell(word, rules)


def _judge(sides: OrderSides, rules: AuditRules) -> Chapter:
    faults = judge_order(sides, rules)
    return Chapter(sides=sides, faults=faults, verdict=sum_up(sides, faults, rules))


def plain_story(story: Story) -> list[dict[str, Any]]:
    """The orders of a story as plain values, for JSON; what is not known is null."""
    return [_plain_chapter(chapter, story) for chapter in story.chapters]


def _plain_chapter(chapter: Chapter, story: Story) -> dict[str, Any]:
    sides = chapter.sides
    hold = sides.hold
    own = {delivery.id for delivery in sides.deliveries}
    return {
        "store": story.store,
        "number": sides.number,
        "shop_id": sides.shop_id or None,
        "shop": None if sides.shop is None else _plain_shop(sides.shop),
        "is_gone": sides.is_gone,
        "given": None if sides.given is None else _plain_given(sides.given),
        "held": None
        if hold is None
        else {"kind": hold.kind.value, "reason": hold.reason, "since": plain_moment(hold.since)},
        "given_again_because": story.hints.get(sides.shop_id),
        "account_orders": None if sides.account is None else list(map(_plain_order, sides.account)),
        "account_parcels": list(map(_plain_parcel, sides.parcels)),
        "deliveries": [
            plain(delivery) | {"tries": [plain_attempt(each) for each in attempts]}
            for delivery, attempts in story.deliveries
            if delivery.id in own
        ],
        "shop_error": story.shop_error or None,
        "account_error": story.account_error or None,
        "findings": [plain_fault(story.store, fault) for fault in chapter.faults],
        "verdict": chapter.verdict,
    }


def _plain_shop(shop: ShopSide) -> dict[str, Any]:
    return {
        "status": shop.status,
        "placed_at": plain_moment(shop.placed_at),
        "changed_at": plain_moment(shop.changed_at),
        "left_out": None if shop.hold is None else shop.hold.reason,
    }


def _plain_given(given: GivenSide) -> dict[str, Any]:
    return {
        "id": given.id,
        "number": given.number,
        "former_number": given.former_number or None,
        "made_at": plain_moment(given.given_at),
        "told_at": plain_moment(given.told_at),
        "window_start": plain_moment(given.window_start),
        "window_end": plain_moment(given.window_end),
        "page": given.page or None,
        "digest": given.digest or None,
        "confirmed": given.confirmed,
    }


def _plain_order(order: AccountOrder) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": order.number,
        "status": order.word,
        "is_in_this_store": order.is_ours,
        "created_at": plain_moment(order.created_at),
        "changed_at": plain_moment(order.changed_at),
        "held_until": order.held_until or None,
    }


def _plain_parcel(parcel: AccountParcel) -> dict[str, Any]:
    return {
        "id": parcel.id,
        "kind": "label" if parcel.is_label else "fulfillment",
        "order_id": parcel.order_id,
        "tracking_number": parcel.tracking_number or None,
        "carrier": parcel.carrier or None,
        "created_at": plain_moment(parcel.created_at),
        "is_return": parcel.is_return,
        "is_voided": parcel.is_voided,
        "voided_at": plain_moment(parcel.voided_at),
        "is_announced": parcel.is_announced,
        "error": parcel.error or None,
    }
