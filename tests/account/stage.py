"""A client of ShipStation's API against the fake account, in the account's simulated time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from proxy.account.client import AccountClient
from proxy.settings.account import AccountSettings
from proxy.simulator.account.fake import FakeAccount
from proxy.storage.database import Database


class Waits:
    """Sleeps by moving the account's clock on, and remembers for how long."""

    def __init__(self, account: FakeAccount) -> None:
        self._account = account
        self.seconds = list[float]()

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self._account.advance(timedelta(seconds=seconds))


def build_settings(account: FakeAccount, **changes: object) -> AccountSettings:
    """The account's address, key and secret, and 20 requests a minute."""
    given = {"api_key": account.key, "api_secret": account.secret, "url": account.url, **changes}
    return AccountSettings.model_validate(given)


@asynccontextmanager
async def open_client(
    account: FakeAccount, url: str, **changes: object
) -> AsyncIterator[tuple[AccountClient, Waits]]:
    """A client whose budget stands in the database at `url`, and how it waits."""
    waits, settings = Waits(account), build_settings(account, **changes)
    async with (
        Database.open(url, clock=account.clock) as database,
        AccountClient.open(settings, database, sleep=waits) as client,
    ):
        yield client, waits
