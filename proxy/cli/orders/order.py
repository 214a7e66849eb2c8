"""`portside order`: all that is known of one order, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from proxy.cli.account.target import wait_for_budget
from proxy.cli.options import (
    CommandError,
    find_store,
    json_option,
    only_store_option,
    read_settings,
    settings_option,
)
from proxy.cli.output import PlainConsole, print_json
from proxy.cli.records import open_database
from proxy.cli.shops import ask_store
from proxy.operator.accounts import tell_whole_story
from proxy.operator.story import Story, plain_story
from proxy.operator.telling import list_lines, name_order
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.stores import Store, StoreServices


@click.command("order")
@settings_option
@only_store_option
@json_option
@click.argument("number", metavar="NUMBER")
def tell_order(file: Path, name: str | None, number: str, *, as_json: bool) -> None:
    """Tell all that is known of one order: in the shop, in Portside's records and, where the
    settings name a key of the account, in ShipStation. The last line says what is wrong and what to
    do.

    NUMBER is the number that people see, here or in ShipStation, or an id of the order. Numbers are
    compared exactly. Without --store all stores are asked. Nothing is changed. The exit status is 0
    if nothing is wrong, 1 if something is or if no side knows the order.
    """
    settings = read_settings(file)
    if name is not None:
        find_store(settings.stores, name)
    stores = [name] if name else list(settings.stores)
    stories = [_tell(settings, store, number) for store in stores]
    known = [story for story in stories if story.is_known] or stories[: len(stories) == 1]
    if as_json:
        print_json({"orders": [order for story in known for order in plain_story(story)]})
    else:
        console = PlainConsole(highlight=False, soft_wrap=True, markup=False)
        for story in known:
            _print_story(console, story)
    if not any(story.is_known for story in known):
        raise CommandError(
            f"no order {number!r} is known to the shop, to Portside's records or to ShipStation;"
            " compare the number with the shop's list of orders"
        )
    if any(chapter.is_wrong for story in known for chapter in story.chapters):
        raise SystemExit(1)


def _tell(settings: Settings, name: str, number: str) -> Story:
    async def work(store: Store) -> Story:
        async with open_database(settings.database.get_secret_value()) as database:
            return await _ask_sides(settings, store, database, number)

    try:
        return ask_store(settings, name, work, StoreServices(whole=True))
    except StorageError as error:
        raise CommandError(str(error)) from error


async def _ask_sides(settings: Settings, store: Store, database: Database, number: str) -> Story:
    own = settings.stores[store.name]
    return await tell_whole_story(store, own, database, number, sleep=wait_for_budget)


def _print_story(console: Console, story: Story) -> None:
    for chapter in story.chapters:
        title = f"Order {name_order(chapter.sides)} of store {story.store}"
        console.print(Text(title, style="bold"))
        for name, text in list_lines(chapter, story):
            console.print(Text(f"  {name:<15} {text}"))
        style = "red" if chapter.is_wrong else "green"
        console.print(Text(f"{'✗' if chapter.is_wrong else '✓'} {chapter.verdict}", style=style))
