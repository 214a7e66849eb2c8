"""`portside fetch`: the shop's orders as raw as they come, to write a mapping by."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from connectors.errors import ConnectorError
from connectors.inspection import Inspectable
from connectors.orders import Window
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError, Moment, chosen_store, read_settings, settings_option
from proxy.settings.models import StoreSettings
from proxy.stores import open_store
from proxy.telemetry.logs import configure_logs

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@click.command
@settings_option
@click.option(
    "--store", "name", required=True, metavar="NAME", help="The store, as named in the settings."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many orders."
)
@click.option(
    "--since",
    type=Moment(),
    default="7d",
    show_default=True,
    help="Orders changed since then: 2d ago, or a date (UTC).",
)
@click.option(
    "--until", type=Moment(), default="0s", help="Orders changed up to then; now, if left out."
)
def fetch(file: Path, name: str, limit: int, since: datetime, until: datetime) -> None:
    """Print some orders of a store as the shop sends them, as JSON.

    For stores of type generic_json; what belongs to an order and is fetched besides is in it
    already.
    """
    configure_logs(level="error")
    if until < since:
        raise click.BadParameter("expected a time before --until", param_hint="--since")
    settings = chosen_store(read_settings(file), name)
    try:
        found = asyncio.run(_fetch(name, settings, Window(start=since, end=until), limit))
    except ConnectorError as error:
        raise CommandError(f"{name}: {error}") from error
    click.echo(shown_json(found))
    click.echo(f"{len(found)} orders" + ("" if found else "; try an earlier --since"), err=True)


async def _fetch(name: str, settings: StoreSettings, window: Window, limit: int) -> list[Any]:
    async with open_store(name, settings, find_kind(settings.connector.type)) as store:
        if not isinstance(store.connector, Inspectable):
            raise CommandError(
                f"{name}: a store of type {settings.connector.type} does not show raw orders; try"
                " `portside explain`"
            )
        return await store.connector.fetch(window, limit)


def shown_json(value: Any) -> str:
    """JSON for people: indented, numbers exactly as they came."""
    return msgspec.json.format(_ENCODER.encode(value), indent=2).decode()
