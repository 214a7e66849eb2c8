"""CPU time from a shop's JSON to ShipStation's XML, per order, against the least that the same work
could cost.

The floor reads the same bytes with orjson and builds the same tree of elements with lxml, out of
values that are ready: no checks, no decisions, no schema. Both run over the recorded WooCommerce
pages, all surroundings at hand, and go as Portside goes: a page is decoded, then mapped, and its
orders are then encoded one by one.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import msgspec
import orjson
from lxml import etree

from connectors.orders import Order
from connectors.woocommerce.mapping.decoding import read_row
from connectors.woocommerce.mapping.order import Related, read_order
from connectors.woocommerce.mapping.rules import Rules
from connectors.woocommerce.mapping.wire import Order as WireOrder
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from tests.connectors.woocommerce.recordings import (
    PAGES,
    RULES,
    recorded_bytes,
    recorded_surroundings,
)

ROUNDS = 25
# An element's name, its text, and its children.
Tree = tuple[str, str | etree.CDATA | None, list["Tree"]]
_KEEP = etree.XMLParser(strip_cdata=False)


def run() -> Iterator[str]:
    """Measure and tell."""
    bodies = [recorded_bytes(f"orders-p{page}.json") for page in PAGES]
    around, rules = recorded_surroundings(), RULES
    pages = [b"".join(_encoded(body, around, rules)) for body in bodies]
    trees = [
        [_plan(order) for order in etree.fromstring(b"<Orders>" + page + b"</Orders>", _KEEP)]
        for page in pages
    ]
    count = sum(map(len, trees))
    rows = [row for body in bodies for row in _decoded(body)]
    orders = [
        order
        for order in (read_order(row, around, rules) for row in rows)
        if isinstance(order, Order)
    ]
    ours, floor, decode, mapping, encode = _least(
        lambda: [frame_page(_encoded(body, around, rules), 1) for body in bodies],
        lambda: [_floor(body, page) for body, page in zip(bodies, trees, strict=True)],
        lambda: [_decoded(body) for body in bodies],
        lambda: [read_order(row, around, rules) for row in rows],
        lambda: [encode_order(order) for order in orders],
    )
    yield f"{count} orders, least of {ROUNDS} rounds, CPU time of this process"
    yield (
        f"Portside {ours / count * 1e6:.0f} µs an order, floor {floor / count * 1e6:.0f} µs: ratio"
        f" {ours / floor:.2f}"
    )
    yield (
        f"of that: decode {decode / count * 1e6:.0f} µs, map {mapping / count * 1e6:.0f} µs, encode"
        f" and check {encode / count * 1e6:.0f} µs"
    )


def _decoded(body: bytes) -> list[WireOrder]:
    rows = (read_row(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw]))
    return [row.order for row in rows if isinstance(row.order, WireOrder)]


def _encoded(body: bytes, around: Related, rules: Rules) -> list[bytes]:
    found = [read_order(order, around, rules) for order in _decoded(body)]
    return [encode_order(order) for order in found if isinstance(order, Order)]


def _plan(element: etree._Element) -> Tree:
    """What the floor has to build: the very elements that we send, CDATA where we send it."""
    marked = (
        element.text is not None and not len(element) and b"<![CDATA[" in etree.tostring(element)
    )
    return (
        str(element.tag),
        etree.CDATA(element.text) if marked and element.text else element.text,
        [_plan(child) for child in element],
    )


def _floor(body: bytes, trees: list[Tree]) -> bytes:
    orjson.loads(body)
    root = etree.Element("Orders", pages="1")
    for tree in trees:
        _build(root, tree)
    return etree.tostring(root, encoding="utf-8")


def _build(parent: etree._Element, tree: Tree) -> None:
    tag, text, children = tree
    element = etree.SubElement(parent, tag)
    element.text = text
    for child in children:
        _build(element, child)


def _least(*jobs: Callable[[], object]) -> list[float]:
    """The least CPU time of each job in seconds, for noise only ever adds; the jobs take turns, so
    that a slow moment meets them all.
    """
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, found in zip(jobs, times, strict=True):
            gc.collect()
            begun = time.process_time()
            job()
            found.append(time.process_time() - begun)
    return [min(found) for found in times]
