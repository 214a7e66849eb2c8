"""The products of a fake WooCommerce shop: those it was given, and one for each SKU of the order
book.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from connectors.testing.book import BookLine, OrderBook
from connectors.testing.clock import Clock
from connectors.testing.shops.woocommerce.answers import (
    ids_of,
    page_of,
    pick,
    pick_metas,
    refuse,
    refuse_route,
    show,
)
from connectors.testing.shops.woocommerce.listing import read_bound
from connectors.testing.shops.woocommerce.rendering import product_id
from connectors.testing.shops.woocommerce.traits import Traits

Json = dict[str, Any]
_EVER = datetime.min.replace(tzinfo=UTC)


class Catalog:
    """Products by id, and variations by product."""

    def __init__(self, book: OrderBook, traits: Traits, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._changed: dict[int, datetime] = defaultdict(lambda: _EVER)
        self._traits = traits
        self.products: dict[int, Json] = {}
        self.variations: dict[int, dict[int, Json]] = {}

    def add(self, products: Iterable[Json]) -> None:
        """Take products as the API shows them; those with the status `trash` are in the bin."""
        for product in products:
            self.products[product["id"]] = product
            self._changed[product["id"]] = self._clock()

    def add_variations(self, parent: int, variations: Iterable[Json]) -> None:
        """Take the variations of a product, which is changed by it."""
        self._changed[parent] = self._clock()
        self.variations.setdefault(parent, {}).update(
            (variation["id"], variation) for variation in variations
        )

    async def list_products(self, request: web.Request) -> web.StreamResponse:
        """`GET /products`."""
        wanted = ids_of(request)
        known = {**self._of_book(wanted), **self.products}
        bound = request.query.get("modified_after")
        if bound is not None and not self._traits.ignores_bounds:
            moment = read_bound(bound, gmt=True, zone=ZoneInfo(self._traits.zone))
            known = {number: one for number, one in known.items() if self._changed[number] > moment}
        return _list_products(request, known, wanted, self._traits)

    async def list_variations(self, request: web.Request) -> web.StreamResponse:
        """`GET /products/{id}/variations`."""
        parent = int(request.match_info["product"])
        if parent not in self.products:
            return refuse(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        return _list_products(
            request, self.variations.get(parent, {}), ids_of(request), self._traits
        )

    async def list_all_variations(self, request: web.Request) -> web.StreamResponse:
        """`GET /variations`: in the core API since WooCommerce 10.3, and in its analytics'."""
        if request.match_info["namespace"] not in self._traits.variation_lists:
            return refuse_route()
        known = {number: one for some in self.variations.values() for number, one in some.items()}
        return _list_products(request, known, ids_of(request), self._traits)

    def _of_book(self, wanted: set[int]) -> dict[int, Json]:
        """Products for the lines of the book that no product was given for."""
        if not wanted - self.products.keys():
            return {}
        lines = {
            product_id(line.sku): line
            for order in self._book
            for line in order.lines
            if "json" not in order.extra
        }
        return {
            number: _product(number, line) for number, line in lines.items() if number in wanted
        }


def _product(number: int, line: BookLine) -> Json:
    return {
        "id": number,
        "name": line.name,
        "sku": line.sku,
        "type": "simple",
        "status": "publish",
        "virtual": not line.shippable,
        "weight": f"{line.weight:f}",
        "dimensions": {"length": "", "width": "", "height": ""},
        "global_unique_id": "",
        "images": [],
        "meta_data": [],
    }


def _list_products(
    request: web.Request, known: dict[int, Json], wanted: set[int], traits: Traits
) -> web.Response:
    """`any` leaves out what is in the bin; `status=trash` gives it."""
    binned = request.query.get("status", "any") == "trash"
    rows = [
        product
        for number, product in sorted(known.items(), reverse=True)
        if (not wanted or number in wanted) and (product.get("status") == "trash") is binned
    ]
    page = page_of(request, rows)
    if isinstance(page, web.Response):
        return page
    shown, headers = page
    limited = [pick_metas(product, request, traits) for product in shown]
    return show([pick(one, request.query.get("_fields")) for one in limited], headers=headers)
