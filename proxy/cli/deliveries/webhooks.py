"""`portside webhooks`: ask a shop to tell of changed orders, see what it tells, and end it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from connectors.webhooks import HasWebhooks, Subscription, Webhooks
from proxy.cli.options import CommandError, read_settings, settings_option, store_option
from proxy.cli.records import keep_action_if_recorded
from proxy.cli.shops import ask_store
from proxy.storage.errors import StorageError
from proxy.stores import Store

T = TypeVar("T")


@click.group
def webhooks() -> None:
    """Let a shop tell Portside at once when an order changes, in place of waiting for its list to
    show it.

    Needs a `webhooks:` block in the store's settings. Polling goes on: a webhook is a
    hint and may be lost.
    """


@webhooks.command
@settings_option
@store_option
def register(file: Path, name: str) -> None:
    """Ask the shop to tell Portside of changed and deleted orders.

    Doing it twice changes nothing.
    """

    async def ask(hooks: Webhooks, store: Store) -> Sequence[Subscription]:
        webhooks = store.settings.webhooks
        if webhooks is None:
            raise CommandError(
                f"store {name!r} has no webhooks: block; add one with Portside's public address"
            )
        return await hooks.register(webhooks.url(name), webhooks.secret.get_secret_value())

    added = _ask_webhooks(file, name, ask, "register webhooks")
    for one in added:
        click.echo(f"registered {_line(one)}")
    if not added:
        click.echo("nothing to do: the shop tells Portside already")


@webhooks.command(name="list")
@settings_option
@store_option
def list_all(file: Path, name: str) -> None:
    """Show what the shop tells, and where to."""

    async def ask(hooks: Webhooks, store: Store) -> tuple[Sequence[Subscription], str]:
        return await hooks.list_all(), _find_address(store)

    found, mine = _ask_webhooks(file, name, ask)
    for one in found:
        click.echo(f"{_line(one)}{'  (Portside)' if one.address == mine else ''}")
    if not found:
        click.echo("none")


@webhooks.command
@settings_option
@store_option
@click.argument("ids", metavar="[ID]...", nargs=-1)
def remove(file: Path, name: str, ids: tuple[str, ...]) -> None:
    """End the webhooks with these ids; without ids, those that go to Portside."""

    async def end(hooks: Webhooks, store: Store) -> list[str]:
        mine = _find_address(store)
        chosen = list(ids) or [
            one.id for one in await hooks.list_all() if mine and one.address == mine
        ]
        for one in chosen:
            await hooks.remove(one)
        return chosen

    ended = _ask_webhooks(file, name, end, "remove webhooks")
    click.echo(
        f"removed {', '.join(ended)}" if ended else "nothing to do: no webhook goes to Portside"
    )


def _line(one: Subscription) -> str:
    return f"{one.id}  {one.topic}  {one.address}"


def _ask_webhooks(
    file: Path, name: str, ask: Callable[[Webhooks, Store], Awaitable[T]], action: str = ""
) -> T:
    """What `ask` gives; if that is not empty, `action` was done. A store whose shop has no
    webhooks, or fails, ends the command with one line.
    """
    settings = read_settings(file)

    async def work(store: Store) -> T:
        if not isinstance(store.connector, HasWebhooks):
            raise CommandError(
                f"store {name!r}: a shop of the kind {store.settings.connector.type} has no"
                " webhooks that Portside understands"
            )
        found = await ask(store.connector.webhooks, store)
        if action and found:
            await keep_action_if_recorded(settings.database.get_secret_value(), action, name)
        return found

    try:
        return ask_store(settings, name, work)
    except StorageError as error:
        raise CommandError(f"done, but not added to the list of actions: {error}") from error


def _find_address(store: Store) -> str:
    """Where the shop is to send its webhooks; empty if the settings say nothing of them."""
    webhooks = store.settings.webhooks
    return webhooks.url(store.name) if webhooks else ""
