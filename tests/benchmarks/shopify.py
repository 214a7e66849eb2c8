"""Shopify: CPU time from its JSON to ShipStation's XML against the floor, and how many requests
orders and shipments cost.

The floor is the one of the WooCommerce benchmark: the same bytes through orjson, the same tree
through lxml. The bytes are the sample orders of Shopify's own documentation, as REST pages.
Requests are counted at the fake Shopify; beside each count stands the least possible: pages of 250
orders, which is the most Shopify gives, and one reading (the ids of what is to be shipped) before
one writing.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from connectors.orders import Order, RejectedOrder, Window
from connectors.shipments import Shipment, ShippedItem
from connectors.shopify.mapping.order import decode_order, read_order
from connectors.shopify.mapping.wire import ORDER_FIELDS
from connectors.shopify.mapping.wire import Order as WireOrder
from connectors.shopify.mapping.wire_fulfillment import OrdersPage
from connectors.shopify.settings import ShopifySettings
from connectors.testing.clock import Clock
from connectors.upstream.policy import UpstreamPolicy
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from tests.benchmarks.cpu_per_order import ROUNDS, _floor, _least, _plan
from tests.connectors.shopify.fake.bucket import Bucket
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop

SAMPLES = Path(__file__).parents[1] / "fixtures" / "shopify" / "orders.json.gz"
RULES = ShopifySettings(shop="north", access_token="shpat_0", test_orders="export").rules
ORDERS = 1000
_KEEP = etree.XMLParser(strip_cdata=False)
# What is asked for beside the orders, by the settings that want it.
_EXTRAS = (
    ("orders alone", ()),
    ("with holds, images, barcodes and weights", ("holds", "product_details")),
    ("with delivery methods as well", ("holds", "product_details", "delivery_methods")),
)
_FREE = UpstreamPolicy(rate=100_000, timeout=60, concurrency=16)


def run() -> Iterator[str]:
    """Measure and tell."""
    yield from _cpu()
    yield from asyncio.run(_requests())


def build_pages() -> list[bytes]:
    """The samples that go out, in pages of 40, with the fields that a list request asks for."""
    wanted = set(ORDER_FIELDS.split(","))
    rows = [row["order"] for row in json.loads(gzip.decompress(SAMPLES.read_bytes()))]
    good = [
        {name: order[name] for name in order if name in wanted} for order in rows if _is_sent(order)
    ]
    return [
        json.dumps({"orders": good[start : start + 40]}, separators=(",", ":")).encode()
        for start in range(0, len(good), 40)
    ]


def _cpu() -> Iterator[str]:
    bodies = build_pages()
    pages = [b"".join(_encoded(body)) for body in bodies]
    trees = [
        [_plan(order) for order in etree.fromstring(b"<Orders>" + page + b"</Orders>", _KEEP)]
        for page in pages
    ]
    count = sum(map(len, trees))
    decoded = [order for body in bodies for order in _decoded(body)]
    orders = [
        order for order in (read_order(row, RULES) for row in decoded) if isinstance(order, Order)
    ]
    ours, floor, decode, mapping, encode = _least(
        lambda: [frame_page(_encoded(body), 1) for body in bodies],
        lambda: [_floor(body, page) for body, page in zip(bodies, trees, strict=True)],
        lambda: [_decoded(body) for body in bodies],
        lambda: [read_order(row, RULES) for row in decoded],
        lambda: [encode_order(order) for order in orders],
    )
    size = sum(map(len, bodies)) / count
    yield f"{count} orders of {size:.0f} bytes, least of {ROUNDS} rounds, CPU time of this process"
    yield (
        f"Portside {ours / count * 1e6:.0f} µs an order, floor {floor / count * 1e6:.0f} µs: ratio"
        f" {ours / floor:.2f}"
    )
    yield (
        f"of that: decode {decode / count * 1e6:.0f} µs, map {mapping / count * 1e6:.0f} µs, encode"
        f" and check {encode / count * 1e6:.0f} µs"
    )


def _is_sent(order: dict[str, Any]) -> bool:
    decoded = decode_order(json.dumps(order).encode())
    found = read_order(decoded, RULES) if isinstance(decoded, WireOrder) else decoded
    return isinstance(found, Order) and bool(found.customer.ship_to.country)


def _decoded(body: bytes) -> list[WireOrder]:
    found = (decode_order(raw) for raw in msgspec.json.decode(body, type=OrdersPage).orders)
    return [order for order in found if not isinstance(order, RejectedOrder)]


def _encoded(body: bytes) -> list[bytes]:
    found = [read_order(order, RULES) for order in _decoded(body)]
    return [encode_order(order) for order in found if isinstance(order, Order)]


async def _requests() -> list[str]:
    lines = []
    for transport in ("rest", "graphql"):
        lines += [await _listing(transport, what, extras) for what, extras in _EXTRAS]
        lines.append(await _shipping(transport))
    return lines


async def _listing(transport: str, what: str, extras: Sequence[str]) -> str:
    async with FakeShopify(clock=Clock(datetime.now(UTC).replace(microsecond=0))) as shop:
        shop.points = Bucket(1e9, 0.0)
        for number in range(ORDERS):
            order = shop.book.add(
                modified_at=shop.clock() + timedelta(seconds=number), lines=(("A", 1), ("B", 2))
            )
            # A catalog of 200 variants.
            order.extra["lines"] = {
                "A": {"variant_id": number % 100 + 1},
                "B": {"variant_id": number % 100 + 101},
            }
        window = Window(start=shop.clock(), end=shop.clock() + timedelta(seconds=ORDERS))
        settings: dict[str, Any] = {name: name in extras for name in _EXTRAS[-1][1]}
        async with open_shop(shop, _FREE, transport=transport, **settings) as connector:
            found = [order async for order in connector.list_orders(window)]
        points = f", {shop.points.level:.0f} points" if shop.points.level else ""
        return (
            f"{transport}: {len(found)} orders, {what}: {len(shop.requests)} requests{points}"
            f" (least possible: {ORDERS // 250} requests)"
        )


async def _shipping(transport: str) -> str:
    async with FakeShopify() as shop:
        orders = [shop.book.add() for _ in range(50)]
        async with open_shop(shop, _FREE, transport=transport) as connector:
            for order in orders:
                item = ShippedItem(line_id=order.lines[0].id, sku="SKU-1", quantity=1)
                number = f"T{order.id}"
                await connector.ship(
                    Shipment(
                        order_id=order.id, carrier="UPS", tracking_number=number, items=(item,)
                    ),
                    (),
                )
        return (
            f"{transport}: {len(shop.requests) / len(orders):.1f} requests a shipment (least"
            " possible: 2)"
        )
