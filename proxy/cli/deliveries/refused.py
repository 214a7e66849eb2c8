"""`portside deliveries refused`: notices that Portside could not understand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.text import Text

from proxy.cli.options import (
    CommandError,
    json_option,
    only_store_option,
    read_records_settings,
    settings_option,
)
from proxy.cli.output import PlainConsole, build_table, print_json, wide_console
from proxy.cli.records import Records, open_records
from proxy.operator.deliveries import LARGEST_NUMBER, plain_refused
from proxy.storage.errors import UnknownDeliveryError
from proxy.storage.outbox.refused import RefusedNotice


@click.command(short_help="List notices that could not be understood, or show one.")
@settings_option
@only_store_option
@click.argument(
    "number", type=click.IntRange(1, LARGEST_NUMBER), metavar="[ID]", required=False, default=None
)
@json_option
def refused(file: Path, name: str | None, number: int | None, *, as_json: bool) -> None:
    """List notices that Portside could not understand and answered with an error, seen last first;
    with an ID, show one with its query and body.

    They have no delivery: the shop has not heard of the parcel. Of the body only what names the
    parcel is kept, and nothing about the buyer.
    """

    async def work(records: Records) -> Sequence[RefusedNotice]:
        if number is not None:
            return [await records.refused.get(number)]
        return await records.refused.list_kept(name)

    try:
        found = open_records(read_records_settings(file), work)
    except UnknownDeliveryError as error:
        raise CommandError(str(error)) from error
    if as_json:
        plain = [plain_refused(notice) for notice in found]
        print_json(plain if number is None else plain[0])
    elif number is None:
        _print_table(found)
    else:
        _print_one(found[0])


def _print_table(found: Sequence[RefusedNotice]) -> None:
    if not found:
        click.echo("none")
        return
    table = build_table("ID", "STORE", "LAST SEEN (UTC)", "TIMES", "REASON", right=("ID", "TIMES"))
    for notice in found:
        table.add_row(
            str(notice.id),
            Text(notice.store),
            f"{notice.last_seen:%Y-%m-%d %H:%M}",
            str(notice.times),
            Text(notice.refusal.reason),
        )
    wide_console().print(table)


def _print_one(notice: RefusedNotice) -> None:
    console = PlainConsole(highlight=False, soft_wrap=True)
    shown = plain_refused(notice)
    body = shown.pop("body")
    for name, value in shown.items():
        if value not in (None, ""):
            console.print(Text(f"{name.replace('_', ' '):16} {value}"))
    console.print()
    console.print(Text(body or "no body"))
