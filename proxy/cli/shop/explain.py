"""`portside explain`: every request to a shop and every answer, with secrets masked."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import click
import msgspec
from rich.text import Text

from connectors.errors import ConnectorError
from connectors.orders import OrderId, Window
from connectors.upstream.exchange import Exchange
from proxy.cli.options import parse_window, settings_option, store_option, window_options
from proxy.cli.output import PlainConsole
from proxy.cli.shops import ask_shop
from proxy.stores import Store, StoreServices


@click.command
@settings_option
@store_option
@click.option(
    "--order",
    "order_id",
    metavar="ID",
    help="Fetch this order; without it, the orders of a span of time.",
)
@window_options(since="1d")
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
    window = parse_window(since, until)
    console = PlainConsole(highlight=False, soft_wrap=True, markup=False)

    def show(exchange: Exchange) -> None:
        for line in exchange_lines(exchange, most):
            console.print(line)

    async def read(store: Store) -> int:
        if order_id is None:
            return await _count_orders(store, window, limit)
        await store.connector.get_order(OrderId(order_id))
        return 1

    async def explain_reading(store: Store) -> bool:
        try:
            orders = await read(store)
        except ConnectorError as error:
            console.print(Text(f"✗ {type(error).__name__}: {error}", style="red"))
            return False
        console.print(Text(f"✓ {orders} orders read", style="green"))
        return True

    if not ask_shop(file, name, explain_reading, StoreServices(observer=show)):
        raise SystemExit(1)


async def _count_orders(store: Store, window: Window, limit: int) -> int:
    """How many orders the shop lists in the window; it is left alone after `limit` of them."""
    count = 0
    async with aclosing(store.connector.list_orders(window)) as orders:
        async for _ in orders:
            count += 1
            if count >= limit:
                break
    return count


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
        colour = "red" if exchange.status >= HTTPStatus.BAD_REQUEST else "green"
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
