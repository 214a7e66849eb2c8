"""Parts of a Shopify order that fail, are cut short or odd: holds, routes, products, lines."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.world.catalog import EVERY, Catalog
from tests.world.lies import Liar
from tests.world.shopify.anatomy import ShopifyAnatomy
from tests.world.shopify.list_quirks import AT_HAND, GRAPHQL, REST

QUIRKS = Catalog()
Shop = Liar[FakeShopify]
_IS = ShopifyAnatomy()


@QUIRKS.add(ways=(GRAPHQL,))
def an_order_fails_in_its_node(liar: Shop) -> set[str]:
    broken = liar.pick_ids(slice(2, 3))

    def fail(told: Any, _response: web.Response) -> None:
        rows = _IS.find_rows(told)
        root = ["orders", "nodes"] if told["data"].get("orders") else ["nodes"]
        for place, row in enumerate(rows):
            if _IS.name_row(row) in broken:
                rows[place] = None
                code = {"code": "INTERNAL_SERVER_ERROR"}
                fault = {"message": "It broke", "path": [*root, place], "extensions": code}
                told.setdefault("errors", []).append(fault)

    liar.change(fail, _IS.is_whole)
    return broken


@QUIRKS.add(ways=(REST,))
def side_fields_are_odd(liar: Shop) -> set[str]:
    odd = {"tags": ["a"], "note_attributes": {}, "order_number": "x", "customer": 7}

    def spoil(told: Any, _response: web.Response) -> None:
        for row in _IS.find_rows(told):
            row.update(odd)

    return liar.change(spoil, _IS.is_whole)


@QUIRKS.add(ways=(GRAPHQL,))
def lines_end_nowhere(liar: Shop) -> set[str]:
    long = liar.book.add(modified_at=at(2), lines=[(f"S{number}", 1) for number in range(8)])

    def cut(told: Any, _response: web.Response) -> None:
        for row in _IS.find_rows(told):
            lines = row.get("lineItems") if row else None
            if lines and lines["pageInfo"]["hasNextPage"]:
                lines["pageInfo"]["endCursor"] = None

    liar.change(cut, _IS.is_whole)
    return {long.id}


def _fail(liar: Shop, word: bytes, also: bytes = b"") -> set[str]:
    def is_hit(seen: SeenRequest) -> bool:
        return word in seen.body and also in seen.body

    return liar.answer(Answer(500, "{}"), is_hit)


@QUIRKS.add(spoils=[AT_HAND])
def holds_cannot_be_listed(liar: Shop) -> set[str]:
    return _fail(liar, b"query Held")


@QUIRKS.add(spoils=[AT_HAND])
def holds_of_one_order_fail(liar: Shop) -> set[str]:
    _fail(liar, b"query Held")
    broken = liar.pick_ids(slice(1, 2))
    for one in broken:
        _fail(liar, b"query States", b'Order/%s"' % one.encode())
    return broken


@QUIRKS.add()
def a_held_row_is_null(liar: Shop) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        told["data"]["fulfillmentOrders"]["nodes"] = [None]

    return liar.change(spoil, lambda seen: b"query Held" in seen.body)


@QUIRKS.add(spoils=[AT_HAND])
def holds_are_forbidden(liar: Shop) -> set[str]:
    liar.shop.scopes -= {scope for scope in liar.shop.scopes if "fulfillment_orders" in scope}
    return set()


@QUIRKS.add()
def routes_of_one_order_fail(liar: Shop) -> set[str]:
    broken = liar.pick_ids(slice(1, 2))
    for one in broken:
        _fail(liar, b"Routes(", b'Order/%s"' % one.encode())
    return broken


@QUIRKS.add()
def all_routes_fail(liar: Shop) -> set[str]:
    _fail(liar, b"Routes(")
    return {EVERY}


@QUIRKS.add()
def a_product_fails(liar: Shop) -> set[str]:
    for order in list(liar.book)[1:2]:
        number = 8_000_000 + int(order.lines[0].id)
        _fail(liar, b"query Variants", b'ProductVariant/%d"' % number)
    return set()


@QUIRKS.add()
def all_products_fail(liar: Shop) -> set[str]:
    return _fail(liar, b"query Variants")


@QUIRKS.add()
def products_are_null_or_odd(liar: Shop) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        nodes = told["data"]["nodes"]
        nodes[:1] = [None]
        for node in nodes[1:2]:
            node["inventoryItem"] = "none"

    return liar.change(spoil, lambda seen: b"query Variants" in seen.body)


@QUIRKS.add()
def products_are_forbidden(liar: Shop) -> set[str]:
    liar.shop.scopes -= {"read_products"}
    return set()
