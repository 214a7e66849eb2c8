"""`portside preview`: one order as the shop sends it, as Portside understands it, and as
ShipStation would be given it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml
from lxml import etree
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.inspection import Inspectable, find_order_id
from connectors.orders import Order, RejectedOrder
from connectors.places import Source
from connectors.upstream.exchange import Exchange
from proxy.cli.options import settings_option, store_option
from proxy.cli.output import PlainConsole
from proxy.cli.shop.fetch import write_json
from proxy.cli.shops import ask_shop
from proxy.doors.custom_store.orders_xml import frame_page
from proxy.export.preparation import prepare_new
from proxy.rules.matching import strip_suffixes
from proxy.stores import Store, StoreServices

_SIDE_BY_SIDE = 140
_LONGEST_VALUE = 60


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of one order."""

    raw: str
    order: Order | RejectedOrder
    xml: str
    reason: str
    sources: tuple[Source, ...]


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
    services = StoreServices(observer=heard.exchanges.append, watch_fields=heard.hear_fields)
    found = ask_shop(file, name, lambda store: _preview(store, wanted, heard), services)
    _show(PlainConsole(highlight=False), found)
    if found.reason:
        raise SystemExit(1)


class Heard:
    """What was heard while the order was read: each exchange with the shop, and where each field
    came from that the store's settings filled in.
    """

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.sources: Sequence[Source] = ()

    def hear_fields(self, _order_id: str, sources: Sequence[Source]) -> None:
        """The fields of an order were filled in."""
        self.sources = sources


async def _preview(store: Store, wanted: str, heard: Heard) -> Preview:
    order_id = await find_order_id(store.connector, wanted, *strip_suffixes(wanted))
    heard.exchanges.clear()
    sources: Sequence[Source] = ()
    if isinstance(store.connector, Inspectable):
        shown = await store.connector.raw_order(order_id)
        raw = write_json(shown)
        traced, sources = store.connector.trace(shown)
        order = (
            traced
            if traced is not None
            else RejectedOrder(
                id=order_id, reason="the settings say that it is no order (map.only)"
            )
        )
    else:
        order = await store.connector.get_order(order_id)
        raw = "\n\n".join(
            _indent_json(exchange.response_body)
            for exchange in heard.exchanges
            if exchange.response_body
        )
    outcome = await prepare_new(order, store.settings, datetime.now(UTC))
    return Preview(
        raw=raw,
        order=order,
        xml=_indent_xml(frame_page(xml, 1)) if (xml := [one.xml for one in outcome.ready]) else "",
        reason="" if outcome.held is None else outcome.held.reason,
        sources=(*sources, *heard.sources),
    )


def _show(console: Console, found: Preview) -> None:
    order = write_order(found.order)
    xml = "\n".join(filter(None, (found.xml, found.reason and f"not sent: {found.reason}")))
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


def _show_sources(console: Console, sources: Sequence[Source]) -> None:
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


def write_order(order: Order | RejectedOrder) -> str:
    """An order for people: YAML without what is empty."""
    text: str = yaml.safe_dump(
        _lean(msgspec.to_builtins(order, str_keys=True)),
        sort_keys=False,
        allow_unicode=True,
        width=1000,
    )
    return text


def _indent_xml(xml: bytes) -> str:
    """ShipStation's XML, a line for each element."""
    root = etree.fromstring(xml, etree.XMLParser(strip_cdata=False, resolve_entities=False))
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _lean(each)
            for name, each in value.items()
            if each not in ("", None, [], (), False)
        }
    return [_lean(each) for each in value] if isinstance(value, list | tuple) else value


def _indent_json(body: bytes) -> str:
    try:
        return msgspec.json.format(body, indent=2).decode()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body.decode("utf-8", "replace")
