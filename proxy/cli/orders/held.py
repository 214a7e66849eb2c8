"""`portside held`: the orders that did not go out, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from proxy.cli.options import chosen_store, read_settings, settings_option, wide_console
from proxy.cli.records import open_records
from proxy.export.ledger import Ledger
from proxy.operator.status import plain_held
from proxy.storage.export.records import HeldOrder
from proxy.storage.outbox.operator import DatabaseDeliveries


@click.command("held")
@settings_option
@click.option("--store", "name", metavar="NAME", help="Only this store.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=100,
    show_default=True,
    help="How many of each store at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_held(file: Path, name: str | None, limit: int, *, as_json: bool) -> None:
    """List the orders that did not go out: those that could not be read, those ShipStation would
    refuse, and those a filter keeps back.

    Each is looked at again when the shop changes it. Works beside a running Portside, on the same
    database.
    """
    settings = read_settings(file)
    if name is not None:
        chosen_store(settings, name)
    stores = [name] if name else list(settings.stores)

    async def work(
        ledger: Ledger, _deliveries: DatabaseDeliveries
    ) -> Sequence[tuple[str, HeldOrder]]:
        return [
            (store, order) for store in stores for order in await ledger.list_held(store, limit)
        ]

    found = open_records(settings, work)
    if as_json:
        click.echo(
            json.dumps(
                [plain_held(store, order) for store, order in found], indent=2, ensure_ascii=False
            )
        )
    elif not found:
        click.echo("none")
    else:
        _print(found)


def _print(found: Sequence[tuple[str, HeldOrder]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("STORE", "ORDER", "ID", "KIND", "LAST SEEN (UTC)", "REASON"):
        table.add_column(title, overflow="fold")
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
    wide_console().print(table)
