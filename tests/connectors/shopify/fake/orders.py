"""The orders of a fake Shopify, and what is shipped of them, as REST shows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connectors.orders import Address, OrderStatus
from connectors.testing.book import BookLine, BookOrder, BookParcel
from tests.connectors.shopify.fake.fulfillment_orders import FakeFulfillmentOrder

if TYPE_CHECKING:
    from tests.connectors.shopify.fake.shop import FakeShopify


def _show_moment(moment: datetime) -> str:
    """A time as Shopify writes it, with the shop's offset, here five hours behind UTC."""
    return (moment - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S") + "-05:00"


def money(amount: Decimal | str, order: BookOrder) -> dict[str, Any]:
    """Both sides of an amount; `extra["rate"]` makes the buyer's currency another one."""
    text = str(amount)
    shop = order.extra.get("currency", "USD")
    rate = order.extra.get("rate")
    buyers = (
        text
        if rate is None or text == "abc"
        else str((Decimal(text) * Decimal(str(rate))).quantize(Decimal("0.01")))
    )
    return {
        "shop_money": {"amount": text, "currency_code": shop},
        "presentment_money": {
            "amount": buyers,
            "currency_code": order.extra.get("presentment_currency", shop),
        },
    }


def show_order(order: BookOrder, *, withheld: bool = False) -> dict[str, Any]:
    """An order as REST shows it.

    `extra["json"]` is laid over it, e.g. a recorded order; `withheld` leaves out who bought.
    """
    total = order.total
    refunded = sum((line.unit_price * line.refunded for line in order.lines), Decimal(0))
    cancelled = order.status is OrderStatus.CANCELLED
    tip = Decimal(str(order.extra.get("tip", "0.00")))
    shown_order: dict[str, Any] = {
        "id": int(order.id),
        "admin_graphql_api_id": f"gid://shopify/Order/{order.id}",
        "name": f"#{order.number}",
        "order_number": int(order.number),
        "created_at": _show_moment(order.placed_at),
        "processed_at": _show_moment(order.placed_at),
        "updated_at": _show_moment(order.modified_at),
        "cancelled_at": _show_moment(order.modified_at) if cancelled else None,
        "closed_at": None,
        "financial_status": order.word or _payment(order),
        "fulfillment_status": _fulfillment_status(order),
        "test": False,
        "confirmed": True,
        "taxes_included": False,
        "currency": order.extra.get("currency", "USD"),
        "presentment_currency": order.extra.get(
            "presentment_currency", order.extra.get("currency", "USD")
        ),
        **_show_buyer(order),
        "line_items": [show_line(order, line) for line in order.lines],
        "shipping_lines": [_show_shipping_line(order)],
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
        **_totals(
            order, total + tip + 5, Decimal("0.00") if cancelled else total - refunded + tip + 5
        ),
    }
    shown_order |= order.extra.get("json", {})
    if withheld:
        shown_order |= dict.fromkeys(
            ("email", "contact_email", "phone", "customer", "billing_address", "shipping_address")
        )
    return shown_order


def _show_buyer(order: BookOrder) -> dict[str, Any]:
    return {
        "email": order.email,
        "contact_email": order.email,
        "phone": None,
        "customer": {
            "id": 207119551,
            "email": order.email,
            "first_name": "Ada",
            "last_name": "Müller",
            "phone": None,
        },
        "billing_address": show_address(order.ship_to),
        "shipping_address": show_address(order.ship_to),
    }


def _show_shipping_line(order: BookOrder) -> dict[str, Any]:
    return {
        "id": 1,
        "title": "Standard",
        "code": "standard",
        "price": "5.00",
        "price_set": money("5.00", order),
        "tax_lines": [],
        "discounted_price": "5.00",
        "discounted_price_set": money("5.00", order),
        "is_removed": False,
        "delivery_category": None,
    }


def _totals(order: BookOrder, placed: Decimal, current: Decimal) -> dict[str, Any]:
    amounts = {
        "total_price": placed,
        "current_total_price": current,
        "total_tax": Decimal("0.00"),
        "current_total_tax": Decimal("0.00"),
    }
    sets = {f"{name}_set": money(amount, order) for name, amount in amounts.items()}
    return (
        {name: str(amount) for name, amount in amounts.items()}
        | sets
        | {"current_shipping_price_set": money("5.00", order)}
    )


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


def show_fulfillment_order(order: BookOrder, one: FakeFulfillmentOrder) -> dict[str, Any]:
    """A fulfillment order as REST shows it."""
    return {
        "id": one.id,
        "order_id": int(order.id),
        "assigned_location_id": one.location,
        "status": one.status,
        "request_status": one.request_status,
        "supported_actions": list(one.actions),
        "fulfill_at": one.fulfill_at,
        "fulfillment_holds": one.holds,
        "delivery_method": {"id": 1, "method_type": one.method},
        "destination": None
        if one.method == "pick_up"
        else show_address(one.destination or order.ship_to),
        "line_items": [
            {
                "id": line.id,
                "line_item_id": int(line.line.id),
                "quantity": line.quantity,
                "fulfillable_quantity": line.left,
            }
            for line in one.lines
        ],
    }


def show_fulfillment(shop: FakeShopify, order: BookOrder, parcel: BookParcel) -> dict[str, Any]:
    """A parcel as REST shows it."""
    numbers = [parcel.tracking_number] if parcel.tracking_number else []
    numbers += shop.further_numbers.get(parcel.id, [])
    return {
        "id": int(parcel.id),
        "order_id": int(order.id),
        "status": order.extra.get("parcel_status", {}).get(parcel.id, "success"),
        "created_at": _show_moment(shop.clock()),
        "location_id": shop.locations.get(parcel.id),
        "tracking_company": parcel.carrier or None,
        "tracking_number": parcel.tracking_number or None,
        "tracking_numbers": numbers,
        "tracking_urls": [f"https://track.example/{number}" for number in numbers],
        "line_items": [
            {"id": int(line), "quantity": units} for line, units in parcel.quantities.items()
        ],
    }
