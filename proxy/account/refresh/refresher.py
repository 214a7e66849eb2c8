"""Refreshes that Portside asks for by itself: for a paid order that is new, from the start of a
gap, and once ShipStation has stopped polling.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from connectors.errors import ConnectorError
from proxy.account.client import AccountClient
from proxy.account.refresh.request import request_refresh
from proxy.rules.refresh import choose_pause
from proxy.rules.rhythm import find_silence
from proxy.settings.account import AccountSettings
from proxy.storage.account.refreshes import Refreshes, RefreshReason
from proxy.storage.export.interface import ExportStorage
from proxy.stores import Store

# A gap that a refresh did not close is not asked for again sooner: each one makes the whole span be
# read again.
_GAP_AGAIN = timedelta(hours=6)
# So many usual intervals without a poll are a silence, as for the alarm; and how much sooner than
# the alarm it is broken.
_INTERVALS = 3
_AHEAD = timedelta(minutes=2)
_log = structlog.get_logger("portside.account")


class Refresher:
    """Asks for them, once for all replicas. `has_news` says whether a paid order of a store waits
    to be asked for.
    """

    def __init__(
        self,
        refreshes: Refreshes,
        storage: ExportStorage,
        has_news: Callable[[Store], Awaitable[bool]],
    ) -> None:
        self._refreshes = refreshes
        self._storage = storage
        self._has_news = has_news

    async def tell_news(self, client: AccountClient, store: Store) -> None:
        """Have the store refreshed if a paid order of it is new. Raises `ConnectorError` and
        StorageError.
        """
        account = _find_account(store)
        if account is None or not account.refresh.on_new_orders:
            return
        pause = await self._find_pause(store, account)
        if pause is not None and await self._has_news(store):
            await self._refresh(client, store, RefreshReason.NEWS, pause)

    async def heal_gaps(self, client: AccountClient, store: Store) -> None:
        """Have the store refreshed from the start of its oldest gap, if it has one. Raises
        `ConnectorError` and StorageError.
        """
        account = _find_account(store)
        if account is None or not account.refresh.heal:
            return
        async with self._storage.reading(store.books) as rows:
            start = min((gap.start for gap in await rows.gaps()), default=None)
        if start is None:
            return
        last, now = await self._refreshes.list_last(store.name)
        asked = last.get(RefreshReason.GAP)
        is_asked = (
            asked is not None
            and asked.since is not None
            and asked.since <= start
            and now - asked.asked_at < _GAP_AGAIN
        )
        if not is_asked:
            pause = account.refresh.at_most_every
            await self._refresh(client, store, RefreshReason.GAP, pause, start)

    async def break_silence(self, client: AccountClient, store: Store) -> None:
        """Have the store refreshed, once, if ShipStation has stopped polling it. Raises
        `ConnectorError` and StorageError.
        """
        account = _find_account(store)
        if account is None or not account.refresh.on_silence:
            return
        rhythm, now = await self._refreshes.read_rhythm(store.name)
        if rhythm is None or rhythm.usual_interval is None:
            return
        last_at = rhythm.last.at
        # A little sooner than the alarm, which waits for what becomes of this.
        if now - last_at < find_silence(rhythm.usual_interval, _INTERVALS) - _AHEAD:
            return
        last, _ = await self._refreshes.list_last(store.name)
        asked = last.get(RefreshReason.SILENCE)
        if asked is None or not last_at < asked.asked_at <= now:
            pause = account.refresh.at_most_every
            await self._refresh(client, store, RefreshReason.SILENCE, pause)

    async def _find_pause(self, store: Store, account: AccountSettings) -> timedelta | None:
        """The pause to keep between refreshes of a store; None while it lasts."""
        last, now = await self._refreshes.list_last(store.name)
        asked_at = max((each.asked_at for each in last.values()), default=None)
        async with self._storage.reading(store.books) as rows:
            chains = (await rows.pollers()).chains
        polled_at = max((chain.at for chain in chains), default=None)
        pause = choose_pause(asked_at, polled_at, account.refresh.at_most_every)
        return None if asked_at is not None and now - pause < asked_at <= now else pause

    async def _refresh(
        self,
        client: AccountClient,
        store: Store,
        reason: RefreshReason,
        pause: timedelta,
        since: datetime | None = None,
    ) -> None:
        account = _find_account(store)
        if account is None or account.store_id is None:
            return
        if not await self._refreshes.claim(store.name, reason, pause, since):
            return
        try:
            await request_refresh(client, account.store_id, since)
        except ConnectorError:
            await self._refreshes.take_back(store.name, reason)
            raise
        _log.info(
            "ShipStation was asked to refresh a store.",
            store=store.name,
            reason=reason.value,
            since=None if since is None else since.isoformat(),
        )


def _find_account(store: Store) -> AccountSettings | None:
    """The settings of the account of a store that ShipStation can be asked to refresh."""
    account = store.settings.account
    return None if account is None or account.store_id is None else account
