"""Finds the labels and the orders marked as shipped of which no notice came, store after store.

Each run reads what was made since the youngest row seen, less an hour, because rows may be shown
late, and what was voided since the last run that a webhook did not ask for; once a day the whole
look-back. How far a list was read is written down once all of it was taken in, so that a run that
was broken off is made again from where it began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

from connectors.orders import Window
from connectors.upstream.request import Pairs
from proxy.account.client import AccountClient, name_key
from proxy.account.jobs import ask_each
from proxy.account.listing import EVER, FULFILLMENTS, ORDERS, SHIPMENTS, LongList, walk_list
from proxy.account.pacific import read_pacific, write_start
from proxy.account.reconcile.fulfillments import SharedFulfillments
from proxy.account.reconcile.intake import RowIntake
from proxy.account.rows import FulfillmentRow, Placement, ShipmentRow
from proxy.settings.account import AccountSettings
from proxy.storage.account.known_orders import KnownOrders
from proxy.storage.account.parcels import ParcelKind, Parcels
from proxy.storage.account.places import Place, Places
from proxy.storage.database import Database
from proxy.stores import Store

# How late a row may be shown, and how far the account's clock may be ahead of ours.
_SLACK = timedelta(hours=1)
_DAY = timedelta(days=1)
_VOIDS_EVERY = timedelta(minutes=10)


class Reconciler:
    """Compares the account with the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_untold(self, client: AccountClient, stores: Sequence[Store]) -> None:
        """Put into the outbox what the account has of these stores of a key and no notice
        announced; a store whose reading fails holds up no other. Raises `ConnectorError` and
        StorageError.
        """
        fulfillments = SharedFulfillments(client)
        runs = dict[str, _Run]()
        for store in stores:
            account = store.settings.account
            if account is None or account.store_id is None or account.reconcile.every == "never":
                continue
            intake = RowIntake(store, account.store_id, Parcels(self._database, store.name))
            key = name_key(account.url, account.api_key.get_secret_value())
            places = Places(self._database, key)
            known = KnownOrders(self._database, store.name)
            runs[store.name] = run = _Run(client, account, intake, places, known, fulfillments)
            await run.announce()

        async def read(_: AccountClient, store: Store) -> None:
            await runs[store.name].read()

        await ask_each(read)(client, [store for store in stores if store.name in runs])


