"""What the fake Shopify's GraphQL side shows: REST's shapes under GraphQL's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.testing.book import BookOrder
from tests.connectors.shopify.fake.fulfillment_orders import FakeFulfillmentOrder
from tests.connectors.shopify.fake.orders import show_fulfillment, show_fulfillment_order
from tests.connectors.shopify.fake.query_language import Connection

if TYPE_CHECKING:
    from tests.connectors.shopify.fake.shop import FakeShopify

_STATES = {
    None: "UNFULFILLED",
    "partial": "PARTIALLY_FULFILLED",
    "fulfilled": "FULFILLED",
    "restocked": "RESTOCKED",
}


def tail(gid: str) -> int:
    """The number at the end of a global id."""
    return int(gid.rpartition("/")[2])


def gid(kind: str, number: Any) -> str:
    """The global id of a thing."""
    return f"gid://shopify/{kind}/{number}"


def _bag(bag: dict[str, Any] | None) -> dict[str, Any] | None:
    if bag is None:
        return None
    return {
        f"{side}Money": {
            "amount": bag[f"{side}_money"]["amount"],
            "currencyCode": bag[f"{side}_money"]["currency_code"],
        }
        for side in ("shop", "presentment")
    }


def _taxes(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"rate": tax.get("rate"), "priceSet": _bag(tax.get("price_set"))} for tax in lines]


def _address(address: dict[str, Any] | None) -> dict[str, Any] | None:
    if address is None:
        return None
    names = {
        "first_name": "firstName",
        "last_name": "lastName",
        "province_code": "provinceCode",
        "country_code": "countryCodeV2",
    }
    blank = dict.fromkeys(
        (
            "firstName",
            "lastName",
            "name",
            "company",
            "address1",
            "address2",
            "city",
            "province",
            "provinceCode",
        )
    )
    blank |= dict.fromkeys(("zip", "country", "countryCodeV2", "phone"))
    return blank | {names.get(name, name): value for name, value in address.items()}


def _customer(shop: FakeShopify, person: dict[str, Any] | None) -> dict[str, Any] | None:
    if person is None or "read_customers" not in shop.scopes:
        return None
    return {
        "id": gid("Customer", person["id"]),
        "firstName": person.get("first_name"),
        "lastName": person.get("last_name"),
        "defaultEmailAddress": {"emailAddress": person["email"]} if person.get("email") else None,
        "defaultPhoneNumber": {"phoneNumber": person["phone"]} if person.get("phone") else None,
    }


def _attributes(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"key": pair["name"], "value": pair["value"]} for pair in pairs]


def _display_status(shop: FakeShopify, order: BookOrder, status: str | None) -> str:
    """On hold or scheduled if all that is left is."""
    states = {one.status for one in shop.shelves.of(order) if one.left}
    return states.pop().upper() if states in ({"on_hold"}, {"scheduled"}) else _STATES[status]


def show_order_node(shop: FakeShopify, order: BookOrder) -> dict[str, Any]:
    """An order under GraphQL's names."""
    shown = shop.show(order)
    tip = shown.get("total_tip_received_set") or _tip(shown)
    return {
        "__typename": "Order",
        "id": gid("Order", shown["id"]),
        "name": shown["name"],
        "createdAt": shown["created_at"],
        "updatedAt": shown["updated_at"],
        "processedAt": shown["processed_at"],
        "cancelledAt": shown["cancelled_at"],
        "displayFinancialStatus": (shown["financial_status"] or "").upper(),
        "displayFulfillmentStatus": _display_status(shop, order, shown["fulfillment_status"]),
        "test": shown["test"],
        "taxesIncluded": shown["taxes_included"],
        "currencyCode": shown["currency"],
        "presentmentCurrencyCode": shown["presentment_currency"],
        "confirmationNumber": shown["confirmation_number"],
        "poNumber": shown["po_number"],
        "sourceName": shown["source_name"],
        "email": shown["email"],
        "phone": shown["phone"],
        "note": shown["note"],
        "tags": [tag.strip() for tag in shown["tags"].split(",") if tag.strip()],
        "paymentGatewayNames": shown["payment_gateway_names"],
        "discountCodes": [code["code"] for code in shown["discount_codes"]],
        "customAttributes": _attributes(shown["note_attributes"]),
        "customer": _customer(shop, shown["customer"]),
        "billingAddress": _address(shown["billing_address"]),
        "shippingAddress": _address(shown["shipping_address"]),
        "totalPriceSet": _bag(shown["total_price_set"]),
        "currentTotalPriceSet": _bag(shown["current_total_price_set"]),
        "totalTaxSet": _bag(shown["total_tax_set"]),
        "currentTotalTaxSet": _bag(shown["current_total_tax_set"]),
        "currentShippingPriceSet": _bag(shown["current_shipping_price_set"]),
        "currentTotalDutiesSet": _bag(shown.get("current_total_duties_set")),
        "currentTotalAdditionalFeesSet": _bag(shown.get("current_total_additional_fees_set")),
        "totalTipReceivedSet": _bag(tip),
        "totalCashRoundingAdjustment": {
            "paymentSet": _bag(shown.get("total_cash_rounding_payment_adjustment_set"))
        },
        "lineItems": Connection([_line(line) for line in shown["line_items"]]),
        "shippingLines": Connection([_shipping_line(line) for line in shown["shipping_lines"]]),
        "fulfillmentOrders": lambda **_: Connection(
            [
                show_fulfillment_order_node(order, one)
                for one in shop.visible_fulfillment_orders(order)
            ]
        ),
        "fulfillments": lambda first=50, **_: [
            show_fulfillment_node(shop, order, parcel) for parcel in order.parcels
        ][:first],
    }


