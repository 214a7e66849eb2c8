"""The account of a store, for what works without one too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from proxy.account.audit import AccountReader, choose_store
from proxy.account.client import AccountClient
from proxy.operator.story import FindAccount, Story, tell_story
from proxy.settings.store import StoreSettings
from proxy.storage.database import Database
from proxy.stores import Store


@asynccontextmanager
async def open_account(
    name: str,
    settings: StoreSettings,
    database: Database,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[FindAccount | None]:
    """What finds the store `name` in its account; None where the settings name no key. `sleep`
    waits for the budget of the key, in seconds.
    """
    account = settings.account
    if account is None:
        yield None
        return
    async with AccountClient.open(account, database, sleep=sleep) as client:

        async def find_account() -> AccountReader:
            return AccountReader(client, await choose_store(client, name, account))

        yield find_account


async def tell_whole_story(
    store: Store,
    settings: StoreSettings,
    database: Database,
    word: str,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Story:
    """The story of an order by all sides, the account too where `settings` name its key. Raises
    StorageError.
    """
    opening = open_account(store.name, settings, database, sleep=sleep)
    async with opening as find_account:
        with store.work:
            return await tell_story(store, database, word, find_account)
