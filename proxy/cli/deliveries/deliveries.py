"""`portside deliveries`: what has not reached a shop, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from proxy.cli.options import (
    CommandError,
    describe_unknown_store,
    json_option,
    read_settings,
    settings_option,
)
from proxy.cli.output import PlainConsole, build_table, print_json, wide_console
from proxy.cli.records import open_records
from proxy.operator.deliveries import (
    LARGEST_NUMBER,
    WantedError,
    change,
    explain_unchanged,
    parse_wanted,
    plain,
    plain_attempt,
)
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.interface import Delivery, DeliveryState
from proxy.storage.outbox.operator import DatabaseDeliveries

_COLOURS = {
    DeliveryState.WAITING: "yellow",
    DeliveryState.DELIVERED: "green",
    DeliveryState.DEAD: "red",
    DeliveryState.DISCARDED: "dim",
}
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--order", metavar="NUMBER", help="Only this order, by its number or id."),
        click.option(
            "--since",
            metavar="TIME",
            help="Only notices that came in since then: 2d ago, or a date (UTC).",
        ),
        click.option(
            "--state",
            "states",
            multiple=True,
            metavar="STATE",
            help="waiting, delivered, dead or discarded; may be repeated.",
        ),
        click.option("--store", metavar="NAME", help="Only this store."),
        settings_option,
    ):
        command = option(command)
    return command


@click.group
def deliveries() -> None:
    """Shipment notices on their way to the shops: what waits, what is dead and why.

    Works beside a running Portside, on the same database.
    """


@deliveries.command("list", short_help="List deliveries, the newest first.")
@_filters
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many at most.",
)
@json_option
def list_(file: Path, limit: int, *, as_json: bool, **wanted: Any) -> None:
    """List deliveries, the newest first."""

    async def work(kept: DatabaseDeliveries) -> Sequence[Delivery]:
        return await kept.find(parse_wanted(**wanted), limit=limit)

    found = _run(file, work)
    if not found:
        _name_stores(file, wanted["store"])
    if as_json:
        print_json([plain(delivery) for delivery in found])
    else:
        _print_table(found)


@deliveries.command(short_help="Show one delivery and every attempt at it.")
@settings_option
@click.argument("number", type=click.IntRange(1, LARGEST_NUMBER), metavar="ID")
@json_option
def show(file: Path, number: int, *, as_json: bool) -> None:
    """Show one delivery and every attempt made at it: when, how long it took, how it ended, and the
    shop's words.
    """

    async def work(kept: DatabaseDeliveries) -> dict[str, Any]:
        delivery = await kept.get(number)
        return {
            **plain(delivery),
            "tried": [plain_attempt(attempt) for attempt in await kept.attempts_at(number)],
        }

    shown = _run(file, work)
    if as_json:
        print_json(shown)
    else:
        _print_one(shown)


@deliveries.command(short_help="Try dead deliveries again, from the start of the schedule.")
@_filters
@_dry_run
@click.argument("ids", nargs=-1, metavar="[ID]…")
def retry(file: Path, *, dry_run: bool, **wanted: Any) -> None:
    """Try deliveries again: those named by ID, or all dead ones that fit the options.

    A running Portside takes them up within a second or so. What it is at work on at this moment is
    left alone.
    """
    _change(file, wanted, discard=False, dry_run=dry_run)


@deliveries.command(short_help="Give deliveries up for good: the shop will not hear of them.")
@_filters
@_dry_run
@click.argument("ids", nargs=-1, metavar="[ID]…")
def discard(file: Path, *, dry_run: bool, **wanted: Any) -> None:
    """Give up deliveries for good: those named by ID, or all dead ones that fit the options; one of
    them must be given.

    A repeat of such a notice is answered 200 and forgotten.
    """
    _change(file, wanted, discard=True, dry_run=dry_run)


def _change(file: Path, wanted: dict[str, Any], *, discard: bool, dry_run: bool) -> None:
    async def work(
        kept: DatabaseDeliveries,
    ) -> tuple[Sequence[str], tuple[int, Sequence[Delivery]]]:
        meant = parse_wanted(**wanted)
        left = await explain_unchanged(kept, wanted["ids"], discard=discard)
        return left, await change(kept, meant, discard=discard, dry_run=dry_run)

    left, (count, shown) = _run(file, work)
    for sentence in left:
        click.echo(sentence, err=True)
    if not shown:
        _name_stores(file, wanted["store"])
    if dry_run:
        _print_table(shown)
    done = "discarded" if discard else "queued again"
    click.echo(f"{count} would be {done}" if dry_run else f"{count} {done}")


def _run(file: Path, work: Callable[[DatabaseDeliveries], Coroutine[Any, Any, Any]]) -> Any:
    """What `work` gives, or the end of the command with one line."""
    try:
        return open_records(read_settings(file), lambda records: work(records.deliveries))
    except (UnknownDeliveryError, WantedError) as error:
        raise CommandError(str(error)) from error


def _name_stores(file: Path, name: str | None) -> None:
    """A hint where nothing was found for a store that the settings do not name; it may have had
    deliveries before.
    """
    settings = read_settings(file)
    if name and name not in settings.stores:
        click.echo(describe_unknown_store(settings, name), err=True)


def _print_table(found: Sequence[Delivery]) -> None:
    if not found:
        click.echo("none")
        return
    table = build_table(
        *("ID", "STORE", "ORDER", "TRACKING", "STATE", "FAILED"),
        *("NEXT TRY / END (UTC)", "LAST ERROR"),
        right=("ID", "FAILED"),
    )
    for delivery in found:
        values = plain(delivery)
        when = (
            "now"
            if values["under_way"]
            else values["next_attempt_at"] or values["finished_at"] or ""
        )
        table.add_row(
            str(delivery.id),
            delivery.store,
            Text(values["order_number"] or values["order_id"]),
            Text(values["tracking_number"] or "none"),
            Text(
                "under way" if values["under_way"] else delivery.state.value,
                style=_COLOURS[delivery.state],
            ),
            str(delivery.attempts),
            when.replace("T", " ").removesuffix("Z"),
            Text(delivery.last_error),
        )
    wide_console().print(table)


def _print_one(shown: dict[str, Any]) -> None:
    console = PlainConsole(highlight=False, soft_wrap=True)
    told = shown | {"items": shown["items"] or "all that is left"}
    for name, value in told.items():
        if name != "tried" and value not in (None, "", False):
            console.print(Text(f"{name.replace('_', ' '):16} {value}"))
    console.print()
    for attempt in shown["tried"]:
        console.print(
            Text(
                f"{attempt['at']}  {attempt['outcome']:11} {attempt['seconds']:8.3f} s "
                f" {attempt['message']}"
            )
        )
    if not shown["tried"]:
        console.print("not tried yet, or so long ago that the attempts are forgotten")
