"""What filling in fields by expressions costs: CPU time of the whole way of an order with ten
expressions against the same way with none, in one run.

The whole way is decoding, reading, filling in, the store's policy and ShipStation's XML: over the
first recorded WooCommerce page (for the generic connector described as in `generic`), and over the
sample orders of Shopify's documentation.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from statistics import median
from typing import Any

import msgspec
import yaml

from connectors.fieldmap.excerpts import ExcerptReader
from connectors.fieldmap.filler import Filler
from connectors.fieldmap.settings import AddressSettings, FillSettings, build_fill_rules
from connectors.generic_json.mapping.order import read_order as read_described_order
from connectors.generic_json.settings.mapping import OrderMap
from connectors.language.expressions import read_expression
from connectors.orders import Order, RejectedOrder
from connectors.shopify.mapping.order import decode_order
from connectors.shopify.mapping.order import read_order as read_shopify_order
from connectors.shopify.mapping.whole import Details, decode_whole, list_parts
from connectors.shopify.mapping.wire_fulfillment import OrdersPage
from connectors.woocommerce.mapping.decoding import read_row
from connectors.woocommerce.mapping.order import Related, read_order
from connectors.woocommerce.mapping.wire import Order as WireOrder
from proxy.doors.custom_store.orders_xml import encode_order
from proxy.rules.policy import Filters, Policy, hold_back, translate
from tests.benchmarks.generic import _DECODER, DESCRIPTION
from tests.benchmarks.shopify import RULES as SHOPIFY_RULES
from tests.benchmarks.shopify import build_pages
from tests.connectors.woocommerce.recordings import (
    PAGES,
    RULES,
    recorded_bytes,
    recorded_surroundings,
)

RUNS = 3
# Short rounds, many of them: one is sure to find the machine quiet.
ROUNDS = 40
# Ten of the kinds that merchants write: nine about the order (meta data, fields, a table, a
# condition), and one about each of its lines, of which there are four.
TEN: dict[str, Any] = {
    "custom_field_1": "meta_data[?key=='_billing_vat'].value | [0]",
    "custom_field_2": "billing.company || billing.email",
    "custom_field_3": "join_text('-', billing.country, billing.state)",
    "requested_warehouse": {"from": "shipping.country", "table": {"US": "East"}, "default": "West"},
    "source": "created_via",
    "customer_notes": "customer_note",
    "gift": "meta_data[?key=='_gift'].value | [0] == 'yes'",
    "tags": "[status]",
    "items": {"location": "meta_data[?key=='_bin'].value | [0]"},
}
ONLY = "to_number(total) >= `0`"
# The same kinds over meta data that most of these orders, and a third of their lines, have.
FOUND: dict[str, Any] = {
    **TEN,
    "custom_field_1": "meta_data[?key=='_shipstation_exported'].value | [0]",
    "items": {"location": "meta_data[?key=='size'].value | [0]"},
}
SHOPIFY: dict[str, Any] = {
    "custom_field_1": "note_attributes[?name=='vat'].value | [0]",
    "custom_field_2": "billing_address.company || email",
    "custom_field_3": "join_text('-', shipping_address.country_code, shipping_address.province)",
    "requested_warehouse": {
        "from": "shipping_address.country_code",
        "table": {"US": "East"},
        "default": "West",
    },
    "source": "source_name",
    "customer_notes": "note",
    "gift": "note_attributes[?name=='gift'].value | [0] == 'yes'",
    "tags": "[financial_status]",
    "items": {"location": "properties[?name=='bin'].value | [0]"},
}
ONLY_SHOPIFY = "to_number(total_price) >= `0`"
_NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
_POLICY = Policy(filters=Filters())


def build_filler(fields: dict[str, Any] = TEN, only: str = ONLY) -> Filler:
    """The filler of a store with ten expressions."""
    rules = build_fill_rules(
        FillSettings.model_validate(fields), AddressSettings(), read_expression(only), None
    )
    assert rules is not None
    return Filler(rules, lambda _field, _number: None)


@cache
def build_reader(filler: Filler) -> ExcerptReader:
    """What reads orders for a filler; a connector builds it once for its store."""
    return ExcerptReader(filler)


def run(runs: int = RUNS) -> Iterator[str]:
    """The ratio of ten expressions to none, for both connectors."""
    bodies = [recorded_bytes(f"orders-p{PAGES[0]}.json")]
    related, filler = recorded_surroundings(), build_filler()
    described = OrderMap.model_validate(yaml.safe_load(DESCRIPTION)).rules

    def read_rows(fill: Filler | None) -> list[bytes]:
        return [line for body in bodies for line in _send(_read_woocommerce(body, related, fill))]

    def read_described(fill: Filler | None) -> list[bytes]:
        call = None if fill is None else fill.fill
        return [
            line
            for body in bodies
            for line in _send(
                read_described_order(raw, described, fill=call) for raw in _DECODER.decode(body)
            )
        ]

    count = len(read_rows(None))
    yield f"{count} orders, median of {runs} runs, least of {ROUNDS} rounds in each, CPU time"
    yield _compare("WooCommerce", read_rows, filler, runs)
    yield _compare("WooCommerce, meta data found", read_rows, build_filler(FOUND), runs)
    yield _compare("generic_json", read_described, filler, runs)
    bodies_of_shopify = build_pages()

    def read_shopify(fill: Filler | None) -> list[bytes]:
        return [line for body in bodies_of_shopify for line in _send(_read_shopify(body, fill))]

    yield _compare("Shopify", read_shopify, build_filler(SHOPIFY, ONLY_SHOPIFY), runs)


def _compare(
    name: str, way: Callable[[Filler | None], Sequence[bytes]], filler: Filler, runs: int
) -> str:
    count = len(way(None))
    measured = [_measure_least(lambda: way(None), lambda: way(filler)) for _ in range(runs)]
    ratios = sorted(ten / none for none, ten in measured)
    none = median(each for each, _ in measured) / count * 1e6
    return (
        f"{name}: {none:.0f} µs an order without expressions; ten cost {median(ratios):.3f} times"
        f" that ({ratios[0]:.3f} to {ratios[-1]:.3f})"
    )


def _measure_least(*jobs: Callable[[], object]) -> tuple[float, ...]:
    """The least CPU time of each job in seconds; they take turns."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, found in zip(jobs, times, strict=True):
            gc.collect()
            begun = time.process_time()
            job()
            found.append(time.process_time() - begun)
    return tuple(min(found) for found in times)


