"""The refunds of the fake WooCommerce shop's orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from connectors.testing.book import BookOrder, OrderBook
from connectors.testing.shops.woocommerce import rendering
from connectors.testing.shops.woocommerce.answers import page_of, pick, refuse, refuse_route, show
from connectors.testing.shops.woocommerce.traits import Traits

Json = dict[str, Any]


class Refunds:
    """Shows them; `recorded` ones, by order, stand for those that the book's lines come to."""

    def __init__(self, book: OrderBook, traits: Traits, recorded: Mapping[str, list[Json]]) -> None:
        self._book = book
        self._traits = traits
        self._recorded = recorded

    def _refunds_of(self, order: BookOrder) -> list[Json]:
        return self._recorded.get(order.id, []) or rendering.refunds(order)

    def _orders_of_refunds(self, wanted: set[int]) -> Iterable[BookOrder]:
        """The orders that may have these refunds; all if none are named.

        The shop must not look through thousands for each request.
        """
        if not wanted:
            return self._book
        named = {
            order
            for order, refunds in self._recorded.items()
            if any(refund["id"] in wanted for refund in refunds)
        }
        named |= {str(refund - rendering.REFUND_OFFSET) for refund in wanted}
        return [order for order in map(self._book.get, sorted(named)) if order is not None]

    async def list_of_order(self, request: web.Request) -> web.StreamResponse:
        """`GET /orders/{id}/refunds`."""
        order = self._book.get(request.match_info["order"])
        if order is None:
            return refuse(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        rows = [
            {name: value for name, value in refund.items() if name != "parent_id"}
            for refund in self._refunds_of(order)
        ]
        return show([pick(row, request.query.get("_fields")) for row in rows])

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """`GET /refunds`, which only new shops know."""
        if not self._traits.lists_refunds:
            return refuse_route()
        wanted = {
            int(part) for part in request.query.get("include", "").split(",") if part.isdigit()
        }
        rows = [
            refund
            for order in self._orders_of_refunds(wanted)
            for refund in self._refunds_of(order)
            if not wanted or refund["id"] in wanted
        ]
        page = page_of(request, rows)
        if isinstance(page, web.Response):
            return page
        shown, headers = page
        return show([pick(row, request.query.get("_fields")) for row in shown], headers=headers)
