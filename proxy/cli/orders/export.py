"""`portside export`: the very XML that ShipStation would be given, for a span of time."""

from __future__ import annotations

import sys
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.orders import Window
from connectors.quoting import make_printable
from proxy.cli.options import parse_window, settings_option, store_option, window_options
from proxy.cli.output import PlainConsole
from proxy.cli.shops import ask_shop
from proxy.doors.custom_store.orders_xml import frame_page
from proxy.export.preparation import prepare_new
from proxy.rules.policy import HeldBack
from proxy.stores import Store


@click.command
@settings_option
@store_option
@window_options(since="1d")
def export(file: Path, name: str, since: datetime, until: datetime) -> None:
    """Print the XML that ShipStation would be given for the orders changed in a span of time.

    Nothing is recorded as sent. Orders that are left out are named on standard error with the
    reason.
    """
    window = parse_window(since, until)
    ask_shop(file, name, lambda store: _export(store, window))


async def _export(store: Store, window: Window) -> None:
    orders: list[bytes] = []
    left_out: list[HeldBack] = []
    partly: list[HeldBack] = []
    console = PlainConsole(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} orders read"), TimeElapsedColumn())
    now = datetime.now(UTC)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None)
        async with aclosing(store.connector.list_orders(window)) as entries:
            async for entry in entries:
                outcome = await prepare_new(entry, store.settings, now)
                orders += [each.xml for each in outcome.ready]
                if outcome.held is not None:
                    (partly if outcome.ready else left_out).append(outcome.held)
                progress.advance(task)
    page = frame_page(orders, 1) + b"\n"
    if sys.stdout.isatty():
        page = make_printable(page.decode(), keep_lines=True).encode()
    sys.stdout.buffer.write(page)
    sys.stdout.buffer.flush()
    for order in (*left_out, *partly):
        console.print(
            f"{'' if order in partly else 'left out: '}order {order.number or order.id}:"
            f" {order.reason}",
            style="yellow",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"{len(orders)} orders, {len(left_out)} left out", highlight=False)
