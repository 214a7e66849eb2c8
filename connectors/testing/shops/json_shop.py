"""A shop of no known make, with a JSON API in one of several styles: what the generic connector is
tried against.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.book import BookOrder
from connectors.testing.clock import Clock
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_orders import quantities_of, show_order

TOKEN: Final = "sesame-opens-the-shop"
TOTAL_HEADER: Final = "X-Total-Count"
_LARGEST_PAGE = 50


class Style(StrEnum):
    """How the shop's list works."""

    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    LINK = "link"
    NEXT_URL = "next_url"
    KEYSET = "keyset"
    GRAPHQL = "graphql"
    SCAN = "scan"


class FakeJsonShop(FakeShop):
    """`style` is how its list works; everything else is the same: a bearer token, orders, and
    parcels in one step or two.

    `ignores_filters` plays a shop that takes any parameter without a word; `caps` is the most
    orders a page may have.
    """

    def __init__(self, style: Style = Style.PAGE, *, clock: Clock | None = None) -> None:
        super().__init__(clock=clock)
        self.style = style
        self.ignores_filters = False
        self.caps = _LARGEST_PAGE

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The shop's API."""
        if self.style is Style.GRAPHQL:
            return [web.post("/graphql", self.graphql)]
        return [
            web.get("/api/orders", self.list_orders),
            web.get("/api/orders/{id}", self.show),
            web.post("/api/orders/{id}/parcels", self.add_parcel),
            web.post("/api/orders/{id}/fulfillments", self.add_fulfillment),
            web.post("/api/fulfillments/{id}/tracking", self.add_tracking),
        ]

    def refusal(self, request: web.Request) -> web.Response | None:
        """The answer to a request without the right token."""
        if request.headers.get("Authorization") == f"Bearer {TOKEN}":
            return None
        return answer({"error": {"message": "The token is not valid.", "code": "bad_token"}}, 401)

    async def list_orders(self, request: web.Request) -> web.Response:
        """A page of orders."""
        if (refused := self.refusal(request)) is not None:
            return refused
        asked = request.query
        size = min(int(asked.get("size", "10")), self.caps)
        if self.style is Style.SCAN:
            found = sorted(self.book, key=lambda order: (order.modified_at, order.id), reverse=True)
            start = (int(asked.get("page", "1")) - 1) * size
            return answer({"orders": [show_order(order) for order in found[start : start + size]]})
        found = self.select_orders(
            asked.get("changed_from"), asked.get("changed_to"), asked.get("state")
        )
        if self.style in {Style.CURSOR, Style.LINK, Style.NEXT_URL}:
            return self.led_on(request, found, size)
        start = (
            int(asked.get("offset", "0"))
            if "page" not in asked
            else (int(asked["page"]) - 1) * size
        )
        return answer(
            {
                "orders": [show_order(order) for order in found[start : start + size]],
                "count": len(found),
            }
        )

    def led_on(self, request: web.Request, found: list[BookOrder], size: int) -> web.Response:
        """A page that names the next one by the last order it holds, so that nothing can shift
        it.
        """
        after = (
            base64.urlsafe_b64decode(request.query["after"]).decode()
            if "after" in request.query
            else ""
        )
        rest = [order for order in found if _key(order) > after]
        page = rest[:size]
        more = len(rest) > size
        cursor = base64.urlsafe_b64encode(_key(page[-1]).encode()).decode() if page and more else ""
        shown = [show_order(order) for order in page]
        next_url = str(request.url.update_query(after=cursor)) if cursor else None
        if self.style is Style.LINK:
            link = {"Link": f'<{next_url}>; rel="next"'} if next_url else {}
            return answer(shown, headers={TOTAL_HEADER: str(len(found)), **link})
        following = next_url if self.style is Style.NEXT_URL else cursor or None
        return answer({"orders": shown, "next": following, "count": len(found)})

    def select_orders(
        self, start: str | None, end: str | None, state: str | None
    ) -> list[BookOrder]:
        """The orders of a span, oldest change first (bounds included), perhaps of one state."""
        found = sorted(self.book, key=_key)
        if self.ignores_filters:
            return found
        lower = datetime.fromisoformat(start) if start else None
        upper = datetime.fromisoformat(end) if end else None
        return [
            order
            for order in found
            if (lower is None or order.modified_at >= lower)
            and (upper is None or order.modified_at <= upper)
            and (
                state != "open" or order.status not in {OrderStatus.SHIPPED, OrderStatus.CANCELLED}
            )
        ]

    async def show(self, request: web.Request) -> web.Response:
        """One order."""
        if (refused := self.refusal(request)) is not None:
            return refused
        order = self.book.get(request.match_info["id"])
        return (
            answer({"order": show_order(order)})
            if order
            else answer({"error": {"message": "No such order."}}, 404)
        )

    async def add_parcel(self, request: web.Request) -> web.Response:
        """A parcel in one step."""
        return await self._change(request, tracked=True)

    async def add_fulfillment(self, request: web.Request) -> web.Response:
        """The first of two steps: what goes into the parcel."""
        return await self._change(request, tracked=False)

    async def _change(self, request: web.Request, *, tracked: bool) -> web.Response:
        if (refused := self.refusal(request)) is not None:
            return refused
        order = self.book.get(request.match_info["id"])
        if order is None:
            return answer({"error": {"message": "No such order."}}, 404)
        told = msgspec.json.decode(await request.read())
        fault = self.note(order, told, sent=tracked)
        return (
            answer({"error": {"message": fault}}, 422)
            if fault
            else answer({"order": show_order(order)}, 201)
        )

    async def add_tracking(self, request: web.Request) -> web.Response:
        """The second of two steps: the parcel is on its way."""
        if (refused := self.refusal(request)) is not None:
            return refused
        fault, order = self.send(
            request.match_info["id"], msgspec.json.decode(await request.read())
        )
        if order is None:
            return answer({"error": {"message": "No such fulfillment."}}, 404)
        return (
            answer({"error": {"message": fault, "code": "already_sent"}}, 409)
            if fault
            else answer({"order": show_order(order)})
        )

    def note(self, order: BookOrder, told: Any, *, sent: bool) -> str:
        """Take down a parcel; what is wrong with it, if anything."""
        pieces = {str(item["id"]): int(item["quantity"]) for item in told["items"]}
        open_now = quantities_of(order)
        if order.status is OrderStatus.CANCELLED:
            return "The order is cancelled."
        if not pieces or any(pieces[line] > open_now.get(line, 0) for line in pieces):
            return "More than is left to ship."
        parcel = self.book.add_parcel(
            order.id,
            told.get("tracking") or "",
            pieces,
            carrier=told.get("carrier") or "",
            notified=bool(told.get("notify")),
        )
        order.extra.setdefault("sent", set())
        if sent:
            self._list_sent(order, parcel.id)
        return ""

    def send(self, parcel_id: str, told: Any) -> tuple[str, BookOrder | None]:
        """Give a parcel its tracking number."""
        for order in self.book:
            for parcel in order.parcels:
                if parcel.id != parcel_id:
                    continue
                if parcel.id in order.extra["sent"]:
                    return "The fulfillment was sent already.", order
                parcel.tracking_number, parcel.carrier = (
                    told.get("tracking") or "",
                    told.get("carrier") or "",
                )
                self._list_sent(order, parcel.id)
                return "", order
        return "", None

    def _list_sent(self, order: BookOrder, parcel_id: str) -> None:
        order.extra["sent"].add(parcel_id)
        self.book.touch(order.id)
        if not any(quantities_of(order).values()) and all(
            parcel.id in order.extra["sent"] for parcel in order.parcels
        ):
            self.book.set_status(order.id, OrderStatus.SHIPPED)

    async def graphql(self, request: web.Request) -> web.Response:
        """Everything by one address; refusals come with status 200."""
        if self.refusal(request) is not None:
            return answer(
                {
                    "errors": [{"message": "Not allowed.", "extensions": {"code": "FORBIDDEN"}}],
                    "data": None,
                }
            )
        asked = msgspec.json.decode(await request.read())
        variables = asked.get("variables") or {}
        query = asked["query"]
        if "addParcel" in query:
            return self._mutate(variables["input"])
        if "order(id" in query:
            order = self.book.get(str(variables["id"]))
            return answer({"data": {"order": show_order(order) if order else None}})
        chosen = variables["options"]
        start, end = (
            (chosen.get("changed") or {}).get("from"),
            (chosen.get("changed") or {}).get("to"),
        )
        found = self.select_orders(start, end, chosen.get("state"))
        skip, take = int(chosen["skip"]), int(chosen["take"])
        if not isinstance(chosen["skip"], int) or take > self.caps:
            return answer(
                {"errors": [{"message": f"take must not exceed {self.caps}"}], "data": None}
            )
        return answer(
            {
                "data": {
                    "orders": {
                        "items": [show_order(order) for order in found[skip : skip + take]],
                        "totalItems": len(found),
                    }
                }
            }
        )

    def _mutate(self, told: Any) -> web.Response:
        order = self.book.get(str(told["orderId"]))
        if order is None:
            return answer(
                {
                    "data": {
                        "addParcel": {"errorCode": "ORDER_NOT_FOUND", "message": "No such order."}
                    }
                }
            )
        fault = self.note(order, told, sent=True)
        if fault:
            return answer({"data": {"addParcel": {"errorCode": "NOT_POSSIBLE", "message": fault}}})
        return answer({"data": {"addParcel": {"order": show_order(order)}}})


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(value),
        content_type="application/json",
        headers=headers,
    )


def _key(order: BookOrder) -> str:
    return f"{order.modified_at.isoformat(timespec='microseconds')}|{order.id:0>12}"
