"""`portside deliveries`: what has not reached a shop, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from connectors.upstream.exchange import Exchange
from proxy.cli.deliveries.refused import refused
from proxy.cli.exchanges import exchange_lines
from proxy.cli.options import (
    CommandError,
    describe_unknown_store,
    json_option,
    read_records_settings,
    settings_option,
)
from proxy.cli.output import PlainConsole, build_table, print_json, wide_console
from proxy.cli.records import Records, name_user, open_records
from proxy.operator.deliveries import (
    LARGEST_NUMBER,
    Change,
    WantedError,
    change_deliveries,
    choose_deliveries,
    explain_unchanged,
    parse_reason,
    parse_wanted,
    plain,
    plain_attempt,
    record_change,
)
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.interface import Delivery, DeliveryState

_COLOURS = {
    DeliveryState.WAITING: "yellow",
    DeliveryState.DELIVERED: "green",
    DeliveryState.DEAD: "red",
    DeliveryState.DISCARDED: "dim",
}
# More than is kept of a body, however it is laid out.
_LONGEST_BODY = 5_000
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
_everything = click.option("--all", "everything", is_flag=True, help="All dead ones of all stores.")
_DONE = {
    Change.RETRY: "queued again",
    Change.DISCARD: "discarded",
    Change.RESEND: "queued to be sent again",
}


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


deliveries.add_command(refused)


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

    async def work(records: Records) -> Sequence[Delivery]:
        return await records.deliveries.find(parse_wanted(**wanted), limit=limit)

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
    """Show one delivery and every attempt made at it: when, how long it took, how it ended, the
    shop's words, and each exchange with it (masked; the bodies of writes and of failures).
    """

    async def work(records: Records) -> dict[str, Any]:
        kept = records.deliveries
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
@_everything
@_dry_run
@click.argument("ids", nargs=-1, metavar="[ID]…")
def retry(file: Path, **choice: Any) -> None:
    """Try deliveries again: those named by ID, or all dead ones that fit the options; `--all` for
    every dead one.

    A running Portside takes them up within a second or so. What it is at work on at this moment is
    left alone. Exits with 1 if nothing fitted.
    """
    _change(file, Change.RETRY, **choice)


@deliveries.command(short_help="Give deliveries up for good: the shop will not hear of them.")
@_filters
@_everything
@_dry_run
@click.argument("ids", nargs=-1, metavar="[ID]…")
def discard(file: Path, **choice: Any) -> None:
    """Give up deliveries for good: those named by ID, or all dead ones that fit the options;
    `--all` for every dead one.

    A repeat of such a notice is answered 200 and forgotten. Exits with 1 if nothing fitted.
    """
    _change(file, Change.DISCARD, **choice)


@deliveries.command(short_help="Tell the shop again of what was delivered, for a reason.")
@settings_option
@click.option("--reason", required=True, metavar="TEXT", help="Why; `show` shows it.")
@_dry_run
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
def resend(file: Path, **choice: Any) -> None:
    """Tell the shop once more of deliveries that it had, for example after it was restored from a
    backup.

    The shop is looked at before anything is written, so what it still shows is not doubled. Exits
    with 1 if nothing fitted.
    """
    _change(file, Change.RESEND, **choice)


def _change(
    file: Path,
    change: Change,
    *,
    dry_run: bool,
    everything: bool = False,
    reason: str = "",
    **wanted: Any,
) -> None:
    async def work(
        records: Records,
    ) -> tuple[Sequence[str], tuple[int, Sequence[Delivery]]]:
        why = parse_reason(reason) if change is Change.RESEND else ""
        meant = choose_deliveries(parse_wanted(**wanted), change, everything=everything)
        kept = records.deliveries
        left = await explain_unchanged(kept, meant.ids, change)
        done = await change_deliveries(kept, meant, change, dry_run=dry_run, reason=why)
        if not dry_run:
            await record_change(records.actions, name_user(), change, *done, why)
        return left, done

    left, (count, shown) = _run(file, work)
    for sentence in left:
        click.echo(sentence, err=True)
    if not shown:
        _name_stores(file, wanted.get("store"))
    if dry_run:
        _print_table(shown)
    click.echo(f"{count} would be {_DONE[change]}" if dry_run else f"{count} {_DONE[change]}")
    if not count:
        raise SystemExit(1)


def _run(file: Path, work: Callable[[Records], Coroutine[Any, Any, Any]]) -> Any:
    """What `work` gives, or the end of the command with one line."""
    try:
        return open_records(read_records_settings(file), work)
    except (UnknownDeliveryError, WantedError) as error:
        raise CommandError(str(error)) from error


def _name_stores(file: Path, name: str | None) -> None:
    """A hint where nothing was found for a store that the settings do not name; it may have had
    deliveries before.
    """
    settings = read_records_settings(file)
    if name and name not in settings.stores:
        click.echo(describe_unknown_store(settings.stores, name), err=True)


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
    told = shown | {"items": ", ".join(shown["items"]) or "all that is left"}
    for name, value in told.items():
        if name not in ("tried", "doubts") and value not in (None, "", False):
            console.print(Text(f"{name.replace('_', ' '):16} {value}"))
    for doubt in shown["doubts"]:
        console.print(Text(f"{'not understood':16} {doubt}"))
    console.print()
    for attempt in shown["tried"]:
        console.print(
            Text(
                f"{attempt['at']}  {attempt['outcome']:11} {attempt['seconds']:8.3f} s "
                f" {attempt['message']}"
            )
        )
        for kept in attempt["exchanges"]:
            for line in exchange_lines(_read_kept(kept), _LONGEST_BODY, sized=False)[:-1]:
                console.print(Text("    ").append_text(line))
    if not shown["tried"]:
        console.print("not tried yet, or so long ago that the attempts are forgotten")


def _read_kept(kept: dict[str, Any]) -> Exchange:
    """An exchange that was kept of an attempt, as one that was just heard."""
    return Exchange(
        method=kept["method"],
        url=kept["url"],
        status=kept.get("status"),
        seconds=kept.get("seconds", 0.0),
        attempt=1,
        error=kept.get("error", ""),
        step=kept.get("step", ""),
        bare_request=kept.get("request", "").encode(),
        bare_response=kept.get("answer", "").encode(),
    )
