"""One measurement of the whole way of an order, in the checkout that is the working directory; see
`order_way`, which runs this file in a process of its own. Prints JSON.

The names of an earlier commit may differ in the few places where a name is looked for twice.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import connectors
import proxy
from connectors.orders import Order, OrderStatus
from connectors.woocommerce.mapping.decoding import read_row
from connectors.woocommerce.mapping.order import read_order
from connectors.woocommerce.mapping.wire import Order as WireOrder
from proxy.doors.custom_store.orders_xml import encode_order
from proxy.rules.policy import Policy, hold_back, translate
from tests.connectors.woocommerce import recordings

ROUNDS = 15
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
POLICY = Policy(
    statuses={"packing": OrderStatus.PAID, "processing": OrderStatus.PAID},
    shipping_methods={"Flat rate": "USPS Ground Advantage"},
)


def main() -> None:
    """Measure, and print the orders that go out and the CPU seconds for all of them."""
    check_checkout()
    bodies = [recordings.recorded_bytes(f"orders-p{page}.json") for page in recordings.PAGES]
    related, rules = recordings.recorded_surroundings(), find_rules()

    def prepare() -> list[Order]:
        return [
            order
            for body in bodies
            for row in msgspec.json.decode(body, type=list[msgspec.Raw])
            if (order := prepare_order(row, related, rules)) is not None
        ]

    orders = prepare()
    way, encode = measure(
        lambda: [encode_order(order) for order in prepare()],
        lambda: [encode_order(order) for order in orders],
    )
    print(json.dumps({"orders": len(orders), "way": way, "encode": encode}))  # noqa: T201


def check_checkout() -> None:
    """Raises ImportError if another checkout would be measured than the one asked for."""
    here = Path.cwd().resolve()
    for package in (proxy, connectors):
        if here not in Path(str(package.__file__)).resolve().parents:
            raise ImportError(f"expected {package.__name__} from {here}, found {package.__file__}")


def find_rules() -> Any:
    """The mapping's rules for a store whose settings say nothing."""
    try:
        return recordings.RULES
    except AttributeError:
        from connectors.woocommerce.mapping import items  # noqa: PLC0415 -- up to November 2026

        return vars(items)["Rules"]()


def prepare_order(row: msgspec.Raw, related: Any, rules: Any) -> Order | None:
    """A shop's order up to the encoder, or None if it does not go out."""
    decoded = read_row(row).order
    if not isinstance(decoded, WireOrder):
        return None
    order = read_order(decoded, related, rules)
    if not isinstance(order, Order):
        return None
    order = translate(order, POLICY)
    return order if hold_back(order, POLICY.filters, NOW) is None else None


def measure(*jobs: Callable[[], object]) -> list[float]:
    """The least CPU seconds of each job; they take turns."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, found in zip(jobs, times, strict=True):
            gc.collect()
            begun = time.process_time()
            job()
            found.append(time.process_time() - begun)
    return [min(found) for found in times]


if __name__ == "__main__":
    main()
