"""ShipStation's side of an audit: the orders and parcels of the account, in our words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

import msgspec

from connectors.errors import PermanentError, UnreadableResponseError
from connectors.orders import Window
from connectors.upstream.request import Pairs
from proxy.account.client import AccountClient
from proxy.account.listing import (
    EVER,
    FULFILLMENTS,
    ORDERS,
    SHIPMENTS,
    STORES,
    LongList,
    fetch_list,
    walk_list,
)
from proxy.account.pacific import read_pacific
from proxy.account.rows import FulfillmentRow, OrderRow, ShipmentRow, StoreRow
from proxy.account.tags import find_tag, walk_tagged
from proxy.doors.custom_store.words import ACCOUNT_STATUSES
from proxy.rules.audit.sides import AccountOrder, AccountParcel
from proxy.rules.matching import strip_suffixes
from proxy.settings.account import AccountSettings

_STATUSES = {word: status for status, word in ACCOUNT_STATUSES.items()}


class AccountSide(msgspec.Struct, frozen=True, kw_only=True):
    """Orders of the account, and labels and fulfillments of any of its orders."""

    orders: tuple[AccountOrder, ...] = ()
    parcels: tuple[AccountParcel, ...] = ()


async def choose_store(client: AccountClient, name: str, account: AccountSettings) -> int:
    """ShipStation's id of the store `name`: as the settings say, else the one whose URL leads here,
    else the only one. Raises PermanentError where that does not decide.
    """
    if account.store_id is not None:
        return account.store_id
    stores: Sequence[StoreRow] = await fetch_list(client, STORES)
    leading = [each for each in stores if leads_to_store(each.integration_url, name)]
    for found in (leading, stores):
        if len(found) == 1:
            return found[0].store_id
    raise PermanentError(
        f"ShipStation shows {len(stores)} stores, and `account.store_id` does not say which of them"
        f" is {name}. Set it to one that `portside account stores` shows."
    )


def leads_to_store(url: str | None, name: str) -> bool:
    """Whether an address in ShipStation is that of our store."""
    path = (url or "").partition("?")[0].partition("#")[0]
    return path.rstrip("/").endswith(f"/stores/{name}")


class AccountReader:
    """Reads the account for the store that ShipStation calls `store_id`.

    Raises `ConnectorError` where the account does not answer, and StorageError.
    """

    def __init__(self, client: AccountClient, store_id: int) -> None:
        self._client = client
        self._store_id = store_id

    async def read_span(self, window: Window) -> AccountSide:
        """The store's orders and labels that were created within the window, and the fulfillments
        of the whole account, which do not say whose they are.
        """
        own = (("storeId", str(self._store_id)),)
        orders = await self._walk(ORDERS, window, own)
        labels = await self._walk(SHIPMENTS, window, own)
        marks = await self._walk(FULFILLMENTS, window)
        return AccountSide(
            orders=self._describe_orders(orders), parcels=_describe_parcels([*labels, *marks])
        )

    async def read_numbers(
        self, window: Window, numbers: Collection[str]
    ) -> Sequence[AccountOrder]:
        """The orders of the account's other stores that bear one of these numbers, and were created
        within the window.
        """
        found = self._describe_orders(await self._walk(ORDERS, window))
        return [order for order in found if not order.is_ours and order.number in numbers]

    async def read_number(self, number: str) -> AccountSide:
        """The orders of this number in all stores, those that ShipStation split off it included,
        and their parcels.

        ShipStation's filter finds all numbers that begin with it; they are compared exactly here.
        """
        wanted = (("orderNumber", number),)
        orders = [
            row
            for row in await self._walk(ORDERS.drop_dates(), EVER, wanted)
            if number in {row.order_number, *strip_suffixes(row.order_number or "")}
        ]
        ids = {row.order_id for row in orders}
        parcels = list[Any]()
        for listing in (SHIPMENTS, FULFILLMENTS) if ids else ():
            rows = await self._walk(listing.drop_dates(), EVER, wanted)
            parcels += [row for row in rows if row.order_id in ids]
        return AccountSide(orders=self._describe_orders(orders), parcels=_describe_parcels(parcels))

    async def read_tagged(self, tag: str) -> frozenset[int]:
        """The ids of all orders that bear a tag, by its name or id. Raises LookupError, with a
        sentence, for a tag that the account does not have.
        """
        tag_id = await find_tag(self._client, tag)
        async with aclosing(walk_tagged(self._client, tag_id)) as rows:
            return frozenset([row.order_id async for row in rows])

    async def _walk(self, listing: LongList, window: Window, extra: Pairs = ()) -> list[Any]:
        async with aclosing(walk_list(self._client, listing, window, extra)) as rows:
            return [row async for row in rows]

    def _describe_orders(self, rows: Iterable[OrderRow]) -> tuple[AccountOrder, ...]:
        return tuple(_describe_order(row, self._store_id) for row in rows)


def _describe_order(row: OrderRow, store_id: int) -> AccountOrder:
    placement = row.advanced_options
    return AccountOrder(
        id=row.order_id,
        number=row.order_number or "",
        key=row.order_key or "",
        status=_STATUSES.get(row.order_status or ""),
        word=row.order_status or "unknown",
        created_at=_read_time(row.create_date),
        changed_at=_read_time(row.modify_date or row.create_date),
        paid_at=_read_time(row.payment_date) if row.payment_date else None,
        is_ours=placement is not None and placement.store_id == store_id,
        held_until=row.hold_until_date or "",
    )


def _describe_parcels(rows: Iterable[ShipmentRow | FulfillmentRow]) -> tuple[AccountParcel, ...]:
    return tuple(
        AccountParcel(
            id=row.shipment_id if isinstance(row, ShipmentRow) else row.fulfillment_id,
            order_id=row.order_id,
            is_label=isinstance(row, ShipmentRow),
            tracking_number=row.tracking_number or "",
            created_at=_read_time(row.create_date),
            carrier=row.carrier_code or "",
            voided_at=_read_time(row.void_date) if row.void_date else None,
            is_voided=bool(row.voided),
            is_return=isinstance(row, ShipmentRow) and bool(row.is_return_label),
            is_announced=bool(row.marketplace_notified),
            error=row.notify_error_message or "",
        )
        for row in rows
    )


def _read_time(text: str) -> datetime:
    try:
        return read_pacific(text)
    except ValueError as error:
        raise UnreadableResponseError(f"ShipStation's answer: {error}.") from error
