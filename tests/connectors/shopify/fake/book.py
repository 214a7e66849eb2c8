"""What a fake Shopify knows of orders besides the plain book: fulfillment orders, and each order in Shopify's REST shape."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.orders import Address, OrderStatus
from connectors.testing.book import BookLine, BookOrder, OrderBook

MAIN_LOCATION = 655441491
SHIPPABLE = ("create_fulfillment", "move", "hold")


class Refusal(Exception):  # noqa: N818 - an answer of the shop
    """The shop says no: `status` and its words, as a text, a list or a map."""

    def __init__(self, status: int, errors: Any, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(errors))
        self.status = status
        self.errors = errors
        self.headers = headers or {}


@dataclass(kw_only=True)
class FakeFulfillmentLine:
    """A share of an order's line; `left` has not been shipped."""

    id: int
    line: BookLine
    quantity: int
    left: int


@dataclass(kw_only=True)
class FakeFulfillmentOrder:
    """What one location has to ship. `kind` decides which scope sees it: merchant_managed, third_party, assigned."""

    id: int
    location: int
    lines: list[FakeFulfillmentLine]
    kind: str = "merchant_managed"
    status: str = "open"
    request_status: str = "unsubmitted"
    actions: tuple[str, ...] = SHIPPABLE
    holds: list[dict[str, str]] = field(default_factory=list)
    fulfill_at: str | None = None

    @property
    def left(self) -> int:
        """Units not yet shipped."""
        return sum(line.left for line in self.lines)


class Shelves:
    """The fulfillment orders of all orders, made when first asked for, as Shopify's background job makes them."""

    def __init__(self, book: OrderBook) -> None:
        self._book = book
        self._ids = itertools.count(7_000_001)
        self._made: dict[str, list[FakeFulfillmentOrder]] = {}

    def of(self, order: BookOrder) -> list[FakeFulfillmentOrder]:
        """The fulfillment orders of an order, closed where the order is over."""
        made = self._made.get(order.id)
        if made is None:
            made = self._made[order.id] = [
                self._make(order, MAIN_LOCATION, [(line, line.quantity) for line in order.lines if line.shippable])
            ]
        for one in made:
            if order.status is OrderStatus.CANCELLED or (order.status is OrderStatus.SHIPPED and not order.parcels):
                for line in one.lines:
                    line.left = 0
            if order.status is OrderStatus.ON_HOLD and one.status == "open":
                hold(one, "awaiting_payment")
            if one.left == 0:
                one.status, one.actions = "closed", ()
        return made

    def split(self, order: BookOrder, *shares: tuple[int, dict[str, int]]) -> list[FakeFulfillmentOrder]:
        """Spread an order over locations: (location, units by SKU) for each."""
        by_sku = {line.sku: line for line in order.lines}
        self._made[order.id] = [
            self._make(order, location, [(by_sku[sku], units) for sku, units in units_by_sku.items()]) for location, units_by_sku in shares
        ]
        return self._made[order.id]

    def find(self, number: int) -> tuple[BookOrder, FakeFulfillmentOrder] | None:
        """A fulfillment order by its id."""
        for order in self._book:
            for one in self.of(order):
                if one.id == number:
                    return order, one
        return None

    def _make(self, order: BookOrder, location: int, shares: list[tuple[BookLine, int]]) -> FakeFulfillmentOrder:
        taken: dict[str, int] = {}
        for parcel in order.parcels:
            for line_id, units in parcel.quantities.items():
                taken[line_id] = taken.get(line_id, 0) + units
        lines = [
            FakeFulfillmentLine(id=next(self._ids), line=line, quantity=units, left=max(units - line.refunded - taken.get(line.id, 0), 0))
            for line, units in shares
        ]
        return FakeFulfillmentOrder(id=next(self._ids), location=location, lines=lines)


def hold(one: FakeFulfillmentOrder, reason: str, notes: str = "") -> None:
    """Put a fulfillment order on hold."""
    one.status, one.actions = "on_hold", ("release_hold",)
    one.holds = [{"reason": reason, "reason_notes": notes}]


def schedule(one: FakeFulfillmentOrder, day: str) -> None:
    """Put a fulfillment order off to a day."""
    one.status, one.actions, one.fulfill_at = "scheduled", ("mark_as_open",), f"{day}T00:00:00Z"


def reopen(one: FakeFulfillmentOrder) -> None:
    """Make it shippable again."""
    one.status, one.actions, one.holds, one.fulfill_at = "open", SHIPPABLE, [], None


