"""Which store's account a command asks, and what it needs to ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from connectors.errors import ConnectorError
from proxy.account.client import AccountClient
from proxy.cli.options import CommandError, find_store, read_settings
from proxy.cli.records import open_database
from proxy.settings.account import AccountSettings
from proxy.settings.models import Settings
from proxy.settings.store import StoreSettings
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.telemetry.logs import configure_logs

T = TypeVar("T")
# Waits that a person would notice, in seconds.
_LONG_WAIT = 5


class AccountTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A store whose account is asked."""

    name: str
    store: StoreSettings
    account: AccountSettings
    client: AccountClient
    database: Database


def ask_account(file: Path, name: str | None, work: Callable[[AccountTarget], Awaitable[T]]) -> T:
    """What `work` gives for the account of this store in the settings `file`, or the end of the
    command with one line. Without a name: the only store that has one.
    """
    configure_logs(level="error")
    settings = read_settings(file)
    chosen = name or _find_only(settings)
    store = find_store(settings.stores, chosen)
    account = store.account
    if account is None:
        raise CommandError(
            f"{chosen}: the settings name no ShipStation key; add `account` with `api_key` and"
            " `api_secret` to this store"
        )

    async def open_and_work() -> T:
        async with (
            open_database(settings.database.get_secret_value()) as database,
            AccountClient.open(account, database, sleep=wait_for_budget) as client,
        ):
            target = AccountTarget(
                name=chosen, store=store, account=account, client=client, database=database
            )
            return await work(target)

    try:
        return asyncio.run(open_and_work())
    except (ConnectorError, StorageError) as error:
        raise CommandError(f"{chosen}: {error}") from error


def require_store_id(target: AccountTarget) -> int:
    """ShipStation's number of the store, or the end of the command."""
    if target.account.store_id is None:
        raise CommandError(
            f"{target.name}: the settings do not say which of the account's stores this is; set"
            " `account.store_id` to one that `portside account stores` shows"
        )
    return target.account.store_id


def _find_only(settings: Settings) -> str:
    named = [name for name, store in settings.stores.items() if store.account is not None]
    if len(named) == 1:
        return named[0]
    if named:
        raise CommandError(f"name the store with --store: {', '.join(named)}")
    raise CommandError(
        "the settings name no ShipStation key; add `account` with `api_key` and `api_secret` to a"
        " store"
    )


async def wait_for_budget(seconds: float) -> None:
    """Wait for the budget of the key, and say so where a person would notice."""
    if seconds >= _LONG_WAIT:
        click.echo(f"Waiting {seconds:.0f} seconds for the limit of the key ...", err=True)
    await asyncio.sleep(seconds)
