"""`portside explain`: every request to a shop and every answer, with secrets masked."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.text import Text

from connectors.errors import ConnectorError
from connectors.orders import Window
from connectors.upstream.exchange import Exchange
from proxy.cli.kinds import find_kind
from proxy.cli.options import Moment, chosen_store, read_settings, settings_option
from proxy.settings.models import StoreSettings
from proxy.stores import open_store
from proxy.telemetry.logs import configure_logs

_FIRST_ERROR = 400


@click.command
@settings_option
@click.option(
    "--store", "name", required=True, metavar="NAME", help="The store, as named in the settings."
)
@click.option(
    "--order",
    "order_id",
    metavar="ID",
    help="Fetch this order; without it, the orders of a span of time.",
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
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Stop after so many orders.",
)
@click.option(
    "--body",
    "most",
    type=click.IntRange(0),
    default=2000,
    show_default=True,
    help="Show so many characters of each body.",
)
def explain(
    file: Path,
    name: str,
    order_id: str | None,
    since: datetime,
    until: datetime,
    limit: int,
    most: int,
) -> None:
    """Read orders of a store and show each request and each answer on the way.

    Secrets are masked; buyers' data is not. Nothing is changed in the shop.
    """
    configure_logs(level="error")
    if until < since:
        raise click.BadParameter("expected a time before --until", param_hint="--since")
    settings = chosen_store(read_settings(file), name)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    window = Window(start=since, end=until)
    if not asyncio.run(_explain(console, name, settings, window, order_id, limit, most)):
        raise SystemExit(1)


async def _explain(
    console: Console,
    name: str,
    settings: StoreSettings,
    window: Window,
    order_id: str | None,
    limit: int,
    most: int,
) -> bool:
    def show(exchange: Exchange) -> None:
        for line in exchange_lines(exchange, most):
            console.print(line)

    async with open_store(name, settings, find_kind(settings.connector.type), show) as store:
        try:
            if order_id is not None:
                found: list[Any] = [await store.connector.get_order(order_id)]
            else:
                found = []
                async with aclosing(store.connector.list_orders(window)) as orders:
                    async for order in orders:
                        found.append(order)
                        if len(found) >= limit:
                            break
        except ConnectorError as error:
            console.print(Text(f"✗ {type(error).__name__}: {error}", style="red"))
            return False
    console.print(Text(f"✓ {len(found)} orders read", style="green"))
    return True


def exchange_lines(exchange: Exchange, most: int) -> list[Text]:
    """One exchange for people: the request, its body, the answer, its body."""
    again = f" (attempt {exchange.attempt})" if exchange.attempt > 1 else ""
    lines = [Text(f"→ {exchange.method} {exchange.url}{again}", style="bold")]
    lines += _body_lines(exchange.request_body, most)
    if exchange.status is None:
        lines.append(
            Text(f"← no answer after {exchange.seconds:.2f} s: {exchange.error}", style="red")
        )
    else:
        colour = "red" if exchange.status >= _FIRST_ERROR else "green"
        lines.append(
            Text(
                f"← {exchange.status} after {exchange.seconds:.2f} s, {len(exchange.response_body)}"
                " bytes",
                style=colour,
            )
        )
        lines += _body_lines(exchange.response_body, most)
    return [*lines, Text()]


def _body_lines(body: bytes, most: int) -> list[Text]:
    """A body, indented if it is JSON, up to so many characters."""
    if not body or not most:
        return []
    try:
        text = msgspec.json.format(body, indent=2).decode("utf-8", "replace")
    except msgspec.DecodeError:
        text = body.decode("utf-8", "replace")
    kept = "".join(char if char.isprintable() or char == "\n" else "�" for char in text[:most])
    more = (
        [Text(f"    … {len(text) - most} characters more (--body)", style="dim")]
        if len(text) > most
        else []
    )
    return [*(Text(f"    {line}", style="dim") for line in kept.splitlines()), *more]
