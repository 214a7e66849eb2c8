"""An order book in which no two orders are alike: the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from connectors.testing.shops.woocommerce.goods import GOODS, SHIRT, SHIRTS
from connectors.testing.shops.woocommerce.people import invent_address

Json = dict[str, Any]

_NOTES = (
    "",
    "",
    "",
    "Leave at the door, please.",
    "Ring twice!\nDog bites.",
    "午前中に届けてください。",
    "It&#8217;s a gift 🎁",
    "Call <me> first & wait",
)
_METHODS = (
    "Flat rate",
    "Free shipping",
    "Envoi accéléré – Québec",  # noqa: RUF001 - as recorded
    "UPS® 2nd Day Air & Saturday",
    "International (5-10 days)",
    "Local pickup",
)
_PAYMENTS = (
    ("stripe", "Credit Card (Stripe)"),
    ("paypal", "PayPal"),
    ("bacs", "Direct bank transfer"),
    ("cod", "Cash on delivery"),
)
_STATUSES = (
    ("processing",) * 11
    + ("completed",) * 4
    + ("on-hold",) * 2
    + ("pending", "cancelled", "refunded", "failed", "trash")
)
_GIFT = "_wc_other/woocommerce_shipstation/shipstation_is_gift"
_GIFT_MESSAGE = "_wc_other/woocommerce_shipstation/shipstation_gift_message"


def varied_orders(
    seed: int,
    count: int,
    *,
    until: datetime,
    span: timedelta = timedelta(days=7),
    first_id: int = 1001,
) -> Iterator[Json]:
    """`count` orders as the API shows them with six decimals, changed within `span` before `until`,
    oldest first.

    Refunded ones bring their refunds as `_refunds`, which a fake shop takes out again.
    """
    chance = Random(seed)
    for number in range(count):
        modified = until - span * (count - 1 - number) / max(count, 1)
        yield _order(chance, first_id + number * 3, modified.astimezone(UTC).replace(microsecond=0))


def _order(chance: Random, number: int, modified: datetime) -> Json:
    placed = modified - timedelta(minutes=chance.randint(1, 3000))
    lines = [
        _line(chance, number * 100 + index)
        for index in range(chance.choice((1, 1, 1, 2, 2, 3, 4, 7, 12)))
    ]
    coupon = chance.random() < 0.2
    if coupon:
        for line in lines:
            line["total"] = _money(Decimal(line["subtotal"]) * Decimal("0.9"))
    fees: list[Json] = (
        [{"id": number * 100 + 90, "name": "Gift wrap & ribbon", "total": "4.000000"}]
        if chance.random() < 0.1
        else []
    )
    shipping = chance.choice(("0.000000", "5.990000", "12.500000"))
    status = chance.choice(_STATUSES)
    refunds = _refunds(chance, number, lines) if status != "trash" and chance.random() < 0.1 else []
    method, title = chance.choice(_PAYMENTS)
    billing = invent_address(chance)
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "USD",
        "version": "10.9.4",
        "parent_id": 0,
        "customer_id": 0,
        **_show_times(status, placed, modified),
        **_show_totals(lines, fees, shipping),
        "customer_note": chance.choice(_NOTES),
        "billing": {**billing, "email": f"buyer{number}@example.com"},
        "shipping": invent_address(chance) if chance.random() < 0.3 else dict.fromkeys(billing, ""),
        "payment_method": method,
        "payment_method_title": title,
        "meta_data": _choose_gift(chance),
        "line_items": lines,
        "shipping_lines": [
            {
                "id": number * 100 + 80,
                "method_title": chance.choice(_METHODS),
                "method_id": "flat_rate",
                "total": shipping,
            }
        ],
        "fee_lines": fees,
        "coupon_lines": [{"id": number * 100 + 95, "code": "save10", "discount": "0"}]
        if coupon
        else [],
        "refunds": [
            {"id": refund["id"], "reason": "Damaged", "total": f"-{refund['amount']}"}
            for refund in refunds
        ],
        "_refunds": refunds,
    }


def _show_times(status: str, placed: datetime, modified: datetime) -> Json:
    return {
        "date_created_gmt": _stamp(placed),
        "date_modified_gmt": _stamp(modified),
        "date_paid_gmt": _stamp(placed) if status not in {"pending", "failed"} else None,
        "date_completed_gmt": _stamp(modified) if status == "completed" else None,
    }


def _show_totals(lines: list[Json], fees: list[Json], shipping: str) -> Json:
    full = sum((Decimal(line["subtotal"]) for line in lines), Decimal(0))
    goods = sum((Decimal(line["total"]) for line in lines), Decimal(0))
    extra = sum((Decimal(fee["total"]) for fee in fees), Decimal(0))
    return {
        "discount_total": _money(full - goods),
        "shipping_total": shipping,
        "total": _money(goods + extra + Decimal(shipping)),
        "total_tax": "0.000000",
    }


def _choose_gift(chance: Random) -> list[Json]:
    """What one order in ten says of being a present."""
    if chance.random() >= 0.1:
        return []
    return [
        {"id": 1, "key": _GIFT, "value": "1"},
        {"id": 2, "key": _GIFT_MESSAGE, "value": "Happy birthday! 🎂"},
    ]


def _line(chance: Random, number: int) -> Json:
    quantity = chance.choice((1, 1, 1, 2, 3, 5, 12))
    if chance.random() < 0.25:
        variation = chance.choice(list(SHIRTS))
        sku, size, colour, _ = SHIRTS[variation]
        product, name, price = SHIRT, f"Crew Shirt - {size}, {colour}", "21.00"
        options = [
            ("size", "Size", size),
            ("colour", "Colour", colour.replace("&", "&amp;")),
            ("_reduced_stock", "_reduced_stock", "1"),
        ]
    else:
        product, sku, name, price, _, _ = chance.choice(GOODS)
        variation = 0
        options = [("Engraving", "Engraving", 'Für Ünï & "Co" 😀')] if chance.random() < 0.1 else []
    total = _money(Decimal(price) * quantity)
    return {
        "id": number,
        "name": name,
        "product_id": product,
        "variation_id": variation,
        "quantity": quantity,
        "sku": sku,
        "subtotal": total,
        "total": total,
        "total_tax": "0.000000",
        "price": float(price),
        "image": {"id": "", "src": ""},
        "meta_data": [
            {"id": index, "key": key, "value": value, "display_key": shown, "display_value": value}
            for index, (key, shown, value) in enumerate(options)
        ],
    }


def _refunds(chance: Random, number: int, lines: list[Json]) -> list[Json]:
    """One refund of one piece of one line."""
    line = chance.choice(lines)
    back = _money(Decimal(line["total"]) / line["quantity"])
    taken = {
        "id": number * 100 + 70,
        "quantity": -1,
        "total": f"-{back}",
        "total_tax": "0.000000",
        "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(line["id"])}],
    }
    return [
        {
            "id": number + 1,
            "parent_id": number,
            "amount": back,
            "line_items": [taken],
            "shipping_lines": [],
            "fee_lines": [],
        }
    ]


def _money(value: Decimal) -> str:
    return f"{value:.6f}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