class _Run:
    """One reading of one store's parcels."""

    def __init__(
        self,
        client: AccountClient,
        account: AccountSettings,
        intake: RowIntake,
        places: Places,
        known: KnownOrders,
        fulfillments: SharedFulfillments,
    ) -> None:
        self._client = client
        self._fulfillments = fulfillments
        self._look_back = account.reconcile.look_back
        self._own: Pairs = (("storeId", str(intake.store_id)),)
        self._intake = intake
        self._places = places
        self._known = known

    async def announce(self) -> None:
        """Say since when the fulfillments will be wanted."""
        _, _, window = await self._choose_window(FULFILLMENTS, await self._places.now())
        self._fulfillments.expect(window.start)

    async def read(self) -> None:
        """Read labels and fulfillments, and take them in."""
        now = await self._places.now()
        is_whole = await self._read_shipments(now)
        is_whole = await self._read_fulfillments(now) and is_whole
        oldest = now - self._look_back
        self._intake.remark_unreadable(is_whole=is_whole)
        if is_whole:
            await self._intake.parcels.forget(oldest - _DAY)

    async def _read_shipments(self, now: datetime) -> bool:
        """Whether the whole look-back was read."""
        name, place, window = await self._choose_window(SHIPMENTS, now)
        wanted = (*self._own, ("includeShipmentItems", "true"))
        rows = await self._walk(SHIPMENTS, window, wanted)
        youngest = max((read_pacific(row.create_date) for row in rows), default=None)
        is_whole = _is_due(place, now)
        voids = f"voids {self._intake.store.name}"
        voids_from = await self._find_voids_start(voids, now, is_whole=is_whole)
        if voids_from is not None:
            since = ("voidDateStart", write_start(voids_from))
            rows += await self._walk(SHIPMENTS.drop_dates(), EVER, (*wanted, since))
        await self._keep_proven(rows)
        await self._intake.take_shipments(rows, since=place.since, now=now)
        if voids_from is not None:
            await self._places.move(voids, seen_until=now)
        await self._move(name, youngest, now, is_whole=is_whole)
        return is_whole

    async def _keep_proven(self, labels: Sequence[ShipmentRow]) -> None:
        """Remember the orders of labels that say themselves that they are this store's."""
        own = self._intake.store_id
        await self._known.keep(
            {
                row.order_id: row.order_key
                for row in labels
                if row.order_id is not None
                and (row.advanced_options or Placement()).store_id == own
            }
        )

    async def _find_voids_start(
        self, name: str, now: datetime, *, is_whole: bool
    ) -> datetime | None:
        """Since when voided labels are to be read; None: they were a short while ago, and this run
        is one that a webhook asked for.
        """
        seen_until = (await self._places.find(name)).seen_until
        if is_whole or seen_until is None:
            return now - self._look_back
        # A time to come was written before the clock was set back.
        is_fresh = timedelta(0) <= now - seen_until < _VOIDS_EVERY
        return None if is_fresh else min(seen_until, now) - _SLACK

    async def _read_fulfillments(self, now: datetime) -> bool:
        """Whether the whole look-back was read."""
        name, place, window = await self._choose_window(FULFILLMENTS, now)
        rows = await self._fulfillments.list_rows(window, self._intake.complain)
        youngest = max((read_pacific(row.create_date) for row in rows), default=None)
        keys = await self._find_order_keys(rows)
        mine = [row for row in rows if row.fulfillment_id in keys]
        await self._intake.take_fulfillments(mine, keys, since=place.since, now=now)
        is_whole = _is_due(place, now)
        await self._move(name, youngest, now, is_whole=is_whole)
        return is_whole

    async def _find_order_keys(self, rows: Sequence[FulfillmentRow]) -> Mapping[int, str | None]:
        """The keys of the orders of those fulfillments that are this store's, by fulfillment.

        A fulfillment does not say whose it is, and its number may be that of another store's order.
        Known to be the store's are those that our books hold already, and those of orders that
        were seen to be its own. For the others its orders that changed since are listed, in pages
        of 500: an order that is marked as shipped changes by it. No request is made for a row.
        """
        numbers = [row.fulfillment_id for row in rows]
        shown = await self._intake.parcels.find_shown(ParcelKind.FULFILLMENT, numbers)
        keys: dict[int, str | None] = dict.fromkeys(shown)
        new = [row for row in rows if row.fulfillment_id not in shown]
        mine = dict(await self._known.find({row.order_id for row in new if row.order_id}))
        strange = [row for row in new if row.order_id not in mine]
        if strange:
            first = min(read_pacific(row.create_date) for row in strange)
            since = ("modifyDateStart", write_start(first - _SLACK))
            orders = await self._walk(ORDERS.drop_dates(), EVER, (*self._own, since))
            listed = {order.order_id: order.order_key for order in orders}
            await self._known.keep(listed)
            mine |= listed
        keys |= {row.fulfillment_id: mine[row.order_id] for row in new if row.order_id in mine}
        return keys

    async def _choose_window(self, listing: LongList, now: datetime) -> tuple[str, Place, Window]:
        """The name of the place of a list, that place, and the span to read."""
        name = f"{listing.name} {self._intake.store.name}"
        place = await self._places.find(name)
        start = now - self._look_back
        if place.seen_until is not None:
            fresh = place.seen_until - _SLACK
            start = min(start, fresh) if _is_due(place, now) else fresh
        return name, place, Window(start=start, end=now + _SLACK)

    async def _move(
        self, name: str, youngest: datetime | None, now: datetime, *, is_whole: bool
    ) -> None:
        """Write down that a list was taken in. Where nothing new is made, the span to read does not
        grow beyond the look-back.
        """
        seen = max(youngest or now - self._look_back, now - self._look_back)
        whole = {"whole_at": now} if is_whole else {}
        await self._places.move(name, seen_until=min(seen, now), **whole)

    async def _walk(self, listing: LongList, window: Window, extra: Pairs = ()) -> list[Any]:
        walk = walk_list(self._client, listing, window, extra, self._intake.complain)
        async with aclosing(walk) as rows:
            return [row async for row in rows]


def _is_due(place: Place, now: datetime) -> bool:
    """Whether the whole look-back is to be read again."""
    return place.whole_at is None or now - place.whole_at >= _DAY
