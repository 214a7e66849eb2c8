"""`portside fetch`: the shop's orders as raw as they come, to write a mapping by."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from connectors.inspection import Inspectable
from connectors.orders import Window
from connectors.quoting import make_printable
from connectors.upstream.masking import hide_secrets
from proxy.cli.options import (
    CommandError,
    parse_window,
    settings_option,
    store_option,
    window_options,
)
from proxy.cli.shops import ask_shop
from proxy.operator.preview import write_json
from proxy.stores import Store


@click.command
@settings_option
@store_option
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many orders."
)
@window_options(since="7d")
def fetch(file: Path, name: str, limit: int, since: datetime, until: datetime) -> None:
    """Print some orders of a store as the shop sends them, as JSON.

    For stores of type generic_json; what belongs to an order and is fetched besides is in it
    already.
    """
    window = parse_window(since, until)
    found = ask_shop(file, name, lambda store: _fetch(store, window, limit))
    click.echo(make_printable(hide_secrets(write_json(found)), keep_lines=True))
    noun = "order" if len(found) == 1 else "orders"
    click.echo(f"{len(found)} {noun}" + ("" if found else "; try an earlier --since"), err=True)


async def _fetch(store: Store, window: Window, limit: int) -> list[Any]:
    if not isinstance(store.connector, Inspectable):
        raise CommandError(
            f"{store.name}: a store of type {store.settings.connector.type} does not show raw"
            " orders; try `portside explain`"
        )
    return await store.connector.fetch(window, limit)
