"""`portside status`: how far each store is, what may be missing, what is held back, what waits,
and what should be known about its shop.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from proxy.cli.options import (
    CommandError,
    Moment,
    find_store,
    json_option,
    only_store_option,
    read_records_settings,
    settings_option,
)
from proxy.cli.output import build_table, print_json, wide_console
from proxy.cli.records import Records, open_records
from proxy.operator.status import Standing, plain_standing, read_standings
from proxy.operator.times import exact_moment, plain_moment
from proxy.storage.names import BooksName

_NUMBERS = ("GAPS", "ORDERS HELD", "WAITING", "DEAD")
_ADVICE = (
    "nobody tries its deliveries; name the store in the settings again, or see `portside deliveries"
    " discard --help`"
)


@click.command
@settings_option
@json_option
@only_store_option
@click.option(
    "--dismiss-gap",
    "gap",
    type=Moment(),
    metavar="START",
    help="You have seen to the gap of --store that starts then.",
)
def status(file: Path, name: str | None, gap: datetime | None, *, as_json: bool) -> None:
    """Show how each store stands.

    A gap is a span whose changes may never have reached ShipStation, because it lay too far back to
    be read again. Compare the orders of that span by hand, or ask ShipStation to import it, then
    dismiss it.

    Works beside a running Portside, on the same database.
    """
    settings = read_records_settings(file)
    if name is not None:
        find_store(settings.stores, name)
    if gap is not None:
        _dismiss(file, name, gap)
        return
    named = list(settings.stores)
    standings = open_records(
        settings,
        lambda records: read_standings(
            records.ledger, records.deliveries, records.remarks, named, name
        ),
    )
    if as_json:
        print_json([plain_standing(standing) for standing in standings])
        return
    table = build_table("STORE", "GIVEN UP TO (UTC)", *_NUMBERS, right=_NUMBERS)
    for standing in standings:
        table.add_row(*_row(standing))
    console = wide_console()
    console.print(table)
    for standing in standings:
        for lost in standing.coverage.gaps:
            console.print(
                Text(
                    f"{standing.store}: changes from {exact_moment(lost.start)} to"
                    f" {exact_moment(lost.end)} may be missing"
                )
            )
        for remark in standing.remarks:
            console.print(
                Text(f"{standing.store}: {remark.text} (since {plain_moment(remark.first_seen)})")
            )
        if not standing.named:
            console.print(Text(f"{standing.store}: {_ADVICE}"))


def _row(standing: Standing) -> tuple[Text, ...]:
    coverage = standing.coverage.coverage
    until = (
        "nothing asked for yet"
        if coverage is None
        else f"{coverage.covered_until:%Y-%m-%d %H:%M:%S}"
    )
    if not standing.named:
        until = "not in the settings"
    gaps = len(standing.coverage.gaps)
    return (
        Text(standing.store),
        Text(until, style="" if standing.named else "red"),
        Text(str(gaps), style="red" if gaps else ""),
        Text(str(standing.held), style="yellow" if standing.held else ""),
        Text(str(standing.waiting), style="yellow" if standing.waiting else ""),
        Text(str(standing.dead), style="red" if standing.dead else ""),
    )


def _dismiss(file: Path, name: str | None, start: datetime) -> None:
    if name is None:
        raise CommandError("--dismiss-gap: expected --store NAME with it, found none")

    async def work(records: Records) -> bool:
        return await records.ledger.dismiss_gap(BooksName(name), start)

    if not open_records(read_records_settings(file), work):
        raise CommandError(
            f"--dismiss-gap: {name} has no gap that starts at {exact_moment(start)}; see `portside"
            f" status --store {name}`"
        )
    click.echo("dismissed")