def shown(moment: datetime) -> str:
    """A time as Shopify writes it, with the shop's offset, here five hours behind UTC."""
    return (moment - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S") + "-05:00"


def money(amount: Decimal | str, order: BookOrder) -> dict[str, Any]:
    """Both sides of an amount; `extra["rate"]` makes the buyer's currency another one."""
    text = str(amount)
    shop = order.extra.get("currency", "USD")
    rate = order.extra.get("rate")
    buyers = text if rate is None or text == "abc" else str((Decimal(text) * Decimal(str(rate))).quantize(Decimal("0.01")))
    return {
        "shop_money": {"amount": text, "currency_code": shop},
        "presentment_money": {"amount": buyers, "currency_code": order.extra.get("presentment_currency", shop)},
    }


def show_order(order: BookOrder, *, withheld: bool = False) -> dict[str, Any]:
    """An order as REST shows it. `extra["json"]` is laid over it, e.g. a recorded order; `withheld` leaves out who bought."""
    total = order.total
    refunded = sum((line.unit_price * line.refunded for line in order.lines), Decimal(0))
    cancelled = order.status is OrderStatus.CANCELLED
    tip = Decimal(str(order.extra.get("tip", "0.00")))
    shown_order: dict[str, Any] = {
        "id": int(order.id),
        "admin_graphql_api_id": f"gid://shopify/Order/{order.id}",
        "name": f"#{order.number}",
        "order_number": int(order.number),
        "created_at": shown(order.placed_at),
        "processed_at": shown(order.placed_at),
        "updated_at": shown(order.modified_at),
        "cancelled_at": shown(order.modified_at) if cancelled else None,
        "closed_at": None,
        "financial_status": order.word or _payment(order),
        "fulfillment_status": _fulfillment_status(order),
        "test": False,
        "confirmed": True,
        "taxes_included": False,
        "currency": order.extra.get("currency", "USD"),
        "presentment_currency": order.extra.get("presentment_currency", order.extra.get("currency", "USD")),
        "email": order.email,
        "contact_email": order.email,
        "phone": None,
        "customer": {"id": 207119551, "email": order.email, "first_name": "Ada", "last_name": "Müller", "phone": None},
        "billing_address": show_address(order.ship_to),
        "shipping_address": show_address(order.ship_to),
        "line_items": [show_line(order, line) for line in order.lines],
        "shipping_lines": [
            {"id": 1, "title": "Standard", "code": "standard", "price": "5.00", "price_set": money("5.00", order), "tax_lines": []}
            | {"discounted_price": "5.00", "discounted_price_set": money("5.00", order), "is_removed": False, "delivery_category": None}
        ],
        "refunds": [],
        "discount_codes": [],
        "note": None,
        "note_attributes": [],
        "tags": "",
        "source_name": "web",
        "payment_gateway_names": ["shopify_payments"],
        "po_number": None,
        "confirmation_number": None,
        "total_tip_received": str(tip),
        **_totals(order, total + tip + 5, Decimal("0.00") if cancelled else total - refunded + tip + 5),
    }
    shown_order |= order.extra.get("json", {})
    if withheld:
        shown_order |= dict.fromkeys(("email", "contact_email", "phone", "customer", "billing_address", "shipping_address"))
    return shown_order


def _totals(order: BookOrder, placed: Decimal, current: Decimal) -> dict[str, Any]:
    amounts = {"total_price": placed, "current_total_price": current, "total_tax": Decimal("0.00"), "current_total_tax": Decimal("0.00")}
    sets = {f"{name}_set": money(amount, order) for name, amount in amounts.items()}
    return {name: str(amount) for name, amount in amounts.items()} | sets | {"current_shipping_price_set": money("5.00", order)}


def _payment(order: BookOrder) -> str:
    words = {OrderStatus.UNPAID: "pending", OrderStatus.CANCELLED: "refunded"}
    return words.get(order.status, "paid")


def _fulfillment_status(order: BookOrder) -> str | None:
    if order.status is OrderStatus.SHIPPED:
        return "fulfilled"
    return "partial" if order.parcels else None


def show_line(order: BookOrder, line: BookLine) -> dict[str, Any]:
    """A line as REST shows it; `extra["lines"]` by SKU is laid over it."""
    price = "abc" if order.spoiled else str(line.unit_price)
    sent = sum(parcel.quantities.get(line.id, 0) for parcel in order.parcels)
    over = order.status in (OrderStatus.SHIPPED, OrderStatus.CANCELLED)
    current = 0 if order.status is OrderStatus.CANCELLED else line.quantity - line.refunded
    result: dict[str, Any] = {
        "id": int(line.id),
        "variant_id": 8_000_000 + int(line.id),
        "product_id": 9_000_000 + int(line.id),
        "title": line.name,
        "variant_title": None,
        "name": line.name,
        "sku": line.sku,
        "quantity": line.quantity,
        "current_quantity": current,
        "fulfillable_quantity": 0 if over else max(current - sent, 0),
        "grams": int(line.weight),
        "price": price,
        "price_set": money(price, order),
        "requires_shipping": line.shippable,
        "gift_card": False,
        "total_discount": "0.00",
        "discount_allocations": [],
        "tax_lines": [],
        "properties": [],
    }
    result |= order.extra.get("lines", {}).get(line.sku, {})
    return result


def show_address(address: Address) -> dict[str, Any]:
    """An address as REST shows it."""
    first, _, last = address.name.partition(" ")
    return {
        "first_name": first,
        "last_name": last,
        "name": address.name,
        "company": address.company or None,
        "address1": address.line1,
        "address2": address.line2 or None,
        "city": address.city,
        "province": None,
        "province_code": address.region or None,
        "zip": address.postal_code,
        "country": None,
        "country_code": address.country,
        "phone": address.phone or None,
    }
