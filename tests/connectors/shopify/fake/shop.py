"""A fake Shopify: REST and GraphQL over one order book, with the real one's moods.

Bucket and cost budget, cursors that expire, fulfillment orders that come late, scopes, the wall of
60 days, versions that fall forward, personal data withheld, tokens of 24 hours. Each mood is an
attribute, off at first.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from connectors.orders import OrderStatus
from connectors.testing.book import BookOrder, BookParcel
from connectors.testing.clock import Clock
from connectors.testing.requests import SeenRequest
from connectors.testing.shop import FakeShop
from tests.connectors.shopify.fake import graphql as shopify_graphql
from tests.connectors.shopify.fake import rest as shopify_rest
from tests.connectors.shopify.fake.bucket import Bucket
from tests.connectors.shopify.fake.fulfillment_orders import FakeFulfillmentOrder, Shelves
from tests.connectors.shopify.fake.orders import show_order
from tests.connectors.shopify.fake.refusal import Refusal

ALL_SCOPES = frozenset(
    {
        "read_orders",
        "read_all_orders",
        "read_products",
        "read_customers",
        "read_merchant_managed_fulfillment_orders",
        "write_merchant_managed_fulfillment_orders",
    }
)
NEWEST = "2026-10"
# What is done to an answer on its way: the decoded body, and the response for its headers.
Change = Callable[[Any, web.Response], None]
Applies = Callable[[SeenRequest], bool]
_DAY = 86_400
_WALL = timedelta(days=60)


class FakeShopify(FakeShop):
    """`token` is a permanent token; `client_id` and `client_secret` get tokens of 24 hours by the
    shop's clock.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        super().__init__(clock=clock)
        self.shelves = Shelves(self.book)
        self.token = "shpat_0123456789abcdef"
        self.client_id = "fake-client"
        self.client_secret = "shpss_fake-secret"
        self.scopes = ALL_SCOPES
        self.versions: tuple[str, ...] = ("2026-01", "2026-04", "2026-07", NEWEST)
        self.bucket: Bucket | None = None
        self.points: Bucket | None = None
        self.withholds = False
        self.has_rest = True
        self.shuffles = False
        self.link_host = ""
        self.job_reads = 0
        self.counts_too_many = 0
        self.changes: list[tuple[Applies, Change]] = []
        self.raw_changes: list[tuple[Applies, Callable[[bytes], bytes]]] = []
        self.gone = self.refuses_gift_cards = False
        self.cursors: dict[str, shopify_rest.Cursor] = {}
        self.webhooks: dict[int, dict[str, Any]] = {}
        self.locations: dict[str, int] = {}
        self.further_numbers: dict[str, list[str]] = {}
        self.further_links: dict[str, list[str]] = {}
        self.numbers = itertools.count(5_000_001)
        self.variants: dict[int, dict[str, Any]] = {}
        self.customers: dict[int, dict[str, Any]] = {}
        self._tokens: dict[str, datetime] = {}
        self._token_numbers = itertools.count(1)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Both APIs."""
        yield web.post("/admin/oauth/access_token", self._grant)
        yield web.get("/admin/oauth/access_scopes.json", self._guarded(shopify_rest.list_scopes))
        yield web.post("/admin/api/{version}/graphql.json", self._guarded(shopify_graphql.answer))
        for method, path, handler in shopify_rest.ROUTES:
            yield web.route(method, f"/admin/api/{{version}}/{path}", self._guarded(handler))

    def _guarded(
        self, handler: Callable[[FakeShopify, web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            headers: dict[str, str] = {}
            try:
                self._admit(request, headers)
                response = await handler(self, request)
            except Refusal as refusal:
                response = web.json_response(
                    {"errors": refusal.errors}, status=refusal.status, headers=refusal.headers
                )
            response.headers.extend(headers)
            await self._change(request, response)
            return response

        return guarded

    async def _change(self, request: web.Request, response: web.Response) -> None:
        if not self.changes and not self.raw_changes:
            return
        wanted = (request.raw_path, await request.read())
        seen = next(one for one in self.requests[::-1] if (one.raw_path, one.body) == wanted)
        for applies, change in self.changes:
            if applies(seen):
                told = msgspec.json.decode(response.text or "null")
                change(told, response)
                response.body = msgspec.json.encode(told)
        for applies, rewrite in self.raw_changes:
            if applies(seen):
                assert isinstance(response.body, bytes)
                response.body = rewrite(response.body)

    def _admit(self, request: web.Request, headers: dict[str, str]) -> None:
        """Version, token, bucket."""
        if self.gone:
            raise Refusal(404, "Not Found")
        graphql = request.path.endswith("graphql.json")
        version = request.match_info.get("version")
        if version is not None:
            if version > max(self.versions):
                raise Refusal(404, "Not Found")
            headers["X-Shopify-API-Version"] = (
                version if version in self.versions else min(self.versions)
            )
        if not self._knows(request.headers.get("X-Shopify-Access-Token", "")):
            raise Refusal(
                401, "[API] Invalid API key or access token (unrecognized login or wrong password)"
            )
        if graphql or version is None:
            return
        if not self.has_rest:
            raise Refusal(404, "Not Found")
        if self.bucket is not None and not self.bucket.pour(1):
            raise Refusal(
                429,
                "Exceeded 2 calls per second for api client. Reduce request rates to resume"
                " uninterrupted service.",
                headers={"Retry-After": "2.0"},
            )
        level, size = (
            (round(self.bucket.level), round(self.bucket.size)) if self.bucket else (1, 40)
        )
        headers["X-Shopify-Shop-Api-Call-Limit"] = f"{level}/{size}"

    def _knows(self, token: str) -> bool:
        return token == self.token or (token in self._tokens and self.clock() < self._tokens[token])

    def revoke_tokens(self) -> None:
        """All tokens of 24 hours end now."""
        self._tokens.clear()

    async def _grant(self, request: web.Request) -> web.Response:
        form = await request.post()
        if (form.get("grant_type"), form.get("client_id")) != (
            "client_credentials",
            self.client_id,
        ):
            return web.json_response({"error": "application_cannot_be_found"}, status=400)
        if form.get("client_secret") != self.client_secret:
            return web.json_response({"error": "invalid_client"}, status=401)
        token = f"shpat_day_{next(self._token_numbers)}"
        self._tokens[token] = self.clock() + timedelta(seconds=_DAY)
        return web.json_response(
            {"access_token": token, "scope": ",".join(sorted(self.scopes)), "expires_in": _DAY - 1}
        )

    def demand(self, scope: str) -> None:
        """Raise the shop's refusal unless the app has this scope."""
        if scope not in self.scopes and scope.replace("read_", "write_", 1) not in self.scopes:
            raise Refusal(403, f"[API] This action requires merchant approval for {scope} scope.")

    def visible_orders(self) -> list[BookOrder]:
        """The orders this app may see: without the scope for all, those of the last 60 days."""
        self.demand("read_orders")
        wall = None if "read_all_orders" in self.scopes else self.clock() - _WALL
        return [
            order
            for order in self.book
            if not order.trashed and (wall is None or order.placed_at >= wall)
        ]

    def visible_order(self, order_id: str) -> BookOrder | None:
        """One of them."""
        order = self.book.get(order_id)
        return order if order is not None and order in self.visible_orders() else None

    def show(self, order: BookOrder) -> dict[str, Any]:
        """An order in the REST shape."""
        return show_order(order, withheld=self.withholds)

    def visible_fulfillment_orders(self, order: BookOrder) -> list[FakeFulfillmentOrder]:
        """Those whose kind the app may see; none for the first `job_reads` readings of the shop."""
        if self.job_reads:
            self.job_reads -= 1
            return []
        return [
            one
            for one in self.shelves.of(order)
            if {f"read_{one.kind}_fulfillment_orders", f"write_{one.kind}_fulfillment_orders"}
            & self.scopes
        ]

    def fulfill(
        self,
        picks: list[tuple[int, list[tuple[int, int]]]],
        *,
        tracking: str,
        company: str,
        url: str,
        notify: bool,
    ) -> tuple[BookOrder, BookParcel]:
        """Ship lines of fulfillment orders: (fulfillment order, [(line, units)]), an empty list
        meaning all.

        Refuses with 422 as Shopify does.
        """
        chosen = []
        for number, lines in picks:
            found = self.shelves.find(number)
            if found is None:
                raise Refusal(422, ["Fulfillment order does not exist"])
            order, one = found
            if f"write_{one.kind}_fulfillment_orders" not in self.scopes:
                raise Refusal(403, "The api_client does not have the required permission(s).")
            if "create_fulfillment" not in one.actions:
                raise Refusal(
                    422, [f"Fulfillment order {number} has an unfulfillable status= {one.status}"]
                )
            chosen.append((order, one, lines or [(line.id, line.left) for line in one.lines]))
        if len({(order.id, one.location) for order, one, _ in chosen}) != 1:
            raise Refusal(422, ["All fulfillment orders must be assigned to the same location"])
        return self._take(chosen, tracking=tracking, company=company, url=url, notify=notify)

    def _take(
        self,
        chosen: list[tuple[BookOrder, FakeFulfillmentOrder, list[tuple[int, int]]]],
        *,
        tracking: str,
        company: str,
        url: str,
        notify: bool,
    ) -> tuple[BookOrder, BookParcel]:
        quantities: dict[str, int] = {}
        self._refuse_mixed(chosen)
        for _, one, lines in chosen:
            left = {line.id: line for line in one.lines}
            for number, units in lines:
                if number not in left or not 0 < units <= left[number].left:
                    raise Refusal(
                        422, {"base": ["Invalid fulfillment order line item quantity requested."]}
                    )
                quantities[left[number].line.id] = quantities.get(left[number].line.id, 0) + units
        for _, one, lines in chosen:
            for line in one.lines:
                line.left -= dict(lines).get(line.id, 0)
            one.status, one.actions = (
                ("closed", ()) if one.left == 0 else ("in_progress", one.actions)
            )
        order = chosen[0][0]
        parcel = self.book.add_parcel(
            order.id, tracking, quantities, carrier=company, notified=notify
        )
        self.locations[parcel.id] = chosen[0][1].location
        order.extra.setdefault("urls", {})[parcel.id] = url
        if not any(one.left for one in self.shelves.of(order)):
            order.status = OrderStatus.SHIPPED
        self.book.touch(order.id)
        return order, parcel

    def _refuse_mixed(
        self, chosen: list[tuple[BookOrder, FakeFulfillmentOrder, list[tuple[int, int]]]]
    ) -> None:
        """Refuse a parcel of goods with a gift card in it."""
        kinds = {
            line.line.shippable
            for _, one, lines in chosen
            for line in one.lines
            if line.id in dict(lines)
        }
        if self.refuses_gift_cards and len(kinds) > 1:
            raise Refusal(422, ["Gift cards cannot be fulfilled with other items"])

    def find_parcel(self, number: int) -> tuple[BookOrder, BookParcel]:
        """A parcel by its id. Refuses with 404."""
        for order in self.book:
            for parcel in order.parcels:
                if int(parcel.id) == number:
                    return order, parcel
        raise Refusal(404, "Not Found")
