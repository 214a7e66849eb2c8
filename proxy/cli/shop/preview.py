"""`portside preview`: one order as the shop sends it, as Portside understands it, and as
ShipStation would be given it.
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.places import Source
from proxy.cli.options import settings_option, store_option
from proxy.cli.output import PlainConsole
from proxy.cli.shops import ask_shop
from proxy.operator.preview import Heard, Preview, preview_order, write_json, write_order
from proxy.stores import StoreServices

_SIDE_BY_SIDE = 140
_LONGEST_VALUE = 60


@click.command
@settings_option
@store_option
@click.argument("wanted", metavar="ORDER")
def preview(file: Path, name: str, wanted: str) -> None:
    """Show one order: the shop's JSON, the order, ShipStation's XML, and where each field came
    from.

    ORDER is the number that people see, or the shop's own id. The exit status is 1 if the order
    cannot be sent.
    """
    heard = Heard()
    services = StoreServices(
        observer=heard.exchanges.append, watch_fields=heard.hear_fields, whole=True
    )
    found = ask_shop(file, name, lambda store: preview_order(store, wanted, heard), services)
    _show(PlainConsole(highlight=False), found)
    if found.reason:
        raise SystemExit(1)


def _show(console: Console, found: Preview) -> None:
    order = write_order(found.order)
    notes = (found.reason and f"not sent: {found.reason}", found.left)
    xml = "\n".join(filter(None, (found.xml, *notes)))
    if console.is_terminal and console.width >= _SIDE_BY_SIDE:
        table = Table(
            "the shop's JSON", "the order", "ShipStation's XML", expand=True, show_lines=False
        )
        table.add_row(
            Text(found.raw, overflow="fold"),
            Text(order, overflow="fold"),
            Text(xml, overflow="fold"),
        )
        console.print(table)
    else:
        for title, text in (
            ("the shop's JSON", found.raw),
            ("the order", order),
            ("ShipStation's XML", xml),
        ):
            console.print(Text(f"── {title} ──", style="bold"))
            console.print(Text(text), soft_wrap=True)
            console.print()
    if found.sources:
        _show_sources(console, found.sources)


def _show_sources(console: Console, sources: tuple[Source, ...]) -> None:
    if not console.is_terminal:
        for source in sources:
            console.print(
                Text(f"{source.field}: {_value(source)}  ← {source.path}{_place(source)}"),
                soft_wrap=True,
            )
        return
    table = Table("field", "value", "from", "settings")
    for source in sources:
        table.add_row(
            *(
                Text(part, overflow="fold")
                for part in (source.field, _value(source), source.path, source.place)
            )
        )
    console.print(table)


def _place(source: Source) -> str:
    return f" ({source.place})" if source.place else ""


def _value(source: Source) -> str:
    text = (
        str(source.value)
        if not isinstance(source.value, dict | list)
        else write_json(source.value).replace("\n", " ")
    )
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
