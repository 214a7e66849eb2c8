"""What the account has beside orders: users, tags, warehouses, carriers, buyers and articles."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.carriers import CARRIERS, find_carrier
from proxy.simulator.account.listing import Listing, begins, equals, read_flag, span
from proxy.simulator.account.routes.frame import ApiError, answer_json, find_row, read_id
from proxy.simulator.account.routes.pages import answer_page
from proxy.simulator.account.rows import Place

CUSTOMERS = Listing(
    name="customers",
    filters={"statecode": equals("state"), "countrycode": equals("country_code")},
    sorts={"CreateDate": "create_date", "ModifyDate": "modify_date", "Name": "name"},
)
_CREATED = span("createdate", "create_date")
PRODUCTS = Listing(
    name="products",
    filters={
        "sku": begins("sku"),
        "name": begins("name"),
        "startdate": _CREATED["createdatestart"],
        "enddate": _CREATED["createdateend"],
    },
    sorts={"SKU": "sku", "ModifyDate": "modify_date", "CreateDate": "create_date"},
)
_FIRST_PROVIDER = 12_001
_ORIGIN = Place(
    name="Example & Sons",
    company="Example & Sons",
    street1="1 Harbour Road",
    city="Austin",
    state="TX",
    postal_code="73301",
    country="US",
    phone="512-555-0101",
)


class DeskRoutes:
    """The routes of all that changes seldom."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def list_routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of them."""
        return (
            web.get("/users", self._list_users),
            web.get("/accounts/listtags", self._list_tags),
            web.get("/warehouses", self._list_warehouses),
            web.get("/carriers", self._list_carriers),
            web.get("/carriers/listservices", self._list_services),
            web.get("/customers", self._list_customers),
            web.get("/customers/{id:[0-9]{1,18}}", self._get_customer),
            web.get("/products", self._list_products),
            web.get("/products/{id:[0-9]{1,18}}", self._get_product),
        )

    async def _list_users(self, request: web.Request) -> web.Response:
        office = self._account.office
        shows_inactive = read_flag(request.query.get("showInactive"))
        return answer_json(
            [user for user in office.users if shows_inactive or user.user_id not in office.inactive]
        )

    async def _list_tags(self, _request: web.Request) -> web.Response:
        return answer_json(self._account.office.tags)

    async def _list_warehouses(self, _request: web.Request) -> web.Response:
        return answer_json(
            [
                {
                    "warehouseId": each.id,
                    "warehouseName": each.name,
                    "originAddress": msgspec.to_builtins(_ORIGIN),
                    "returnAddress": msgspec.to_builtins(_ORIGIN),
                    "createDate": self._account.opened_at,
                    "isDefault": each.is_default,
                }
                for each in self._account.office.warehouses
            ]
        )

    async def _list_carriers(self, _request: web.Request) -> web.Response:
        return answer_json(
            [
                {
                    "name": carrier.name,
                    "code": carrier.code,
                    "accountNumber": f"SS{number}",
                    "requiresFundedAccount": False,
                    "balance": 0,
                    "nickname": None,
                    "shippingProviderId": number,
                    "primary": number == _FIRST_PROVIDER,
                }
                for number, carrier in enumerate(CARRIERS, _FIRST_PROVIDER)
            ]
        )

    async def _list_services(self, request: web.Request) -> web.Response:
        code = request.query.get("carrierCode", "")
        carrier = find_carrier(code)
        if carrier is None:
            raise ApiError(400, f"expected a carrier of this account, found {code[:40]!r}")
        return answer_json(
            [
                {
                    "carrierCode": carrier.code,
                    "code": service.code,
                    "name": service.name,
                    "domestic": True,
                    "international": False,
                }
                for service in carrier.services
            ]
        )

    async def _list_customers(self, request: web.Request) -> web.Response:
        rows = self._account.books.customers.values()
        return answer_page(self._account, CUSTOMERS, rows, request)

    async def _get_customer(self, request: web.Request) -> web.Response:
        rows = self._account.books.customers
        return answer_json(find_row(rows, read_id(request), "customer_id"))

    async def _list_products(self, request: web.Request) -> web.Response:
        rows = self._account.books.products.values()
        return answer_page(self._account, PRODUCTS, rows, request)

    async def _get_product(self, request: web.Request) -> web.Response:
        rows = self._account.books.products
        return answer_json(find_row(rows, read_id(request), "product_id"))
