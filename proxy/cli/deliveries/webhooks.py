"""`portside webhooks`: ask a shop to tell of changed orders, see what it tells, and end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import click

from connectors.errors import ConnectorError
from connectors.webhooks import HasWebhooks, Subscription, Webhooks
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError, chosen_store, read_settings, settings_option
from proxy.settings.store import StoreSettings
from proxy.stores import open_store
from proxy.telemetry.logs import configure_logs

T = TypeVar("T")
_store_option = click.option(
    "--store", "name", metavar="NAME", required=True, help="The store whose shop is asked."
)


@click.group
def webhooks() -> None:
    """Let a shop tell Portside at once when an order changes, in place of waiting for its list to
    show it.

    Needs a `webhooks:` block in the store's settings. Polling goes on all the same: a webhook is a
    hint and may be lost.
    """
    configure_logs(level="error")


@webhooks.command
@settings_option
@_store_option
def register(file: Path, name: str) -> None:
    """Ask the shop to tell Portside of changed and deleted orders.

    Doing it twice changes nothing.
    """
    store = chosen_store(read_settings(file), name)
    if store.webhooks is None:
        raise CommandError(
            f"store {name!r} has no webhooks: block; add one with Portside's public address"
        )
    address, secret = store.webhooks.url(name), store.webhooks.secret.get_secret_value()
    added = _run(name, store, lambda hooks: hooks.register(address, secret))
    for one in added:
        click.echo(f"registered {_line(one)}")
    if not added:
        click.echo("nothing to do: the shop tells Portside already")


@webhooks.command(name="list")
@settings_option
@_store_option
def list_all(file: Path, name: str) -> None:
    """Show what the shop tells, and where to."""
    store = chosen_store(read_settings(file), name)
    mine = store.webhooks.url(name) if store.webhooks else ""
    found = _run(name, store, lambda hooks: hooks.list_all())
    for one in found:
        click.echo(f"{_line(one)}{'  (Portside)' if one.address == mine else ''}")
    if not found:
        click.echo("none")


@webhooks.command
@settings_option
@_store_option
@click.argument("ids", metavar="[ID]...", nargs=-1)
def remove(file: Path, name: str, ids: tuple[str, ...]) -> None:
    """End the webhooks with these ids; without ids, those that go to Portside."""
    store = chosen_store(read_settings(file), name)
    mine = store.webhooks.url(name) if store.webhooks else ""

    async def end(hooks: Webhooks) -> list[str]:
        chosen = list(ids) or [
            one.id for one in await hooks.list_all() if mine and one.address == mine
        ]
        for one in chosen:
            await hooks.remove(one)
        return chosen

    ended = _run(name, store, end)
    click.echo(
        f"removed {', '.join(ended)}" if ended else "nothing to do: no webhook goes to Portside"
    )


def _line(one: Subscription) -> str:
    return f"{one.id}  {one.topic}  {one.address}"


def _run(name: str, settings: StoreSettings, ask: Callable[[Webhooks], Awaitable[T]]) -> T:
    """Ask the shop; what goes wrong ends the command with one line."""

    async def asked() -> T:
        async with _opened(name, settings) as hooks:
            return await ask(hooks)

    try:
        return asyncio.run(asked())
    except ConnectorError as error:
        raise CommandError(f"{name}: {error}") from error


@asynccontextmanager
async def _opened(name: str, settings: StoreSettings) -> AsyncIterator[Webhooks]:
    async with open_store(name, settings, find_kind(settings.connector.type)) as store:
        if not isinstance(store.connector, HasWebhooks):
            raise CommandError(
                f"store {name!r}: a shop of the kind {settings.connector.type} has no webhooks that"
                " Portside understands"
            )
        yield store.connector.webhooks
