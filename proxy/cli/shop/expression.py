"""`portside try`: an expression of the settings, tried on one order."""

from __future__ import annotations

from pathlib import Path

import click

from connectors.quoting import make_printable
from proxy.cli.options import CommandError, settings_option, store_option
from proxy.cli.shops import ask_shop
from proxy.operator.expressions import find_order, try_expression
from proxy.operator.preview import Heard, preview_order, write_json
from proxy.stores import StoreServices


@click.command
@settings_option
@store_option
@click.option(
    "--order", "wanted", required=True, metavar="ORDER", help="The order's number, or its id."
)
@click.argument("expression", metavar="EXPRESSION")
def try_out(file: Path, name: str, wanted: str, expression: str) -> None:
    """Try an expression, as in `fields`, `filters.only` or a described shop's `map`, on one order
    as the shop sends it.

    Prints what it finds as JSON, and on standard error the names that the order does not have. The
    exit status is 1 if the expression is wrong or does not fit this order. Nothing is changed.
    """
    heard = Heard()
    services = StoreServices(observer=heard.exchanges.append, watch_fields=heard.hear_fields)
    found = ask_shop(file, name, lambda store: preview_order(store, wanted, heard), services)
    trial = try_expression(expression, find_order(found))
    for hint in trial.hints:
        click.echo(f"note: {make_printable(hint)}", err=True)
    if trial.error:
        raise CommandError(trial.error)
    click.echo(make_printable(write_json(trial.found), keep_lines=True))
