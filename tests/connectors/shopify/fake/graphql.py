"""The fake Shopify's GraphQL side: the same orders as REST shows, under GraphQL's names, for what
they cost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from connectors.testing.book import BookOrder
from tests.connectors.shopify.fake import rest as shopify_rest
from tests.connectors.shopify.fake.fulfillment_orders import reopen
from tests.connectors.shopify.fake.nodes import (
    show_fulfillment_node,
    show_fulfillment_order_node,
    show_order_node,
    tail,
)
from tests.connectors.shopify.fake.query_language import Connection, Document, LanguageError, Run
from tests.connectors.shopify.fake.refusal import Refusal
from tests.connectors.shopify.fake.related import show_customer, show_variant
from tests.connectors.shopify.fake.schema import judge

if TYPE_CHECKING:
    from tests.connectors.shopify.fake.shop import FakeShopify

_DEAREST = 1000
_TERM = re.compile(r"(\w+):(>=|<=|>)?(?:'([^']*)'|\"([^\"]*)\"|([^\s()]+))")


async def answer(shop: FakeShopify, request: web.Request) -> web.Response:
    """One document."""
    try:
        asked = msgspec.json.decode(await request.read())
        variables = asked.get("variables") or {}
        document = _read_document(asked["query"], variables)
    except (msgspec.DecodeError, KeyError, TypeError, LanguageError) as error:
        return web.json_response({"errors": [{"message": str(error)}]})
    run = Run(document, variables)
    cost = run.cost(document.selections) + (10 if document.kind == "mutation" else 0)
    if cost > _DEAREST:
        said = f"Query cost is {cost}, which exceeds the single query max cost limit ({_DEAREST})."
        return _failed(said, "MAX_COST_EXCEEDED", {"cost": cost, "maxCost": _DEAREST})
    if shop.points is not None and not shop.points.pour(cost):
        return _failed("Throttled", "THROTTLED", {}, _costs(shop, cost, None))
    root = _mutations(shop) if document.kind == "mutation" else _queries(shop)
    try:
        data = run.answer(document.selections, root)
    except LanguageError as error:
        return web.json_response(
            {"errors": [{"message": str(error), "extensions": {"code": "undefinedField"}}]}
        )
    except Refusal as refusal:
        return _failed(
            str(refusal.errors),
            "ACCESS_DENIED" if refusal.status == 403 else "INTERNAL_SERVER_ERROR",
            {},
        )
    if shop.points is not None:
        shop.points.level = max(shop.points.level - max(cost - run.objects, 0), 0.0)
    told = {"data": data, "extensions": _costs(shop, cost, run.objects)}
    if "read_customers" not in shop.scopes and "customer {" in asked["query"]:
        denied = {
            "message": "Access denied for customer field.",
            "extensions": {"code": "ACCESS_DENIED"},
        }
        told["errors"] = [{**denied, "path": ["orders", "nodes", 0, "customer"]}]
    return web.json_response(told)


def _read_document(text: str, variables: dict[str, Any]) -> Document:
    """Raises `LanguageError` for what Shopify itself would refuse."""
    if faults := judge(text, variables):
        raise LanguageError("; ".join(faults))
    return Document(text)


def _failed(
    said: str, code: str, more: dict[str, Any], extensions: dict[str, Any] | None = None
) -> web.Response:
    told: dict[str, Any] = {"errors": [{"message": said, "extensions": {"code": code, **more}}]}
    return web.json_response(told | ({"extensions": extensions} if extensions else {}))


def _costs(shop: FakeShopify, requested: int, actual: int | None) -> dict[str, Any]:
    size, leak, level = (
        (shop.points.size, shop.points.leak, shop.points.level)
        if shop.points
        else (2000.0, 100.0, 0.0)
    )
    status = {"maximumAvailable": size, "currentlyAvailable": size - level, "restoreRate": leak}
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": status,
        }
    }


def _queries(shop: FakeShopify) -> dict[str, Any]:
    return {
        "orders": lambda **told: _orders(shop, **told),
        "ordersCount": lambda query="", **_: {
            "count": min(len(_found(shop, query)) + shop.counts_too_many, 25_001),
            "precision": "EXACT",
        },
        "order": lambda id: _order_by_gid(shop, id),  # noqa: A006 - GraphQL's name
        "nodes": lambda ids: [_node(shop, one) for one in ids],
        "fulfillmentOrders": lambda query="", **_: _fulfillment_orders(shop, query),
        "fulfillmentOrder": lambda id: _fulfillment_order_by_gid(shop, id),  # noqa: A006 - GraphQL's name
        "fulfillment": lambda id: show_fulfillment_node(shop, *shop.find_parcel(tail(id))),  # noqa: A006 - GraphQL's name
    }


def _found(shop: FakeShopify, search: str) -> list[BookOrder]:
    """The orders a search finds; unlike REST's list, all statuses are in unless it says
    otherwise.
    """
    query = {"status": "any"}
    for name, comparison, *values in _TERM.findall(search):
        value = next(filter(None, values), "")
        if name == "updated_at":
            query["updated_at_min" if comparison == ">=" else "updated_at_max"] = value
        elif name == "id" and comparison == ">":
            query["since_id"] = value
        elif name == "name":
            query["name"] = value
        elif name == "fulfillment_status":
            query["fulfillment_status"] = "unfulfilled"
        elif name == "status":
            query["status"] = value
    return [order for order in shop.visible_orders() if shopify_rest.matches(order, query)]


def _orders(shop: FakeShopify, query: str = "", sortKey: str = "ID", **_: Any) -> Connection:  # noqa: N803 - GraphQL's name
    order_by = {"order": "updated_at asc"} if sortKey == "UPDATED_AT" else {}
    rows = sorted(
        _found(shop, query),
        key=lambda order: (
            shopify_rest.sort_key(shop, order, order_by) if order_by else (int(order.id),)
        ),
    )

    def key(order: BookOrder) -> str:
        place = shopify_rest.sort_key(shop, order, order_by) if order_by else (int(order.id),)
        return "|".join(
            part.isoformat() if hasattr(part, "isoformat") else f"{part:020}" for part in place
        )

    return Connection(rows, key, lambda order: show_order_node(shop, order))


def _order_by_gid(shop: FakeShopify, gid: str) -> dict[str, Any] | None:
    order = shop.visible_order(str(tail(gid)))
    return None if order is None else show_order_node(shop, order)


def _node(shop: FakeShopify, gid: str) -> dict[str, Any] | None:
    kind = gid.split("/")[-2]
    if kind == "FulfillmentOrder":
        return _fulfillment_order_by_gid(shop, gid)
    if kind == "Customer":
        return show_customer(shop, tail(gid))
    return _order_by_gid(shop, gid) if kind == "Order" else show_variant(shop, tail(gid))


def _fulfillment_orders(shop: FakeShopify, query: str) -> Connection:
    wanted = {value.lower() for value in re.findall(r"status:(\w+)", query)}
    if not any(scope.endswith("fulfillment_orders") for scope in shop.scopes):
        raise Refusal(403, "Access denied for fulfillmentOrders field.")
    rows = [
        (order, one)
        for order in shop.book
        for one in shop.shelves.of(order)
        if not wanted or one.status in wanted
    ]
    visible = [
        (order, one) for order, one in rows if f"read_{one.kind}_fulfillment_orders" in shop.scopes
    ]
    return Connection([show_fulfillment_order_node(order, one) for order, one in visible])


def _fulfillment_order_by_gid(shop: FakeShopify, gid: str) -> dict[str, Any] | None:
    found = shop.shelves.find(tail(gid))
    return None if found is None else show_fulfillment_order_node(*found)


def _mutations(shop: FakeShopify) -> dict[str, Any]:
    return {
        "fulfillmentCreate": lambda fulfillment: _create(shop, fulfillment),
        "fulfillmentTrackingInfoUpdate": lambda **told: _update(shop, **told),
        "fulfillmentCancel": lambda id: _cancel(shop, id),  # noqa: A006 - GraphQL's name
        "fulfillmentOrderReleaseHold": lambda id: _reopen(shop, id),  # noqa: A006 - GraphQL's name
        "fulfillmentOrderOpen": lambda id: _reopen(shop, id),  # noqa: A006 - GraphQL's name
    }


def _create(shop: FakeShopify, told: dict[str, Any]) -> dict[str, Any]:
    picks = [
        (
            tail(pick["fulfillmentOrderId"]),
            [
                (tail(line["id"]), line["quantity"])
                for line in pick.get("fulfillmentOrderLineItems", [])
            ],
        )
        for pick in told["lineItemsByFulfillmentOrder"]
    ]
    tracking = told.get("trackingInfo", {})
    try:
        order, parcel = shop.fulfill(
            picks,
            tracking=tracking.get("number", ""),
            company=tracking.get("company", ""),
            url=tracking.get("url", ""),
            notify=bool(told.get("notifyCustomer")),
        )
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return {
            "fulfillment": None,
            "userErrors": [{"field": ["fulfillment"], "message": str(refusal.errors)}],
        }
    return {"fulfillment": show_fulfillment_node(shop, order, parcel), "userErrors": []}


def _update(
    shop: FakeShopify,
    fulfillmentId: str,  # noqa: N803 - GraphQL's names
    trackingInfoInput: dict[str, Any],  # noqa: N803 - GraphQL's names
    notifyCustomer: bool,  # noqa: FBT001 N803 - GraphQL's names
) -> dict[str, Any]:
    order, parcel = shop.find_parcel(tail(fulfillmentId))
    numbers = trackingInfoInput.get("numbers") or [trackingInfoInput["number"]]
    shop.further_numbers[parcel.id] = numbers[1:]
    shop.further_links[parcel.id] = trackingInfoInput.get("urls", [])
    parcel.tracking_number, parcel.carrier, parcel.notified = (
        numbers[0],
        trackingInfoInput.get("company", ""),
        notifyCustomer,
    )
    shop.book.touch(order.id)
    return {"fulfillment": show_fulfillment_node(shop, order, parcel), "userErrors": []}


def _cancel(shop: FakeShopify, gid: str) -> dict[str, Any]:
    order, parcel = shop.shelves.cancel(*shop.find_parcel(tail(gid)))
    return {"fulfillment": show_fulfillment_node(shop, order, parcel), "userErrors": []}


def _reopen(shop: FakeShopify, gid: str) -> dict[str, Any]:
    found = shop.shelves.find(tail(gid))
    if found is None:
        return {
            "fulfillmentOrder": None,
            "userErrors": [{"field": ["id"], "message": "Fulfillment order does not exist"}],
        }
    order, one = found
    reopen(one)
    shop.book.touch(order.id)
    return {"fulfillmentOrder": show_fulfillment_order_node(order, one), "userErrors": []}
