"""`portside export`: the very XML that ShipStation would be given, for a span of time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from connectors.errors import ConnectorError
from connectors.orders import Window
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError, Moment, chosen_store, read_settings, settings_option
from proxy.doors.custom_store.orders_xml import frame_page
from proxy.export.preparation import Prepared, policy_of, prepare
from proxy.rules.policy import HeldBack
from proxy.settings.models import StoreSettings
from proxy.stores import Store, open_store
from proxy.telemetry.logs import configure_logs


@click.command
@settings_option
@click.option(
    "--store", "name", required=True, metavar="NAME", help="The store, as named in the settings."
)
@click.option(
    "--since",
    type=Moment(),
    default="1d",
    show_default=True,
    help="Orders changed since then: 2d ago, or a date (UTC).",
)
@click.option(
    "--until", type=Moment(), default="0s", help="Orders changed up to then; now, if left out."
)
def export(file: Path, name: str, since: datetime, until: datetime) -> None:
    """Print the XML that ShipStation would be given for the orders changed in a span of time.

    Nothing is taken down as sent. Orders that are left out are named on standard error with the
    reason.
    """
    configure_logs(level="error")
    if until < since:
        raise click.BadParameter("expected a time before --until", param_hint="--since")
    settings = chosen_store(read_settings(file), name)
    try:
        asyncio.run(_export(name, settings, Window(start=since, end=until)))
    except ConnectorError as error:
        raise CommandError(f"{name}: {error}") from error


async def _export(name: str, settings: StoreSettings, window: Window) -> None:
    orders: list[bytes] = []
    held: list[HeldBack] = []
    console = Console(stderr=True)
    kind = find_kind(settings.connector.type)
    columns = (SpinnerColumn(), TextColumn("{task.completed:.0f} orders read"), TimeElapsedColumn())
    async with open_store(name, settings, kind) as store:
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task("", total=None)
            async with aclosing(_prepare_orders(store, window)) as outcomes:
                async for outcome in outcomes:
                    if isinstance(outcome, HeldBack):
                        held.append(outcome)
                    else:
                        orders.append(outcome.xml)
                    progress.advance(task)
    sys.stdout.buffer.write(frame_page(orders, 1) + b"\n")
    sys.stdout.buffer.flush()
    for order in held:
        console.print(
            f"left out: order {order.number or order.id}: {order.reason}",
            style="yellow",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print(f"{len(orders)} orders, {len(held)} left out", highlight=False)


async def _prepare_orders(
    store: Store, window: Window
) -> AsyncGenerator[Prepared | HeldBack, None]:
    policy = policy_of(store.settings)
    now = datetime.now(UTC)
    async with aclosing(store.connector.list_orders(window)) as entries:
        async for entry in entries:
            yield await prepare(entry, store.settings, policy, now, never_told)


async def never_told(_order_id: str) -> bool:
    """ShipStation is taken to know no order yet, so that every filter shows its effect."""
    return False
