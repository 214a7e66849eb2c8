"""The table in docs/no-order-lost.md says which fields an order cannot go without: each field is
made unreadable in turn, and whether the order is still given is held against the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.mapping.rules import ItemRules, OrderRules
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.orders import Order, RejectedOrder
from connectors.shopify.mapping import wire as shopify_wire
from connectors.woocommerce.mapping import wire as woocommerce_wire
from tests.connectors.generic_json.shops import made
from tests.connectors.generic_json.shops import order as json_order
from tests.connectors.shopify.mapping import handwritten as shopify
from tests.connectors.woocommerce.mapping import handwritten as woocommerce

PAGE = Path(__file__).parents[2] / "docs" / "no-order-lost.md"
# No field of any shop looks like this, and a list of lists fits none.
ODD = [[{"odd": [1]}]]
_ROW = re.compile(r"^\| (WooCommerce|Shopify|`generic_json`) \| (.*) \|$", re.MULTILINE)
_PARTS = ("line_items", "shipping_address", "shipping")
# Ours, and no shop's.
_OWN = frozenset({"left_out"})
# The keys of the map that are no fields: conditions, and what a shop may write anywhere.
_CONDITIONS = frozenset({"only", "fulfillment", "money", "adjustments", "destinations", "gift"})


def list_fields(order: Mapping[str, Any], kind: type[msgspec.Struct]) -> Iterator[tuple[Any, ...]]:
    """Paths to all fields of an order, and to those of its first line and of its address."""
    yield from ((field.encode_name,) for field in msgspec.structs.fields(kind))
    for name in _PARTS:
        holder = order.get(name)
        if isinstance(holder, list) and holder:
            yield from ((name, 0, field) for field in holder[0])
        elif isinstance(holder, dict):
            yield from ((name, field) for field in holder)


def name_field(path: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in path if step != 0)


def find_needed(
    order: dict[str, Any],
    kind: type[msgspec.Struct],
    read: Callable[[Any], Order | RejectedOrder],
) -> set[str]:
    """The fields without which an order of a shop is held."""
    needed = set()
    assert isinstance(read(order), Order)
    for path in list_fields(order, kind):
        changed = deepcopy(order)
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = ODD
        if isinstance(read(changed), RejectedOrder):
            needed.add(name_field(path))
    return needed - _OWN


def find_needed_keys() -> set[str]:
    """The keys of the map without which an order is held."""
    needed = set()
    raw = {**json_order(), "odd": ODD}
    raw["lines"][0]["odd"] = ODD
    for path, key in _list_keys():
        value: Any = "odd" if key == "tags" else {"from": "odd"}
        if key in {"at", "shippable"}:
            value = "odd"
        if key == "customs":
            value = {"hs_code": {"from": "odd"}}
        changes = {"map": {path: {key: value}} if path else {key: value}}
        if key == "bill_to":
            changes = {"map": {"bill_to": {"name": "odd"}}}
        if path == "ship_to":
            changes = {"map": {"ship_to": {"at": "@", key: "odd"}}}
        found = read_order(raw, made("http://shop.example", changes).map.rules)
        if isinstance(found, RejectedOrder):
            needed.add(f"{path}.{key}" if path else key)
    return needed


def _list_keys() -> Iterator[tuple[str, str]]:
    parts = {"", "items", "ship_to"}
    for field in msgspec.structs.fields(OrderRules):
        if field.name not in {*parts, *_CONDITIONS, "custom_fields", "compiled"}:
            yield "", field.name
    for field in msgspec.structs.fields(ItemRules):
        if field.name not in {"only", "options", "fulfillment", "shippable", "shares"}:
            yield "items", field.name
    for name in ("name", "company", "line1", "line2", "city", "region", "postal_code", "country"):
        yield "ship_to", name
    yield from (("ship_to", "phone"), ("ship_to", "email"))


FOUND: dict[str, Callable[[], set[str]]] = {
    "WooCommerce": lambda: find_needed(
        woocommerce.order(shipping={**woocommerce.order()["billing"], "company": "Acme"}),
        woocommerce_wire.Order,
        woocommerce.read,
    ),
    "Shopify": lambda: find_needed(shopify.order(), shopify_wire.Order, shopify.read),
    "`generic_json`": find_needed_keys,
}


@pytest.mark.parametrize("name", FOUND)
def test_the_table_names_what_an_order_cannot_go_without(name: str) -> None:
    table = dict(_ROW.findall(PAGE.read_text(encoding="utf-8")))
    assert set(re.findall(r"`([^`]+)`", table[name])) == FOUND[name]()


def test_a_commercetools_order_without_a_billing_address_is_given() -> None:
    login = {"token_url": "https://a.example", "client_id": "i", "client_secret": "s"}
    block = {"type": "generic_json", "recipe": "commercetools", "url": "https://shop.example"}
    rules = GenericJsonSettings.model_validate({**block, "auth": login}).map.rules
    amount = {"centAmount": 1250, "currencyCode": "EUR"}
    raw = {
        "id": "c-1",
        "createdAt": "2026-03-02T09:00:00.000Z",
        "lastModifiedAt": "2026-03-02T09:30:00.000Z",
        "orderState": "Open",
        "paymentState": "Paid",
        "totalPrice": amount,
        "shippingAddress": {"firstName": "Ada", "streetName": "Road", "city": "Bonn"},
        "lineItems": [{"id": "l", "name": {"en": "Mug"}, "quantity": 1, "totalPrice": amount}],
    }
    found = read_order(raw, rules)
    assert isinstance(found, Order)
    assert found.customer.bill_to.city == "Bonn"
