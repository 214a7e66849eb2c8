"""The account of a store, for commands that work without one too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from proxy.account.audit import AccountReader, choose_store
from proxy.account.client import AccountClient
from proxy.cli.account.target import wait_for_budget
from proxy.operator.story import FindAccount
from proxy.settings.store import StoreSettings
from proxy.storage.database import Database


@asynccontextmanager
async def open_account(
    name: str, settings: StoreSettings, database: Database
) -> AsyncIterator[FindAccount | None]:
    """What finds the store `name` in its account; None where the settings name no key."""
    account = settings.account
    if account is None:
        yield None
        return
    async with AccountClient.open(account, database, sleep=wait_for_budget) as client:

        async def find_account() -> AccountReader:
            return AccountReader(client, await choose_store(client, name, account))

        yield find_account
