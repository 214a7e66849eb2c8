"""CPU time per order of a shop described in settings, against the floor and against the WooCommerce
connector.

All three read the same recorded WooCommerce pages. The description has the fields that the
connector sends; it knows nothing of products (weights) and refunds, which the connector looks up
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec
import yaml
from lxml import etree

from connectors.generic_json.mapping.order import read_order
from connectors.generic_json.mapping.rules import OrderRules
from connectors.generic_json.settings.mapping import OrderMap
from connectors.orders import Order
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from tests.benchmarks import cpu_per_order
from tests.connectors.woocommerce.recordings import (
    PAGES,
    RULES,
    recorded_bytes,
    recorded_surroundings,
)

DESCRIPTION = """
only: "status != 'checkout-draft'"
id: id
number: number
placed_at: date_created_gmt
modified_at: date_modified_gmt
status:
  from: status
  table:
    {pending: unpaid, processing: paid, on-hold: on_hold, completed: shipped, cancelled: cancelled,
     refunded: cancelled, failed: unpaid}
currency: currency
total: total
tax: total_tax
shipping: shipping_total
shipping_method: shipping_lines[0].method_title
payment_method: payment_method_title
customer: [billing.email, customer_id]
bill_to: &address
  at: billing
  name: words(first_name, last_name)
  company: company
  line1: address_1
  line2: address_2
  city: city
  region: state
  postal_code: postcode
  country: country
  phone: phone
  email: email
ship_to:
  {<<: *address, at: "shipping", email: "root().billing.email",
   phone: [phone, "root().billing.phone"]}
items:
  at: line_items
  id: id
  sku: sku
  name: name
  quantity: quantity
  unit_price: price
  image_url: image.src
  options: >-
    meta_data[?type(display_value) == 'string' && !starts_with(key, '_')]
    .{name: display_key, value: display_value}
adjustments:
  - {at: coupon_lines, name: code, amount: discount, negate: true}
  - {at: fee_lines, name: name, amount: total}
customer_notes: customer_note
"""
_KEEP = etree.XMLParser(strip_cdata=False)
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def run() -> Iterator[str]:
    """Measure and tell."""
    described = OrderMap.model_validate(yaml.safe_load(DESCRIPTION)).rules
    bodies = [recorded_bytes(f"orders-p{page}.json") for page in PAGES]
    pages = [b"".join(_encoded(body, described)) for body in bodies]
    trees = [
        [
            cpu_per_order._plan(order)
            for order in etree.fromstring(b"<Orders>" + page + b"</Orders>", _KEEP)
        ]
        for page in pages
    ]
    count = sum(map(len, trees))
    rows = [row for body in bodies for row in _DECODER.decode(body)]
    around, rules = recorded_surroundings(), RULES
    coded = sum(len(list(cpu_per_order._encoded(body, around, rules))) for body in bodies)
    ours, code, floor, decode, mapping = cpu_per_order._least(
        lambda: [frame_page(_encoded(body, described), 1) for body in bodies],
        lambda: [frame_page(cpu_per_order._encoded(body, around, rules), 1) for body in bodies],
        lambda: [
            cpu_per_order._floor(body, page) for body, page in zip(bodies, trees, strict=True)
        ],
        lambda: [_DECODER.decode(body) for body in bodies],
        lambda: [read_order(row, described) for row in rows],
    )
    yield f"{count} orders, least of {cpu_per_order.ROUNDS} rounds, CPU time of this process"
    yield (
        f"described {ours / count * 1e6:.0f} µs an order, floor {floor / count * 1e6:.0f} µs: ratio"
        f" {ours / floor:.2f}"
    )
    yield (
        f"the WooCommerce connector {code / coded * 1e6:.0f} µs: a description costs"
        f" {ours / count / (code / coded):.2f} times its code"
    )
    yield f"of that: decode {decode / count * 1e6:.0f} µs, map {mapping / count * 1e6:.0f} µs"


def _encoded(body: bytes, described: OrderRules) -> list[bytes]:
    rows: list[Any] = _DECODER.decode(body)
    found = [read_order(row, described) for row in rows]
    # The recordings hold orders without an address, which nobody can ship.
    return [
        encode_order(order)
        for order in found
        if isinstance(order, Order) and order.customer.ship_to.country
    ]