def _tip(shown: dict[str, Any]) -> dict[str, Any]:
    """The tip on both sides, by the order's own rate."""
    tip, total = float(shown["total_tip_received"] or 0), shown["total_price_set"]
    shop, buyer = (
        float(total["shop_money"]["amount"] or 0),
        float(total["presentment_money"]["amount"] or 0),
    )
    return {
        "shop_money": {"amount": f"{tip:.2f}", "currency_code": shown["currency"]},
        "presentment_money": {
            "amount": f"{tip * buyer / shop if shop else tip:.2f}",
            "currency_code": shown["presentment_currency"],
        },
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": gid("LineItem", line["id"]),
        "title": line["title"],
        "variantTitle": line["variant_title"],
        "name": line["name"],
        "sku": line["sku"],
        "quantity": line["quantity"],
        "currentQuantity": line["current_quantity"],
        "unfulfilledQuantity": line["fulfillable_quantity"],
        "requiresShipping": line["requires_shipping"],
        "variant": {"id": gid("ProductVariant", line["variant_id"])}
        if line["variant_id"]
        else None,
        "originalUnitPriceSet": _bag(line["price_set"]),
        "taxLines": _taxes(line["tax_lines"]),
        "discountAllocations": [
            {"allocatedAmountSet": _bag(one["amount_set"])} for one in line["discount_allocations"]
        ],
        "customAttributes": _attributes(line["properties"]),
    }


def _shipping_line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": line["title"],
        "code": line["code"],
        "isRemoved": line.get("is_removed", False),
        "deliveryCategory": line.get("delivery_category"),
        "originalPriceSet": _bag(line["price_set"]),
        "discountedPriceSet": _bag(line["discounted_price_set"]),
        "taxLines": _taxes(line["tax_lines"]),
    }


def _destination(address: dict[str, Any] | None) -> dict[str, Any] | None:
    if address is None:
        return None
    shown = _address(address) or {}
    return {**shown, "countryCode": shown["countryCodeV2"], "email": None}


def show_fulfillment_order_node(order: BookOrder, one: FakeFulfillmentOrder) -> dict[str, Any]:
    """A fulfillment order under GraphQL's names."""
    shown = show_fulfillment_order(order, one)
    return {
        "__typename": "FulfillmentOrder",
        "id": gid("FulfillmentOrder", one.id),
        "status": one.status.upper(),
        "requestStatus": one.request_status.upper(),
        "fulfillAt": one.fulfill_at,
        "order": {"id": gid("Order", order.id)},
        "supportedActions": [{"action": action.upper()} for action in one.actions],
        "fulfillmentHolds": [
            {"reason": hold["reason"].upper(), "reasonNotes": hold["reason_notes"]}
            for hold in one.holds
        ],
        "deliveryMethod": {"methodType": one.method.upper()},
        "destination": _destination(shown["destination"]),
        "assignedLocation": {"location": {"id": gid("Location", one.location)}},
        "lineItems": Connection(
            [
                {
                    "id": gid("FulfillmentOrderLineItem", line["id"]),
                    "totalQuantity": line["quantity"],
                    "remainingQuantity": line["fulfillable_quantity"],
                    "lineItem": {"id": gid("LineItem", line["line_item_id"])},
                }
                for line in shown["line_items"]
            ]
        ),
    }


def show_fulfillment_node(shop: FakeShopify, order: BookOrder, parcel: Any) -> dict[str, Any]:
    """A parcel under GraphQL's names."""
    shown = show_fulfillment(shop, order, parcel)
    return {
        "id": gid("Fulfillment", parcel.id),
        "status": shown["status"].upper(),
        "location": {"id": gid("Location", shown["location_id"])} if shown["location_id"] else None,
        "trackingInfo": [
            {"company": shown["tracking_company"], "number": number, "url": url}
            for number, url in zip(shown["tracking_numbers"], shown["tracking_urls"], strict=True)
        ],
        "fulfillmentLineItems": Connection(
            [
                {"quantity": line["quantity"], "lineItem": {"id": gid("LineItem", line["id"])}}
                for line in shown["line_items"]
            ]
        ),
    }