def _read_woocommerce(body: bytes, related: Related, filler: Filler | None) -> Iterator[Any]:
    reader = None if filler is None else build_reader(filler)
    for row in [read_row(raw) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]:
        if not isinstance(row.order, WireOrder):
            continue
        order = read_order(row.order, related, RULES)
        if filler is not None and reader is not None and isinstance(order, Order):
            yield filler.fill(order, *reader.read(row.raw))
        else:
            yield order


def _read_shopify(body: bytes, filler: Filler | None) -> Iterator[Any]:
    reader = None if filler is None else build_reader(filler)
    decode = decode_order if reader is None else decode_whole
    for decoded in [decode(raw) for raw in msgspec.json.decode(body, type=OrdersPage).orders]:
        if isinstance(decoded, RejectedOrder):
            continue
        order = read_shopify_order(decoded, SHOPIFY_RULES)
        if filler is not None and reader is not None and isinstance(order, Order):
            yield filler.fill(order, *list_parts(decoded, Details(), reader))
        else:
            yield order


def _send(found: Iterator[Any]) -> Iterator[bytes]:
    # A page is mapped before the first of its orders is encoded.
    for order in list(found):
        # The recordings hold orders without an address, which nobody can ship.
        if isinstance(order, Order) and order.customer.ship_to.country:
            sent = translate(order, _POLICY)
            if hold_back(sent, _POLICY.filters, _NOW) is None:
                yield encode_order(sent)
