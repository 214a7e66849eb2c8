"""Every order of the sample data reads, or is rejected with the reason that the table beside the
samples gives.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.orders import Order, RejectedOrder
from connectors.shopify.mapping.order import decode_order, read_order
from connectors.shopify.mapping.rules import Rules
from connectors.shopify.mapping.wire_fulfillment import Fulfillment, FulfillmentOrder
from connectors.shopify.shipping.plan import CREATE
from tests.connectors.shopify.mapping.handwritten import rules

FIXTURES = Path(__file__).parents[3] / "fixtures" / "shopify"
RULES = rules(test_orders="export")


def _load(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(gzip.decompress((FIXTURES / name).read_bytes()))
    return rows


SAMPLES = {row["sample"]: row["order"] for row in _load("orders.json.gz")}
with (FIXTURES / "orders.tsv").open(encoding="utf-8", newline="") as file:
    TABLE = {row["sample"]: row for row in csv.DictReader(file, delimiter="\t")}


def read(order: dict[str, Any], rules: Rules = RULES) -> Order | RejectedOrder:
    decoded = decode_order(json.dumps(order).encode())
    return decoded if isinstance(decoded, RejectedOrder) else read_order(decoded, rules)


def test_the_table_names_every_sample_once() -> None:
    assert len(SAMPLES) == 151
    assert TABLE.keys() == SAMPLES.keys()


def test_every_sample_becomes_what_the_table_says() -> None:
    wrong = []
    for name, row in TABLE.items():
        order = read(SAMPLES[name])
        if isinstance(order, RejectedOrder):
            told = ("rejected", "")
            assert order.reason.startswith("shipping_address: expected an address")
            assert ("withhold" in order.reason) == ("withheld" in row["why"])
        else:
            goods = " ".join(
                f"{item.id}x{item.quantity}" for item in order.items if not item.adjustment
            )
            told = (order.status.value, f"{goods} = {order.total}")
        if told != (row["outcome"], row["lines (id x quantity) = total"]):
            wrong.append((name, told, row))
    assert wrong == []


def test_a_sample_of_a_test_order_is_rejected_as_one_unless_wanted() -> None:
    tests = {name for name, order in SAMPLES.items() if order["test"]}
    rejected = {
        name
        for name, order in SAMPLES.items()
        if isinstance(found := read(order, rules()), RejectedOrder)
        and found.reason.startswith("test:")
    }
    assert rejected == tests
    assert len(tests) == 11


@pytest.mark.parametrize(
    "name", sorted(name for name, row in TABLE.items() if row["outcome"] in {"paid", "unpaid"})
)
def test_the_parts_of_a_sample_add_up_to_its_total(name: str) -> None:
    order = read(SAMPLES[name])
    assert isinstance(order, Order)
    parts = sum(
        (item.unit_price * item.quantity for item in order.items), order.tax + order.shipping
    )
    if name.startswith(_INCONSISTENT) or order.total == parts:
        return
    raise AssertionError(f"{order.total} is not the sum of its parts, {parts}")


# Samples older than 2021 state no discount per line, or had some of their lines shipped, so their
# parts cannot add up.
_INCONSISTENT = (
    "api-node/",
    "fulfillment-integration/",
    "kitop/",
    "python-api/",
    "recorded-spree-importer/",
    "official-ruby/orders/2022_04",
)


def test_every_sample_of_fulfillment_orders_and_fulfillments_decodes() -> None:
    orders: list[FulfillmentOrder] = []
    parcels: list[Fulfillment] = []

    def search(value: Any) -> None:
        if isinstance(value, list):
            for one in value:
                search(one)
        elif isinstance(value, dict):
            if "assigned_location_id" in value and "line_items" in value:
                orders.append(msgspec.convert(value, FulfillmentOrder))
            elif "tracking_numbers" in value:
                parcels.append(msgspec.convert(value, Fulfillment))
            for one in value.values():
                search(one)

    for row in _load("fulfillment.json.gz"):
        search(row["body"])
    assert len(orders) > 30
    assert len(parcels) > 20
    states = {
        (one.status, one.request_status, CREATE in (one.supported_actions or ())) for one in orders
    }
    # A fulfillment order may be shippable although it is not open, and open although it is not
    # shippable.
    assert ("open", "submitted", False) in states
    assert any(status != "open" and shippable for status, _, shippable in states)
