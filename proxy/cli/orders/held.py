"""`portside held`: the orders that did not go out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.text import Text

from proxy.cli.options import (
    find_store,
    json_option,
    only_store_option,
    read_records_settings,
    settings_option,
)
from proxy.cli.output import build_table, print_json, wide_console
from proxy.cli.records import Records, open_records
from proxy.export.ledger import ALL_HELD
from proxy.operator.status.plain import plain_held
from proxy.rules.reasons import group_reason
from proxy.storage.export.records import HeldOrder
from proxy.storage.names import BooksName


@click.command("held")
@settings_option
@only_store_option
@click.option(
    "--limit",
    type=click.IntRange(1, ALL_HELD),
    default=100,
    show_default=True,
    help="How many of each store at most; a note says where there are more.",
)
@json_option
def list_held(file: Path, name: str | None, limit: int, *, as_json: bool) -> None:
    """List the orders that did not go out: those that could not be read, those ShipStation would
    refuse, and those a filter keeps back or that go out without some of their lines, in this order,
    the last seen first; below, how many share a reason.

    Those that could not be read, or that ShipStation would refuse, are asked for again with each
    poll; the others are looked at when the shop changes them. Works beside a running Portside, on
    the same database.
    """
    settings = read_records_settings(file)
    if name is not None:
        find_store(settings.stores, name)
    stores = [name] if name else list(settings.stores)

    async def work(records: Records) -> Mapping[str, Sequence[HeldOrder]]:
        return {
            # One more tells whether there are more.
            store: await records.ledger.list_held(BooksName(store), limit + 1)
            for store in stores
        }

    held = open_records(settings, work)
    found = [(store, order) for store, orders in held.items() for order in orders[:limit]]
    if as_json:
        print_json([plain_held(store, order) for store, order in found])
    elif not found:
        click.echo("none")
    else:
        _print(found)
    for store, orders in held.items():
        if len(orders) > limit:
            said = f"note: {store} holds more than these {limit}; see them with a higher --limit"
            click.echo(said, err=True)


def _print(found: Sequence[tuple[str, HeldOrder]]) -> None:
    table = build_table("STORE", "ORDER", "ID", "KIND", "LAST SEEN (UTC)", "REASON")
    for store, order in found:
        seen = f"{order.last_seen:%Y-%m-%d %H:%M}"
        table.add_row(
            Text(store),
            Text(order.number),
            Text(order.order_id),
            Text(order.kind),
            Text(seen),
            Text(order.reason),
        )
    console = wide_console()
    console.print(table)
    groups = Counter((order.kind, group_reason(order.reason)) for _, order in found)
    if len(groups) < len(found):
        counts = build_table("ORDERS", "KIND", "REASON")
        for (kind, reason), count in groups.most_common():
            counts.add_row(Text(str(count)), Text(kind), Text(reason))
        console.print()
        console.print(counts)
