"""The fake Shopify's REST side."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from connectors.testing.book import BookOrder
from tests.connectors.shopify.fake.fulfillment_orders import reopen
from tests.connectors.shopify.fake.orders import show_fulfillment, show_fulfillment_order
from tests.connectors.shopify.fake.refusal import Refusal

if TYPE_CHECKING:
    from tests.connectors.shopify.fake.shop import FakeShopify

Handler = Callable[["FakeShopify", web.Request], Awaitable[web.Response]]
_WITH_CURSOR = frozenset({"page_info", "limit", "fields"})


@dataclass(frozen=True)
class Cursor:
    """A place in a list: its query, and the key of the last row shown."""

    query: dict[str, str]
    after: tuple[Any, ...]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def matches(order: BookOrder, query: dict[str, str]) -> bool:
    """Whether an order passes the filters of a list request, as the real shop applies them: open
    orders alone unless told otherwise.
    """
    # The shop compares what it has stored, and shows whole seconds.
    modified = order.modified_at
    first, last = query.get("updated_at_min"), query.get("updated_at_max")
    if (first and modified < _moment(first)) or (last and modified > _moment(last)):
        return False
    status = query.get("status", "open")
    cancelled, closed = order.status.value == "cancelled", bool(order.extra.get("closed"))
    if status == "open" and (cancelled or closed):
        return False
    if "ids" in query and order.id not in query["ids"].split(","):
        return False
    if int(order.id) <= int(query.get("since_id", "0")):
        return False
    if "name" in query and query["name"].removeprefix("#") not in order.number:
        return False
    return query.get("fulfillment_status") != "unfulfilled" or order.status.value != "shipped"


def sort_key(shop: FakeShopify, order: BookOrder, query: dict[str, str]) -> tuple[Any, ...]:
    """By what the query asks for; a shop that shuffles has its own mind."""
    if "since_id" in query and "order" not in query:
        return (int(order.id),)
    if shop.shuffles:
        return (int(order.id) * 7919 % 1009, int(order.id))
    if query.get("order") == "updated_at asc":
        return (_second(order.modified_at), int(order.id))
    return (-int(order.id),)


async def list_orders(shop: FakeShopify, request: web.Request) -> web.Response:
    """`GET orders.json`."""
    query = dict(request.query)
    after: tuple[Any, ...] | None = None
    if token := query.get("page_info"):
        extra = set(query) - _WITH_CURSOR
        if extra:
            raise Refusal(
                400, {min(extra): f"{min(extra)} cannot be passed when page_info is present"}
            )
        cursor = shop.cursors.get(token)
        if cursor is None:
            raise Refusal(400, {"page_info": "Invalid value."})
        after = cursor.after
        query = {
            **cursor.query,
            **{name: value for name, value in query.items() if name != "page_info"},
        }
    limit = min(int(query.get("limit", "50")), 250)
    rows = sorted(
        (order for order in shop.visible_orders() if matches(order, query)),
        key=lambda order: sort_key(shop, order, query),
    )
    rows = [order for order in rows if after is None or sort_key(shop, order, query) > after]
    page = rows[:limit]
    headers = {}
    if len(rows) > limit:
        token = secrets.token_urlsafe(12)
        shop.cursors[token] = Cursor(query, sort_key(shop, page[-1], query))
        host = shop.link_host or shop.url
        fields = f"&fields={query['fields']}" if "fields" in query else ""
        headers["Link"] = (
            f'<{host}{request.path}?limit={limit}{fields}&page_info={token}>; rel="next"'
        )
    wanted = [name for name in query.get("fields", "").split(",") if name]
    return web.json_response(
        {"orders": [_pruned(shop.show(order), wanted) for order in page]}, headers=headers
    )


def _pruned(order: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in order.items() if name in fields} if fields else order


async def count_orders(shop: FakeShopify, request: web.Request) -> web.Response:
    """`GET orders/count.json`."""
    count = sum(matches(order, dict(request.query)) for order in shop.visible_orders())
    return web.json_response({"count": min(count + shop.counts_too_many, 25_001)})


def _order(shop: FakeShopify, request: web.Request) -> BookOrder:
    order = shop.visible_order(request.match_info["order"])
    if order is None:
        raise Refusal(404, "Not Found")
    return order


async def get_order(shop: FakeShopify, request: web.Request) -> web.Response:
    """`GET orders/{id}.json`."""
    wanted = [name for name in request.query.get("fields", "").split(",") if name]
    return web.json_response({"order": _pruned(shop.show(_order(shop, request)), wanted)})


async def list_fulfillment_orders(shop: FakeShopify, request: web.Request) -> web.Response:
    """`GET orders/{id}/fulfillment_orders.json`."""
    order = _order(shop, request)
    return web.json_response(
        {
            "fulfillment_orders": [
                show_fulfillment_order(order, one) for one in shop.visible_fulfillment_orders(order)
            ]
        }
    )


async def list_fulfillments(shop: FakeShopify, request: web.Request) -> web.Response:
    """`GET orders/{id}/fulfillments.json`."""
    order = _order(shop, request)
    return web.json_response(
        {"fulfillments": [show_fulfillment(shop, order, parcel) for parcel in order.parcels]}
    )


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError as error:
        raise Refusal(400, str(error)) from error
    return body if isinstance(body, dict) else {}


async def create_fulfillment(shop: FakeShopify, request: web.Request) -> web.Response:
    """`POST fulfillments.json`."""
    told = (await _body(request)).get("fulfillment", {})
    picks = [
        (
            pick.get("fulfillment_order_id") or 0,
            [
                (line["id"], line["quantity"])
                for line in pick.get("fulfillment_order_line_items", [])
            ],
        )
        for pick in told.get("line_items_by_fulfillment_order", [])
    ]
    if not picks or any(number <= 0 for number, _ in picks):
        raise Refusal(422, "Fulfillment payloads fulfillment order must be greater than 0")
    tracking = told.get("tracking_info", {})
    order, parcel = shop.fulfill(
        picks,
        tracking=tracking.get("number", ""),
        company=tracking.get("company", ""),
        url=tracking.get("url", ""),
        notify=bool(told.get("notify_customer")),
    )
    return web.json_response({"fulfillment": show_fulfillment(shop, order, parcel)}, status=201)


async def update_tracking(shop: FakeShopify, request: web.Request) -> web.Response:
    """`POST fulfillments/{id}/update_tracking.json`."""
    order, parcel = shop.find_parcel(int(request.match_info["parcel"]))
    tracking = (await _body(request)).get("fulfillment", {}).get("tracking_info", {})
    shop.further_numbers.pop(parcel.id, None)
    parcel.tracking_number, parcel.carrier = tracking.get("number", ""), tracking.get("company", "")
    shop.book.touch(order.id)
    return web.json_response({"fulfillment": show_fulfillment(shop, order, parcel)})


async def cancel_fulfillment(shop: FakeShopify, request: web.Request) -> web.Response:
    """`POST fulfillments/{id}/cancel.json`."""
    order, parcel = shop.shelves.cancel(*shop.find_parcel(int(request.match_info["parcel"])))
    return web.json_response({"fulfillment": show_fulfillment(shop, order, parcel)})


async def reopen_fulfillment_order(shop: FakeShopify, request: web.Request) -> web.Response:
    """`POST fulfillment_orders/{id}/release_hold.json` and `…/open.json`."""
    found = shop.shelves.find(int(request.match_info["one"]))
    if found is None:
        raise Refusal(404, "Not Found")
    order, one = found
    reopen(one)
    shop.book.touch(order.id)
    return web.json_response({"fulfillment_order": show_fulfillment_order(order, one)})


async def list_scopes(shop: FakeShopify, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's signature
    """`GET /admin/oauth/access_scopes.json`."""
    return web.json_response(
        {"access_scopes": [{"handle": scope} for scope in sorted(shop.scopes)]}
    )


async def show_shop(shop: FakeShopify, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's signature
    """`GET shop.json`."""
    return web.json_response({"shop": {"id": 548380009, "myshopify_domain": "north.myshopify.com"}})


async def list_webhooks(shop: FakeShopify, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's signature
    """`GET webhooks.json`."""
    return web.json_response({"webhooks": list(shop.webhooks.values())})


async def create_webhook(shop: FakeShopify, request: web.Request) -> web.Response:
    """`POST webhooks.json`; the same address twice for a topic is refused."""
    told = (await _body(request)).get("webhook", {})
    if any(
        (told["topic"], told["address"]) == (one["topic"], one["address"])
        for one in shop.webhooks.values()
    ):
        raise Refusal(422, {"address": ["for this topic has already been taken"]})
    number = next(shop.numbers)
    shop.webhooks[number] = {"id": number, "format": "json", **told}
    return web.json_response({"webhook": shop.webhooks[number]}, status=201)


async def delete_webhook(shop: FakeShopify, request: web.Request) -> web.Response:
    """`DELETE webhooks/{id}.json`."""
    if shop.webhooks.pop(int(request.match_info["hook"]), None) is None:
        raise Refusal(404, "Not Found")
    return web.json_response({})


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "orders.json", list_orders),
    ("GET", "orders/count.json", count_orders),
    ("GET", "orders/{order:[0-9]+}.json", get_order),
    ("GET", "orders/{order:[0-9]+}/fulfillment_orders.json", list_fulfillment_orders),
    ("GET", "orders/{order:[0-9]+}/fulfillments.json", list_fulfillments),
    ("POST", "fulfillments.json", create_fulfillment),
    ("POST", "fulfillments/{parcel:[0-9]+}/update_tracking.json", update_tracking),
    ("POST", "fulfillments/{parcel:[0-9]+}/cancel.json", cancel_fulfillment),
    ("POST", "fulfillment_orders/{one:[0-9]+}/release_hold.json", reopen_fulfillment_order),
    ("POST", "fulfillment_orders/{one:[0-9]+}/open.json", reopen_fulfillment_order),
    ("GET", "shop.json", show_shop),
    ("GET", "webhooks.json", list_webhooks),
    ("POST", "webhooks.json", create_webhook),
    ("DELETE", "webhooks/{hook:[0-9]+}.json", delete_webhook),
)
