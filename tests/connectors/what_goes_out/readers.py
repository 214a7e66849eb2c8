"""Examples as Portside reads them: through the connector's own mapping, a store's policy and
ShipStation's XML.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast
from xml.etree import ElementTree as ET

import msgspec

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.generic_json.mapping.order import read_order as read_described_order
from connectors.generic_json.recipes.reader import merge_keys, read_recipe
from connectors.generic_json.settings.mapping import OrderMap
from connectors.interface import ConnectorSettings
from connectors.orders import Order, RejectedOrder
from connectors.shopify.api import graphql_wire
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.graphql_orders import to_line, to_order, to_shipping_line
from connectors.shopify.api.graphql_wire_fulfillment import FulfillmentOrderNode
from connectors.shopify.mapping.order import read_order as read_shopify_order
from connectors.shopify.mapping.routes import list_live, read_route
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.products import Units, read_goods
from proxy.export.preparation import Prepared, policy_of, prepare, prepare_new
from proxy.rules.policy import HeldBack
from proxy.settings.store import StoreSettings
from tests.connectors.shopify.mapping import handwritten as shopify
from tests.connectors.what_goes_out.cells import Example, Platform
from tests.connectors.woocommerce.mapping import handwritten as woocommerce
from tests.connectors.woocommerce.recordings import RULES
from tests.export.play.recall import Given

_NOW = datetime(2026, 3, 3, tzinfo=UTC)
_STORE = StoreSettings(
    credentials=({"username": "u", "password": "p"},), connector=ConnectorSettings(type="book")
)
_UNITS = Units(weight="kg", length="cm")
_T = TypeVar("_T")
_EXACT = msgspec.json.Decoder(float_hook=Decimal)


def read_example(platform: Platform, example: Example) -> Order | RejectedOrder | None:
    """The order as the connector gives it."""
    raw = merge_keys(platform.order, example.order)
    found = _read(platform, raw, example)
    rules = build_fill_rules(
        FillSettings.model_validate(example.fields), AddressSettings(), None, None
    )
    if rules is None or not isinstance(found, Order):
        return found
    lines = {str(line["id"]): line for line in raw[platform.lines]}
    return Filler(rules, _refuse_complaint).fill(found, raw, lines)


def _refuse_complaint(field: str, number: str) -> None:
    raise AssertionError(f"{field} of {number} cannot be filled in")


def _read(
    platform: Platform, raw: dict[str, Any], example: Example
) -> Order | RejectedOrder | None:
    match platform.reader:
        case "woocommerce":
            return _read_woocommerce(raw, example)
        case "shopify":
            found = msgspec.convert(
                example.beside.get("fulfillment_orders", []), list[FulfillmentOrder]
            )
            return shopify.read(raw, read_route(list_live(found)), **example.settings)
        case "shopify_graphql":
            return _read_graphql(raw, example)
        case recipe:
            described = merge_keys(read_recipe(recipe)["map"], example.settings.get("map", {}))
            rules = OrderMap.model_validate(described).rules
            return read_described_order(_EXACT.decode(msgspec.json.encode(raw)), rules)


def _read_graphql(raw: dict[str, Any], example: Example) -> Order | RejectedOrder:
    node = msgspec.convert(_add_nodes(raw), graphql_wire.Order, strict=False)
    reader = GraphqlFulfillment(cast("GraphqlClient", None))  # all lists are whole, it asks nothing
    found = [
        _finish(reader.to_fulfillment_order(msgspec.convert(_add_nodes(one), FulfillmentOrderNode)))
        for one in example.beside.get("fulfillmentOrders", [])
    ]
    lines, shipping = node.line_items.nodes, node.shipping_lines.nodes
    order = to_order(node, tuple(map(to_line, lines)), tuple(map(to_shipping_line, shipping)))
    return read_shopify_order(
        order, shopify.rules(**example.settings), route=read_route(list_live(found))
    )


def _add_nodes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """GraphQL's lists, which go on page by page, around those of an example."""
    return {
        name: {"nodes": value} if name in {"lineItems", "shippingLines"} else value
        for name, value in raw.items()
    }


def _finish(steps: Coroutine[Any, Any, _T]) -> _T:
    """What a coroutine gives that waits for nothing."""
    try:
        steps.send(None)
    except StopIteration as end:
        found: _T = end.value
        return found
    raise AssertionError("it waits for an answer")


def _read_woocommerce(raw: dict[str, Any], example: Example) -> Order | RejectedOrder:
    products: Mapping[int, Any] = example.beside.get("products", {})
    goods = {
        (number, 0): read_goods(
            msgspec.convert({"id": number, "type": "simple", **facts}, wire.Product), _UNITS
        )
        for number, facts in products.items()
    }
    rules = msgspec.structs.replace(RULES, **example.settings)
    return woocommerce.read(raw, Related(goods=goods), rules)


async def send_example(platform: Platform, example: Example) -> list[str] | HeldBack | None:
    """The lines that ShipStation shows, as `2 x Cup (Size: L)`, or what held the order back.

    Where it is shown several orders, each line has the end of its order's number and its buyer.
    """
    entry = read_example(platform, example)
    if entry is None:
        return None
    outcome = await prepare_new(entry, _STORE, _NOW)
    if outcome.held is not None and not outcome.ready:
        return outcome.held
    several = len(outcome.ready) > 1
    return [line for each in outcome.ready for line in _show_lines(each, several=several)]


async def send_again(order: Order) -> str:
    """The status of the order as ShipStation is sent it, which was given it before."""
    (sent,) = (await prepare(order, _STORE, policy_of(_STORE), _NOW, Given())).ready
    return ET.fromstring(sent.xml).findtext("OrderStatus") or ""  # noqa: S314 -- our own


def _show_lines(prepared: Prepared, *, several: bool) -> list[str]:
    xml = ET.fromstring(prepared.xml)  # noqa: S314 -- our own
    number, buyer = xml.findtext("OrderNumber") or "", xml.findtext("Customer/ShipTo/Name")
    mark = f" to {buyer} (-{number.rpartition('-')[2]})" if several else ""
    return [f"{_show_line(item)}{mark}" for item in xml.iterfind("Items/Item")]


def _show_line(item: ET.Element) -> str:
    name = item.findtext("Name")
    if item.findtext("Adjustment") == "true":
        return f"{name} {item.findtext('UnitPrice')}"
    options = ", ".join(
        f"{option.findtext('Name')}: {option.findtext('Value')}"
        for option in item.iterfind("Options/Option")
    )
    return f"{item.findtext('Quantity')} x {name}" + (f" ({options})" if options else "")
