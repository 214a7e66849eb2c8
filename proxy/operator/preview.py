"""One order as the shop sends it, as Portside understands it, and as ShipStation would be given
it, with the origin of each field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import yaml
from lxml import etree

from connectors.errors import OrderNotFoundError, RefusedError
from connectors.inspection import Inspectable, find_order_id, search_order_id
from connectors.orders import Order, OrderId, RejectedOrder
from connectors.places import Source
from connectors.turns import measure_value, run_aside
from connectors.upstream.exchange import Exchange
from proxy.doors.custom_store.orders_xml import frame_page
from proxy.export.preparation import prepare_new
from proxy.rules.matching import strip_suffixes
from proxy.rules.policy import BROKEN
from proxy.stores import Store

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of one order: `raw` is the shop's JSON for people, `values` are the same as
    values; `reason` says why it would not go out, `left` what of it would stay behind.
    """

    raw: str
    values: tuple[Any, ...]
    order: Order | RejectedOrder
    xml: str
    reason: str
    left: str
    sources: tuple[Source, ...]


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


async def preview_order(store: Store, wanted: str, heard: Heard) -> Preview:
    """The order that a person calls by this number or id. `heard` is what the store was opened
    with. Raises ConnectorError.
    """
    numbers = (wanted, *strip_suffixes(wanted))
    order_id = await find_order_id(store.connector, *numbers)
    try:
        return await _preview(store, order_id, heard)
    except (OrderNotFoundError, RefusedError):
        # It may be a number, and the shop cannot be asked for it.
        found = await search_order_id(store.connector, *numbers) if order_id == wanted else None
        if found is None:
            raise
    return await _preview(store, found, heard)


async def _preview(store: Store, order_id: OrderId, heard: Heard) -> Preview:
    heard.exchanges.clear()
    sources: Sequence[Source] = ()
    values: tuple[Any, ...]
    if isinstance(store.connector, Inspectable):
        shown = await store.connector.raw_order(order_id)
        size = measure_value(shown)
        raw, values = await run_aside(size, write_json, shown), (shown,)
        traced, sources = await run_aside(size, store.connector.trace, shown)
        order = (
            traced
            if traced is not None
            else RejectedOrder(
                id=order_id, reason="the settings do not count it as an order (map.only)"
            )
        )
    else:
        order = await store.connector.get_order(order_id)
        bodies = [each.response_body for each in heard.exchanges if each.response_body]
        size = sum(map(len, bodies))
        raw = await run_aside(size, lambda: "\n\n".join(map(_indent_json, bodies)))
        values = await run_aside(size, lambda: tuple(_read_values(bodies)))
    outcome = await prepare_new(order, store.settings, datetime.now(UTC))
    said = "" if outcome.held is None else outcome.held.reason
    is_held = outcome.held is not None and (outcome.held.kind in BROKEN or not outcome.ready)
    xml = frame_page(ready, 1) if (ready := [one.xml for one in outcome.ready]) else b""
    return Preview(
        raw=raw,
        values=values,
        order=order,
        xml=await run_aside(len(xml), _indent_xml, xml) if xml else "",
        reason=said if is_held else "",
        left="" if is_held else said,
        sources=(*sources, *heard.sources),
    )


def write_json(value: Any) -> str:
    """JSON for people: indented, numbers exactly as they came."""
    return msgspec.json.format(_ENCODER.encode(value), indent=2).decode()


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


def _read_values(bodies: Sequence[bytes]) -> Iterator[Any]:
    for body in bodies:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield _DECODER.decode(body)
