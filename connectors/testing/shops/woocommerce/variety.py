"""An order book in which no two orders are alike: the same for the same seed. All people in it are invented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

Json = dict[str, Any]

_PEOPLE = (
    *(("Ada", "Müller"), ("José", "García Ñuñez"), ("Siân", "O'Brien"), ("李", "小龍"), ("Zoë", "van der Berg"), ("Þóra", "Jónsdóttir")),
    *(
        ("Amir", "حسین"),
        ("Ines", "São João"),
        ("Bob", "Smith"),
        ("Анна", "Иванова"),
        ("", "Cher"),
        ("Emoji 😀", "User"),
        ("Jan & Eva", "Novák"),
    ),
)
_PLACES = (
    *(
        ("1 Harbour Road", "Portland", "OR", "97201", "US"),
        ("Rosenweg 7", "Köln", "", "50667", "DE"),
        ("12 Rue de l'Église", "Lyon", "", "69001", "FR"),
    ),
    *(
        ("5 Baker St", "London", "", "NW1 6XE", "GB"),
        ("神南1-2-3", "渋谷区", "JP13", "150-0041", "JP"),
        ("77 Bay St", "Toronto", "ON", "M5J 2S1", "CA"),
    ),
    *(
        ("9 Rodeo Dr", "Austin", "TX", "73301", "US"),
        ("Calle Mayor 3", "Madrid", "M", "28013", "ES"),
        ("2 George St", "Sydney", "NSW", "2000", "AU"),
    ),
)
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
_PAYMENTS = (("stripe", "Credit Card (Stripe)"), ("paypal", "PayPal"), ("bacs", "Direct bank transfer"), ("cod", "Cash on delivery"))
_STATUSES = ("processing",) * 11 + ("completed",) * 4 + ("on-hold",) * 2 + ("pending", "cancelled", "refunded", "failed", "trash")
_GIFT = "_wc_other/woocommerce_shipstation/shipstation_is_gift"
_GIFT_MESSAGE = "_wc_other/woocommerce_shipstation/shipstation_gift_message"
_Product = tuple[int, str, str, str, str, bool]
# id, SKU, name, price, weight in grams, virtual
_GOODS: tuple[_Product, ...] = (
    (101, "MUG-001", "Enamel Mug", "14.50", "385", False),
    (102, "CAN-100", "Candle, “Forêt”", "5.50", "136", False),
    (103, "SOA-101", "Soap Bar", "8.75", "204", False),
    (104, "TEA-102", "Tea Towel & Cloth", "12.00", "272", False),
    (105, "STK-10", "Sticker Pack", "3.00", "", False),
    (106, "BEAD-001", "Bead", "0.0433", "0.9", False),
    (107, "茶-1", "お茶セット", "22.00", "499", False),
    (108, "SVC-WRAP", "Gift wrapping", "4.00", "", True),
    (109, "COURSE-1", "Online course", "49.00", "", True),
)
_SHIRT = 120
_SHIRTS = MappingProxyType(
    {121: ("SHIRT-S-BL", "S", "Blue", "181"), 122: ("SHIRT-M-BL", "M", "Blue", ""), 123: ("SHIRT-XL-GW", "XL", "Green & White", "227")}
)


def products() -> list[Json]:
    """The products of the book as the API shows them."""
    shirt = _product(_SHIRT, "SHIRT", "Crew Shirt", "21.00", "200", virtual=False)
    return [shirt, *(_product(number, sku, name, price, weight, virtual=virtual) for number, sku, name, price, weight, virtual in _GOODS)]


def variations_by_product() -> dict[int, list[Json]]:
    """Their variations."""
    return {_SHIRT: [_product(number, sku, size, "21.00", weight, virtual=False) for number, (sku, size, _, weight) in _SHIRTS.items()]}


def varied_orders(seed: int, count: int, *, until: datetime, span: timedelta = timedelta(days=7), first_id: int = 1001) -> Iterator[Json]:
    """`count` orders as the API shows them with six decimals, changed within `span` before `until`, oldest first.

    Refunded ones bring their refunds as `_refunds`, which a fake shop takes out again.
    """
    chance = Random(seed)
    for number in range(count):
        modified = until - span * (count - 1 - number) / max(count, 1)
        yield _order(chance, first_id + number * 3, modified.astimezone(UTC).replace(microsecond=0))


def _order(chance: Random, number: int, modified: datetime) -> Json:
    placed = modified - timedelta(minutes=chance.randint(1, 3000))
    lines = [_line(chance, number * 100 + index) for index in range(chance.choice((1, 1, 1, 2, 2, 3, 4, 7, 12)))]
    coupon = chance.random() < 0.2
    if coupon:
        for line in lines:
            line["total"] = _money(Decimal(line["subtotal"]) * Decimal("0.9"))
    fees: list[Json] = [{"id": number * 100 + 90, "name": "Gift wrap & ribbon", "total": "4.000000"}] if chance.random() < 0.1 else []
    shipping = chance.choice(("0.000000", "5.990000", "12.500000"))
    status = chance.choice(_STATUSES)
    refunds = _refunds(chance, number, lines) if status != "trash" and chance.random() < 0.1 else []
    sold = sum((Decimal(line["total"]) for line in lines), Decimal(0)) + sum((Decimal(fee["total"]) for fee in fees), Decimal(0))
    full = sum((Decimal(line["subtotal"]) for line in lines), Decimal(0))
    method, title = chance.choice(_PAYMENTS)
    billing = _address(chance)
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "USD",
        "version": "10.9.4",
        "parent_id": 0,
        "customer_id": 0,
        "date_created_gmt": _stamp(placed),
        "date_modified_gmt": _stamp(modified),
        "date_paid_gmt": _stamp(placed) if status not in {"pending", "failed"} else None,
        "date_completed_gmt": _stamp(modified) if status == "completed" else None,
        "discount_total": _money(full - sum((Decimal(line["total"]) for line in lines), Decimal(0))),
        "shipping_total": shipping,
        "total": _money(sold + Decimal(shipping)),
        "total_tax": "0.000000",
        "customer_note": chance.choice(_NOTES),
        "billing": {**billing, "email": f"buyer{number}@example.com"},
        "shipping": _address(chance) if chance.random() < 0.3 else dict.fromkeys(billing, ""),
        "payment_method": method,
        "payment_method_title": title,
        "meta_data": [{"id": 1, "key": _GIFT, "value": "1"}, {"id": 2, "key": _GIFT_MESSAGE, "value": "Happy birthday! 🎂"}]
        if chance.random() < 0.1
        else [],
        "line_items": lines,
        "shipping_lines": [{"id": number * 100 + 80, "method_title": chance.choice(_METHODS), "method_id": "flat_rate", "total": shipping}],
        "fee_lines": fees,
        "coupon_lines": [{"id": number * 100 + 95, "code": "save10", "discount": "0"}] if coupon else [],
        "refunds": [{"id": refund["id"], "reason": "Damaged", "total": f"-{refund['amount']}"} for refund in refunds],
        "_refunds": refunds,
    }


def _line(chance: Random, number: int) -> Json:
    quantity = chance.choice((1, 1, 1, 2, 3, 5, 12))
    if chance.random() < 0.25:
        variation = chance.choice(list(_SHIRTS))
        sku, size, colour, _ = _SHIRTS[variation]
        product, name, price = _SHIRT, f"Crew Shirt - {size}, {colour}", "21.00"
        options = [("size", "Size", size), ("colour", "Colour", colour.replace("&", "&amp;")), ("_reduced_stock", "_reduced_stock", "1")]
    else:
        product, sku, name, price, _, _ = chance.choice(_GOODS)
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
    return [{"id": number + 1, "parent_id": number, "amount": back, "line_items": [taken], "shipping_lines": [], "fee_lines": []}]


def _product(number: int, sku: str, name: str, price: str, weight: str, *, virtual: bool) -> Json:
    return {
        "id": number,
        "name": name,
        "sku": sku,
        "status": "publish",
        "virtual": virtual,
        "weight": weight,
        "price": price,
        "dimensions": {"length": "", "width": "", "height": ""},
        "images": [],
        "global_unique_id": "",
        "meta_data": [],
    }


def _address(chance: Random) -> Json:
    first, last = chance.choice(_PEOPLE)
    street, city, region, code, country = chance.choice(_PLACES)
    return {
        "first_name": first,
        "last_name": last,
        "company": chance.choice(("", "", "Müller & Sons")),
        "address_1": street,
        "address_2": "",
        "city": city,
        "state": region,
        "postcode": code,
        "country": country,
        "phone": chance.choice(("", "+1 503 555 0100")),
    }


def _money(value: Decimal) -> str:
    return f"{value:.6f}"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
