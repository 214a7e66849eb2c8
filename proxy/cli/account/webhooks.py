"""`portside account webhooks`: have ShipStation tell at once of labels and imports, see who is
told, and end it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from proxy.account.webhooks import (
    HookRow,
    Registration,
    WebhookPlace,
    list_hooks,
    place_webhooks,
    register_hooks,
    remove_hooks,
)
from proxy.cli.account.target import AccountTarget, ask_account, require_store_id
from proxy.cli.options import CommandError, json_option, only_store_option, settings_option
from proxy.cli.output import PlainConsole, build_table, print_json, wide_console
from proxy.cli.records import keep_action


@click.group
def webhooks() -> None:
    """Let ShipStation say at once that it made a label or imported an order.

    Needs `account.webhooks` in the store's settings. Portside goes on asking the account by
    itself: a webhook is a hint and may be lost.
    """


@webhooks.command
@settings_option
@only_store_option
def register(file: Path, name: str | None) -> None:
    """Have ShipStation call Portside for this store.

    Doing it twice changes nothing. Webhooks of this store that bear an older secret are ended.
    """
    done, rows, place = ask_account(
        file,
        name,
        lambda target: _change_and_list(target, is_wanted=True),
    )
    console = PlainConsole(highlight=False, soft_wrap=True)
    for event in done.added:
        console.print(f"registered {event}")
    _tell_ended(console, done.ended)
    if not done.added and not done.ended:
        console.print("nothing to do: ShipStation calls Portside already")
    _print_hooks(rows, place)


@webhooks.command(name="list")
@settings_option
@only_store_option
@json_option
def list_all(file: Path, name: str | None, *, as_json: bool) -> None:
    """Show the account's webhooks and where they go; of an address no more than tells it apart."""

    async def ask(target: AccountTarget) -> tuple[Sequence[HookRow], WebhookPlace | None]:
        settings, store_id = target.account.webhooks, target.account.store_id
        place = None
        if settings is not None and store_id is not None:
            place = place_webhooks(target.name, store_id, settings)
        return await list_hooks(target.client), place

    rows, place = ask_account(file, name, ask)
    if as_json:
        print_json([_plain_hook(row, place) for row in rows])
    else:
        _print_hooks(rows, place)


@webhooks.command
@settings_option
@only_store_option
def remove(file: Path, name: str | None) -> None:
    """End the webhooks that call Portside for this store, and no others."""
    done, rows, place = ask_account(
        file, name, lambda target: _change_and_list(target, is_wanted=False)
    )
    console = PlainConsole(highlight=False, soft_wrap=True)
    _tell_ended(console, done.ended)
    if not done.ended:
        console.print("nothing to do: no webhook of ShipStation calls Portside for this store")
    _print_hooks(rows, place)


async def _change_and_list(
    target: AccountTarget, *, is_wanted: bool
) -> tuple[Registration, Sequence[HookRow], WebhookPlace]:
    settings = target.account.webhooks
    if settings is None:
        raise CommandError(
            f"{target.name}: the settings do not say where ShipStation is to call; add"
            " `account.webhooks` with `address` and `secret`"
        )
    place = place_webhooks(target.name, require_store_id(target), settings)
    change = register_hooks if is_wanted else remove_hooks
    done = await change(target.client, place)
    if done.added or done.ended:
        action = "register account webhooks" if is_wanted else "remove account webhooks"
        await keep_action(target.database, action, target.name)
    return done, await list_hooks(target.client), place


def _tell_ended(console: Console, numbers: Sequence[int | str]) -> None:
    if numbers:
        console.print(f"removed {', '.join(str(number) for number in numbers)}")


def _print_hooks(rows: Sequence[HookRow], place: WebhookPlace | None) -> None:
    if not rows:
        PlainConsole(highlight=False).print("ShipStation has no webhooks.")
        return
    fields = ("id", "event", "store_id", "name", "goes_to", "calls")
    table = build_table(*(field.replace("_", " ") for field in fields))
    for row in rows:
        plain = _plain_hook(row, place)
        table.add_row(*(str("" if plain[field] is None else plain[field]) for field in fields))
    wide_console().print(table)


def _plain_hook(row: HookRow, place: WebhookPlace | None) -> dict[str, object]:
    """A row without what may be a secret of its address: Portside's, or another program's."""
    calls = "another program"
    if place is not None and row.is_ours(place):
        calls = "this store" if row.is_right(place) else "this store, with an old secret"
    return {
        "id": row.id,
        "event": row.event,
        "store_id": row.store_id,
        "name": row.name,
        "goes_to": _shorten(row, place),
        "calls": calls,
    }


def _shorten(row: HookRow, place: WebhookPlace | None) -> str | None:
    if row.url is None:
        return None
    if place is not None and row.is_ours(place):
        return f"{place.root}…"
    try:
        host = urlsplit(row.url).hostname
    except ValueError:
        host = None
    return f"{host or 'an address that cannot be read'}/…"
