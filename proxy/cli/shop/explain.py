"""`portside explain`: every request to a shop and every answer, with secrets masked."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from connectors.errors import ConnectorError
from connectors.orders import OrderId, Window
from connectors.upstream.exchange import Exchange
from proxy.cli.exchanges import body_option, exchange_lines
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
@body_option
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
        noun = "order" if orders == 1 else "orders"
        console.print(Text(f"✓ {orders} {noun} read", style="green"))
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
