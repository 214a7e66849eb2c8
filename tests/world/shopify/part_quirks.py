"""Parts that fail, and bytes that are broken."""

from __future__ import annotations

import itertools
from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.world.shopify import requests as asked
from tests.world.shopify.catalog import add_quirk, change_answers


def _break(shop: FakeShopify, places: slice) -> set[str]:
    broken = {order.id for order in list(shop.book)[places]}

    def is_hit(seen: SeenRequest) -> bool:
        if asked.is_page(seen):
            return True
        return asked.is_whole(seen) and any(asked.names_order(seen, one) for one in broken)

    if broken:
        shop.faults.add(Answer(500, '{"errors":"Internal Server Error"}'), when=is_hit, times=None)
    return broken


@add_quirk
def an_order_breaks_the_list(shop: FakeShopify) -> set[str]:
    return _break(shop, slice(1, 2))


@add_quirk
def neighbours_break_the_list(shop: FakeShopify) -> set[str]:
    return _break(shop, slice(1, 4))


@add_quirk
def an_order_fails_in_its_node(shop: FakeShopify) -> set[str]:
    broken = {order.id for order in list(shop.book)[2:3]}

    def fail(told: Any, _response: web.Response) -> None:
        if "data" not in told:
            return
        listed = asked.find_list(told)
        root = ["orders", "nodes"] if told["data"].get("orders") else ["nodes"]
        for place, row in enumerate(listed["rows"]):
            if row and row.get("id", "").rpartition("/")[2] in broken:
                listed["rows"][place] = None
                code = {"code": "INTERNAL_SERVER_ERROR"}
                fault = {"message": "It broke", "path": [*root, place], "extensions": code}
                told.setdefault("errors", []).append(fault)

    change_answers(shop, asked.is_whole, fail)
    return broken


@add_quirk
def an_order_cannot_be_read(shop: FakeShopify) -> set[str]:
    broken = set[str]()
    for order in itertools.islice(shop.book, 1):
        order.spoiled = True
        broken.add(order.id)
    return broken


@add_quirk
def side_fields_are_odd(shop: FakeShopify) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        for row in told.get("orders", []):
            row |= {"tags": ["a"], "note_attributes": {}, "order_number": "x", "customer": 7}

    return change_answers(shop, asked.is_whole, spoil)


@add_quirk
def an_order_is_counted_and_never_shown(shop: FakeShopify) -> set[str]:
    hidden = {order.id for order in list(shop.book)[1:2]}

    def hide(told: Any, _response: web.Response) -> None:
        listed = asked.find_list(told)
        listed["holder"][listed["key"]] = [
            row
            for row in listed["rows"]
            if row is None or str(row.get("id", "")).rpartition("/")[2] not in hidden
        ]

    return change_answers(shop, asked.is_list, hide)


@add_quirk
def lines_end_nowhere(shop: FakeShopify) -> set[str]:
    long = shop.book.add(modified_at=at(2), lines=[(f"S{number}", 1) for number in range(8)])

    def cut(told: Any, _response: web.Response) -> None:
        if "data" in told:
            for row in asked.find_list(told)["rows"]:
                if row and row["lineItems"]["pageInfo"]["hasNextPage"]:
                    row["lineItems"]["pageInfo"]["endCursor"] = None

    change_answers(shop, asked.is_whole, cut)
    return {long.id}


def _fail(shop: FakeShopify, word: bytes, also: bytes = b"") -> None:
    shop.faults.add(
        Answer(500, "{}"), when=lambda seen: word in seen.body and also in seen.body, times=None
    )


@add_quirk
def holds_cannot_be_listed(shop: FakeShopify) -> set[str]:
    _fail(shop, b"query Held")
    return set()


@add_quirk
def holds_of_one_order_fail(shop: FakeShopify) -> set[str]:
    _fail(shop, b"query Held")
    broken = {order.id for order in list(shop.book)[1:2]}
    for one in broken:
        _fail(shop, b"query States", b'Order/%s"' % one.encode())
    return broken


@add_quirk
def a_held_row_is_null(shop: FakeShopify) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        told["data"]["fulfillmentOrders"]["nodes"] = [None]

    return change_answers(shop, lambda seen: b"query Held" in seen.body, spoil)


@add_quirk
def holds_are_forbidden(shop: FakeShopify) -> set[str]:
    shop.scopes -= {scope for scope in shop.scopes if "fulfillment_orders" in scope}
    return set()


@add_quirk
def a_product_fails(shop: FakeShopify) -> set[str]:
    for order in list(shop.book)[1:2]:
        number = 8_000_000 + int(order.lines[0].id)
        _fail(shop, b"query Variants", b'ProductVariant/%d"' % number)
    return set()


@add_quirk
def all_products_fail(shop: FakeShopify) -> set[str]:
    _fail(shop, b"query Variants")
    return set()


@add_quirk
def products_are_null_or_odd(shop: FakeShopify) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        nodes = told["data"]["nodes"]
        nodes[:1] = [None]
        for node in nodes[1:2]:
            node["inventoryItem"] = "none"

    return change_answers(shop, lambda seen: b"query Variants" in seen.body, spoil)


@add_quirk
def products_are_forbidden(shop: FakeShopify) -> set[str]:
    shop.scopes -= {"read_products"}
    return set()


@add_quirk
def text_stands_before_the_json(shop: FakeShopify) -> set[str]:
    shop.raw_changes.append((lambda _: True, lambda body: b"<b>Notice</b>: oh\n" + body))
    return set()


@add_quirk
def text_stands_behind_the_json(shop: FakeShopify) -> set[str]:
    shop.raw_changes.append((lambda _: True, lambda body: body + b"\n<!-- cached -->"))
    return set()


@add_quirk
def a_byte_order_mark(shop: FakeShopify) -> set[str]:
    shop.raw_changes.append((lambda _: True, lambda body: b"\xef\xbb\xbf" + body))
    return set()


@add_quirk
def names_hold_half_a_surrogate(shop: FakeShopify) -> set[str]:
    name = "Müller".encode()
    shop.raw_changes.append((asked.is_whole, lambda body: body.replace(name, b"M\\ud83dller")))
    return set()


@add_quirk
def names_are_bad_utf8(shop: FakeShopify) -> set[str]:
    name = "Müller".encode()
    shop.raw_changes.append((asked.is_whole, lambda body: body.replace(name, b"M\xfcller")))
    return set()


@add_quirk
def a_page_fails_once(shop: FakeShopify) -> set[str]:
    shop.faults.add(Answer(503, "{}"), when=asked.is_list)
    return set()
