"""The fake WooCommerce shop: a real server on the REST API's paths."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from connectors.testing.clock import Clock
from connectors.testing.shop import FakeShop
from connectors.testing.shops.woocommerce import rendering
from connectors.testing.shops.woocommerce.access import Access
from connectors.testing.shops.woocommerce.answers import (
    page_of,
    pick,
    pick_metas,
    refuse,
    refuse_route,
    show,
)
from connectors.testing.shops.woocommerce.booking import read_booked
from connectors.testing.shops.woocommerce.catalog import Catalog
from connectors.testing.shops.woocommerce.goods import products, variations_by_product
from connectors.testing.shops.woocommerce.listing import STATUSES, part, select
from connectors.testing.shops.woocommerce.people import Customers
from connectors.testing.shops.woocommerce.permalinks import QueryRoutes
from connectors.testing.shops.woocommerce.refunds import Refunds
from connectors.testing.shops.woocommerce.traits import Traits
from connectors.testing.shops.woocommerce.variety import varied_orders
from connectors.testing.shops.woocommerce.writing import Desk

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_NO_PAGE = "<!DOCTYPE html><html><head><title>Page not found</title></head><body></body></html>"


class FakeWooCommerceShop(FakeShop):
    """`traits` tell what kind of shop it is, `access` who may do what; `desk` holds notes, tracking
    and mails, `catalog` products, `customers` customers.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        traits: Traits | None = None,
        access: Access | None = None,
    ) -> None:
        super().__init__(clock=clock)
        self.traits = traits or Traits()
        self.access = access or Access()
        self.desk = Desk(self.book, self.traits)
        self.catalog = Catalog(self.book, self.traits, self.clock)
        self.customers = Customers()
        self.refunds: dict[str, list[Json]] = {}
        self._refunds = Refunds(self.book, self.traits, self.refunds)

    @property
    def url(self) -> str:
        """The shop's address, with the folder WordPress lives in."""
        return super().url + self.traits.folder

    def load(self, orders: Iterable[Json]) -> None:
        """Take orders as the API shows them, recorded ones or those of `varied_orders`; their
        refunds may come along as `_refunds`.
        """
        for order in orders:
            shown = dict(order)
            if refunds := shown.pop("_refunds", []):
                self.refunds[str(order["id"])] = refunds
            self.book.put(read_booked(shown))

    def stock(self, *, count: int = 250, seed: int = 1, until: datetime | None = None) -> None:
        """Fill the shop with products and varied orders, the last of them changed `until` then; now
        by the shop's clock if not given.
        """
        self.catalog.add(products())
        for parent, variations in variations_by_product().items():
            self.catalog.add_variations(parent, variations)
        self.load(varied_orders(seed, count, until=until or self.clock()))

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of the API that the connector may meet."""
        root = f"{self.traits.folder}/wp-json"
        core, desk = f"{root}/wc/v3", self.desk
        order = core + r"/orders/{order:\d+}"
        entries = (
            root + r"/{namespace:wc-shipment-tracking|wc-ast|wc}/v3"
            r"/orders/{order:\d+}/shipment-trackings"
        )
        table: list[tuple[str, str, Handler]] = [
            ("GET", f"{root}/", self._index),
            ("GET", f"{core}/orders", self._list_orders),
            ("GET", order, self._get_order),
            *((method, order, desk.update_order) for method in ("PUT", "POST", "PATCH")),
            ("GET", f"{order}/notes", desk.list_notes),
            ("POST", f"{order}/notes", desk.add_note),
            ("GET", f"{order}/refunds", self._refunds.list_of_order),
            ("GET", f"{order}/fulfillments", desk.list_fulfillments),
            ("POST", f"{order}/fulfillments", desk.add_fulfillment),
            ("POST", order + r"/fulfillments/{entry:\d+}", desk.delete_entry),
            ("GET", f"{core}/refunds", self._refunds.list_all),
            ("GET", f"{core}/customers", self.customers.list_all),
            ("GET", f"{core}/products", self.catalog.list_products),
            ("GET", core + r"/products/{product:\d+}/variations", self.catalog.list_variations),
            (
                "GET",
                root + "/{namespace:wc/v3|wc-analytics}/variations",
                self.catalog.list_all_variations,
            ),
            ("GET", f"{core}/settings/products", self._list_settings),
            ("GET", core + "/settings/products/{setting}", self._setting),
            ("GET", core + "/data/countries/{country}", self._country),
            ("GET", f"{core}/system_status", self._system_status),
            ("GET", f"{core}/reports/orders/totals", self._status_totals),
            ("GET", entries, desk.list_trackings),
            ("POST", entries, desk.add_tracking),
            ("POST", entries + "/{entry:[0-9a-f]+}", desk.delete_entry),
            ("GET", f"{entries}/providers", desk.list_providers),
        ]
        routes = [
            web.route(method, path, self._guard_handler(handler)) for method, path, handler in table
        ]
        nothing = web.route("*", "/{any:.*}", self._nothing)
        places = [
            QueryRoutes(self.traits.folder + place, root, [*routes, nothing])
            for place in ("/index.php", "/")
        ]
        return [*routes, *places, web.get(f"{self.traits.folder}/", self._home), nothing]

    def _guard_handler(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if not self._is_open(request):
                return web.Response(status=404, text=_NO_PAGE, content_type="text/html")
            return self.access.refusal(request) or await handler(request)

        return answer

    def _is_open(self, request: web.Request) -> bool:
        """Whether this form of address leads to the API."""
        return (
            self.traits.query_routes
            if "rest_route" in request.query
            else self.traits.pretty_permalinks
        )

    async def _home(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler's signature
        api = "wp-json/" if self.traits.pretty_permalinks else "index.php?rest_route=/"
        link = f'<{self.url}/{api}>; rel="https://api.w.org/"'
        return web.Response(
            text="<!DOCTYPE html><title>A shop</title>",
            content_type="text/html",
            headers={"Link": link},
        )

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        inside = "rest_route" in request.query or request.path.startswith(
            f"{self.traits.folder}/wp-json"
        )
        return (
            refuse_route()
            if inside and self._is_open(request)
            else web.Response(status=404, text=_NO_PAGE, content_type="text/html")
        )

    async def _index(self, request: web.Request) -> web.StreamResponse:
        plugin = {
            "ast": ["wc-ast/v3", "wc-shipment-tracking/v3"],
            "shipment_tracking": ["wc-shipment-tracking/v3"],
        }
        namespaces = [
            "oembed/1.0",
            "wc/v1",
            "wc/v2",
            "wc/v3",
            *plugin.get(self.traits.plugin, []),
            "wp/v2",
        ]
        return show(
            pick({"name": "A shop", "namespaces": namespaces}, request.query.get("_fields"))
        )

    async def _list_orders(self, request: web.Request) -> web.StreamResponse:
        found = select(request, self.book, self.traits)
        if isinstance(found, web.Response):
            return found
        page = page_of(
            request, found, lambda begin, end: part(found, begin, end, request, self.traits)
        )
        if isinstance(page, web.Response):
            return page
        rows, headers = page
        if len(rows) > self.traits.largest_page:
            return refuse(
                500, "internal_server_error", "There has been a critical error on this website."
            )
        decimals = int(request.query.get("dp", "2"))
        shown = [
            pick_metas(rendering.render(order, self.traits, decimals), request, self.traits)
            for order in rows
            if int(order.id) not in self.traits.unloadable
        ]
        fields = request.query.get("_fields")
        return show(
            [pick(order, fields) for order in shown],
            headers={} if self.traits.hides_totals else headers,
        )

    async def _get_order(self, request: web.Request) -> web.StreamResponse:
        order = self.book.get(request.match_info["order"])
        if order is None:
            return refuse(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        shown = rendering.render(order, self.traits, int(request.query.get("dp", "2")))
        limited = pick_metas(shown, request, self.traits)
        return show(pick(limited, request.query.get("_fields")))

    async def _list_settings(self, request: web.Request) -> web.StreamResponse:
        if self.traits.hides_settings:
            return _refuse_settings()
        settings = [{"id": name, "value": value} for name, value in self._units().items()]
        return show([pick(one, request.query.get("_fields")) for one in settings])

    async def _setting(self, request: web.Request) -> web.StreamResponse:
        if self.traits.hides_settings:
            return _refuse_settings()
        units = self._units()
        name = request.match_info["setting"]
        if name not in units:
            return refuse(404, "rest_setting_setting_invalid", "Invalid setting.")
        return show({"id": name, "value": units[name]})

    def _units(self) -> dict[str, str]:
        return {
            "woocommerce_weight_unit": self.traits.weight_unit,
            "woocommerce_dimension_unit": self.traits.dimension_unit,
        }

    async def _country(self, request: web.Request) -> web.StreamResponse:
        country = request.match_info["country"].upper()
        states = self.traits.regions.get(country)
        if states is None:
            return refuse(404, "woocommerce_rest_data_invalid_location", "There are no locations.")
        shown = [{"code": code, "name": name} for code, name in states.items()]
        return show({"code": country, "name": country, "states": shown})

    async def _system_status(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler's signature
        if self.traits.hides_settings:
            return refuse(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        return show({"environment": {"version": self.traits.version}})

    async def _status_totals(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - a handler's signature
        words = [rendering.word(order) for order in self.book]
        return show(
            [
                {"slug": slug, "name": slug, "total": words.count(slug)}
                for slug in (*STATUSES, *self.traits.extra_statuses)
            ]
        )


def _refuse_settings() -> web.Response:
    return refuse(403, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")
