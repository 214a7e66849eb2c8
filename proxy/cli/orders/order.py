"""`portside order`: all that is known of one order, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from proxy.cli.options import (
    CommandError,
    find_store,
    json_option,
    only_store_option,
    read_settings,
    settings_option,
)
from proxy.cli.orders.account import open_account
from proxy.cli.output import PlainConsole, print_json
from proxy.cli.records import open_database
from proxy.cli.shops import ask_store
from proxy.export.ledger import Ledger
from proxy.operator.audit.auditor import read_rules
from proxy.operator.story import Story, Storyteller, plain_story
from proxy.rules.audit.building import write_moment
from proxy.rules.audit.sides import AccountOrder, AccountParcel, GivenSide, OrderSides
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.order_records import OrderRecords
from proxy.storage.outbox.interface import Attempt, Delivery
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store


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
        return ask_store(settings, name, work)
    except StorageError as error:
        raise CommandError(str(error)) from error


async def _ask_sides(settings: Settings, store: Store, database: Database, number: str) -> Story:
    async with open_account(store.name, settings.stores[store.name], database) as find_account:
        rules = await read_rules(
            store.name, Ledger(DatabaseExportStorage(database)), datetime.now(UTC)
        )
        records, deliveries = OrderRecords(database), DatabaseDeliveries(database)
        return await Storyteller(store, records, deliveries, find_account).tell(number, rules)


def _print_story(console: Console, story: Story) -> None:
    for chapter in story.chapters:
        sides = chapter.sides
        name = f"{sides.number} (id {sides.shop_id})" if sides.shop_id else sides.number
        console.print(Text(f"Order {name} of store {story.store}", style="bold"))
        _print_line(console, "in the shop", _describe_shop(sides, story.shop_error))
        _print_line(console, "given", _describe_given(sides.given))
        if sides.hold is not None:
            _print_line(console, "held", f"{sides.hold.kind}: {sides.hold.reason}")
        if sides.shop_id in story.hints:
            _print_line(console, "to come", "goes out again with the next poll")
        own = {delivery.id for delivery in sides.deliveries}
        for delivery, attempts in story.deliveries:
            if delivery.id in own:
                _print_delivery(console, delivery, attempts)
        _print_account(console, sides, story.account_error)
        style = "red" if chapter.is_wrong else "green"
        console.print(Text(f"{'✗' if chapter.is_wrong else '✓'} {chapter.verdict}", style=style))


def _print_line(console: Console, title: str, text: str) -> None:
    console.print(Text(f"  {title:<15} {text}"))


def _describe_shop(sides: OrderSides, error: str) -> str:
    shop = sides.shop
    if shop is None:
        return error or ("not known" if sides.is_gone else "not asked")
    if shop.status is None:
        return "cannot be read"
    placed = _write(shop.placed_at)
    return f"{shop.status}, placed {placed}, changed {_write(shop.changed_at)}"


def _describe_given(given: GivenSide | None) -> str:
    if given is None:
        return "never"
    former = f", before that as {given.former_number}" if given.former_number else ""
    if given.told_at is None:
        return f"page made {_write(given.given_at)}, and never fetched{former}"
    window = (
        f", window {_write(given.window_start)} to {_write(given.window_end)}"
        if given.window_start is not None
        else ""
    )
    seen = "read to the end" if given.confirmed else "not confirmed yet"
    page = f"page {given.page}, content {given.digest}"
    return f"{_write(given.told_at)}{window}, {page}, {seen}{former}"


def _print_delivery(console: Console, delivery: Delivery, attempts: Sequence[Attempt]) -> None:
    shipment = delivery.shipment
    parcel = f"{shipment.carrier} {shipment.tracking_number}".strip() or "without a number"
    _print_line(
        console,
        "parcel",
        f"{parcel}: {delivery.state} (delivery {delivery.id}, came in"
        f" {_write(delivery.created_at)})",
    )
    for attempt in attempts:
        said = f": {attempt.message}" if attempt.message else ""
        _print_line(console, "  attempt", f"{_write(attempt.at)} {attempt.outcome}{said}")


def _print_account(console: Console, sides: OrderSides, error: str) -> None:
    if sides.account is None:
        asked = error or "not asked: the settings name no `account` for this store"
        _print_line(console, "in ShipStation", asked)
        return
    if not sides.account:
        _print_line(console, "in ShipStation", "no order of this number")
    for order in sides.account:
        _print_line(console, "in ShipStation", _describe_order(order))
        for parcel in sides.parcels:
            if parcel.order_id == order.id:
                _print_line(console, "  parcel", _describe_parcel(parcel))


def _describe_order(order: AccountOrder) -> str:
    held = f", held until {order.held_until}" if order.held_until else ""
    place = "" if order.is_ours else ", in another store of the account"
    return (
        f"order {order.number} (id {order.id}): {order.word}{held}{place}, created"
        f" {_write(order.created_at)}, changed {_write(order.changed_at)}"
    )


def _describe_parcel(parcel: AccountParcel) -> str:
    if parcel.is_return:
        what = "a return, which the shop is not told"
    elif parcel.is_voided:
        what = f"voided {_write(parcel.voided_at)}"
    elif parcel.error:
        what = f"announced, and answered: {parcel.error}"
    else:
        what = "announced to the store" if parcel.is_announced else "not announced to the store"
    return f"{parcel.carrier} {parcel.name}, made {_write(parcel.created_at)}: {what}"


def _write(moment: datetime | None) -> str:
    return "at an unknown time" if moment is None else write_moment(moment)
