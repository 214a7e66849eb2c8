"""A real Vendure: installed, filled with orders through its own API, and asked what it knows of a shipment."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.real_shops.machine import Api, ShopFailedError, database, free_port, install, running
from tests.real_shops.people import PEOPLE

VERSION = "3.7.3"
_PACKAGE = {
    "name": "vendure-shop",
    "private": True,
    "version": "1.0.0",
    "dependencies": {"@vendure/core": VERSION, "pg": "8.23.1"},
    # The newest delegate asks for a batch-execute that was never published.
    "overrides": {"@graphql-tools/delegate": "12.2.1", "@graphql-tools/batch-execute": "10.2.0"},
}
_SERVER = """\
const { bootstrap, DefaultLogger, LogLevel, dummyPaymentHandler } = require('@vendure/core');
bootstrap({
  logger: new DefaultLogger({ level: LogLevel.Info }),
  apiOptions: { port: +process.env.PORT, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'],
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
  },
  dbConnectionOptions: {
    type: 'postgres', host: '127.0.0.1', port: +process.env.DB_PORT, username: 'postgres', database: 'vendure',
    synchronize: true, logging: false,
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [],
}).catch(error => { console.error(error); process.exit(1); });
"""
FILES = {"package.json": msgspec.json.format(msgspec.json.encode(_PACKAGE)).decode(), "server.js": _SERVER}


class Vendure:
    """The shop at `url`. `key` opens it for Portside; `placed` is how many orders it was given, of which the last is cancelled."""

    name = "vendure"
    version = VERSION

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.key = ""
        self.placed = 0
        self._session = session
        self._api = Api(session, url)

    def connector(self, url: str) -> dict[str, Any]:
        """The settings' connector block."""
        return {"type": "generic_json", "recipe": "vendure", "url": url, "auth": {"value": self.key}}

    async def seed(self, orders: int) -> None:
        """A channel with taxes, shipping, payment and four articles, and so many orders of buyers from all over the place."""
        await self._log_in()
        await self._furnish()
        variants = await self._articles()
        chance = random.Random(7)
        for number in range(orders):
            await self._order(number, chance.sample(variants, chance.randint(1, 3)), chance)
        self.placed = orders
        self.key = await self._key()
        await self.cancel(await self._newest())

    async def tracking(self, order_id: str) -> list[tuple[str, int]]:
        """Tracking number and pieces of each parcel that is on its way."""
        found = await self._ask(
            "query($id: ID!) { order(id: $id) { fulfillments { state trackingCode lines { quantity } } } }", {"id": order_id}
        )
        return sorted(
            (each["trackingCode"], sum(line["quantity"] for line in each["lines"])) for each in found["order"]["fulfillments"] if each
        )

    async def state(self, order_id: str) -> str:
        """What the shop calls the order's state."""
        found = await self._ask("query($id: ID!) { order(id: $id) { state } }", {"id": order_id})
        state: str = found["order"]["state"]
        return state

    async def _ask(self, query: str, variables: Any = None, *, api: Api | None = None, notice: Callable[..., None] | None = None) -> Any:
        place = "/shop-api" if api is not None else "/admin-api"
        answer = await (api or self._api).ask("POST", place, {"query": query, "variables": variables or {}}, notice=notice)
        data = answer.get("data")
        faults = [answer["errors"]] if answer.get("errors") else [each for each in (data or {}).values() if "errorCode" in (each or {})]
        if faults:
            raise ShopFailedError(f"{query[:200]}: {faults}")
        return data

    async def _log_in(self) -> None:
        def keep(response: aiohttp.ClientResponse) -> None:
            self._api.headers["Authorization"] = f"Bearer {response.headers['vendure-auth-token']}"

        await self._ask('mutation { login(username: "superadmin", password: "superadmin") { __typename } }', notice=keep)

    async def _create(self, what: str, **given: Any) -> str:
        """The id of something new; `given` is its input."""
        kind = f"Create{what}Input"
        found = await self._ask(
            f"mutation($input: {kind}!) {{ made: create{what}(input: $input) {{ ... on Node {{ id }} }} }}", {"input": given}
        )
        made: str = found["made"]["id"]
        return made

    async def _furnish(self) -> None:
        countries = [
            await self._create("Country", code=code, enabled=True, translations=_named(code))
            for code in sorted({p.country for p in PEOPLE})
        ]
        zone = await self._create("Zone", name="World", memberIds=countries)
        await self._ask(
            "mutation($zone: ID!) { updateChannel(input: {id: 1, defaultTaxZoneId: $zone, defaultShippingZoneId: $zone}) { __typename } }",
            {"zone": zone},
        )
        self._tax = await self._create("TaxCategory", name="Standard", isDefault=True)
        await self._create("TaxRate", name="VAT", enabled=True, value=19, categoryId=self._tax, zoneId=zone)
        await self._create(
            "ShippingMethod",
            code="standard",
            fulfillmentHandler="manual-fulfillment",
            checker=_operation("default-shipping-eligibility-checker", orderMinimum="0"),
            calculator=_operation("default-shipping-calculator", rate="490", includesTax="exclude", taxRate="19"),
            translations=[{**each, "description": ""} for each in _named("Standard post")],
        )
        await self._create(
            "PaymentMethod",
            code="card",
            enabled=True,
            handler=_operation("dummy-payment-handler", automaticSettle="true"),
            translations=_named("Card"),
        )
        await self._create(
            "Promotion",
            enabled=True,
            couponCode="SUMMER10",
            conditions=[],
            actions=[_operation("order_percentage_discount", discount="10")],
            translations=_named("Ten off"),
        )

    async def _articles(self) -> list[str]:
        articles = (
            ("SOCK", "Wool socks „Fluffy“", 1375),
            ("MUG", "Mug <blue> & white", 890),
            ("TEA", "茶 Tea", 1),
            ("LAMP", "Lamp", 23999),
        )
        return [await self._article(*each) for each in articles]

    async def _article(self, sku: str, name: str, price: int) -> str:
        product = await self._create("Product", enabled=True, translations=[{**_named(name)[0], "slug": sku.lower(), "description": ""}])
        options = [{"code": f"{sku.lower()}-m", "translations": _named("M")}]
        group = await self._create("ProductOptionGroup", code=f"{sku.lower()}-size", translations=_named("Size"), options=options)
        found = await self._ask(
            "mutation($product: ID!, $group: ID!) { addOptionGroupToProduct(productId: $product, optionGroupId: $group)"
            " { optionGroups { options { id } } } }",
            {"product": product, "group": group},
        )
        option = found["addOptionGroupToProduct"]["optionGroups"][0]["options"][0]["id"]
        made = {
            "productId": product,
            "sku": sku,
            "price": price,
            "taxCategoryId": self._tax,
            "stockOnHand": 10_000,
            "optionIds": [option],
            "translations": _named(f"{name} M"),
        }
        return await self._variant(made)

    async def _variant(self, made: dict[str, Any]) -> str:
        body = {"query": "mutation($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }"}
        answer = await self._api.ask("POST", "/admin-api", {**body, "variables": {"input": [made]}})
        if "errors" in answer:
            raise ShopFailedError(str(answer["errors"]))
        variant: str = answer["data"]["createProductVariants"][0]["id"]
        return variant

    async def _order(self, number: int, variants: list[str], chance: random.Random) -> None:
        """One buyer's way through the shop."""
        buyer, person = Api(self._session, self.url), PEOPLE[number % len(PEOPLE)]

        def keep(response: aiohttp.ClientResponse) -> None:
            if token := response.headers.get("vendure-auth-token"):
                buyer.headers["Authorization"] = f"Bearer {token}"

        async def ask(query: str, **variables: Any) -> Any:
            return await self._ask(query, variables, api=buyer, notice=keep)

        failed = "... on ErrorResult { errorCode message }"
        for variant in variants:
            await ask(
                f"mutation($id: ID!, $many: Int!) {{ addItemToOrder(productVariantId: $id, quantity: $many) {{ __typename {failed} }} }}",
                id=variant,
                many=chance.randint(2, 4),
            )
        if number % 5 == 0:
            await ask(f'mutation {{ applyCouponCode(couponCode: "SUMMER10") {{ __typename {failed} }} }}')
        await ask(
            f"mutation($input: CreateCustomerInput!) {{ setCustomerForOrder(input: $input) {{ __typename {failed} }} }}",
            input={"firstName": person.first, "lastName": person.last, "emailAddress": f"buyer{number}@example.test"},
        )
        await ask(
            f"mutation($input: CreateAddressInput!) {{ setOrderShippingAddress(input: $input) {{ __typename {failed} }} }}",
            input={
                "fullName": f"{person.first} {person.last}",
                "streetLine1": person.street,
                "city": person.city,
                "province": person.region,
                "postalCode": person.postal_code,
                "countryCode": person.country,
                "phoneNumber": "+49 30 1234",
            },
        )
        await ask(f"mutation {{ setOrderShippingMethod(shippingMethodId: [1]) {{ __typename {failed} }} }}")
        await ask(f'mutation {{ transitionOrderToState(state: "ArrangingPayment") {{ __typename {failed} }} }}')
        await ask(f'mutation {{ addPaymentToOrder(input: {{method: "card", metadata: {{}}}}) {{ __typename {failed} }} }}')

    async def _key(self) -> str:
        """An API key that may read and change orders, and nothing else."""
        role = await self._create("Role", code="portside", description="Portside", permissions=["ReadOrder", "UpdateOrder"])
        found = await self._ask(
            "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }",
            {"input": {"roleIds": [role], "translations": _named("Portside")}},
        )
        key: str = found["createApiKey"]["apiKey"]
        return key

    async def cancel(self, order_id: str) -> None:
        """What a person does in the dashboard."""
        await self._ask(
            'mutation($id: ID!) { cancelOrder(input: {orderId: $id, reason: "changed their mind"})'
            " { __typename ... on ErrorResult { errorCode message } } }",
            {"id": order_id},
        )

    async def _newest(self) -> str:
        found = await self._ask("query { orders(options: {take: 1, sort: {id: DESC}, filter: {active: {eq: false}}}) { items { id } } }")
        newest: str = found["orders"]["items"][0]["id"]
        return newest


def _named(name: str) -> list[dict[str, str]]:
    return [{"languageCode": "en", "name": name}]


def _operation(code: str, **arguments: str) -> dict[str, Any]:
    return {"code": code, "arguments": [{"name": name, "value": value} for name, value in arguments.items()]}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Vendure]:
    """A Vendure without orders."""
    await install(folder, FILES)
    port = free_port()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, database("vendure") as db_port:
        environment = {"PORT": str(port), "DB_PORT": str(db_port), "VENDURE_DISABLE_TELEMETRY": "true"}
        async with running(folder, "node", "server.js", ready=f"http://127.0.0.1:{port}/health", **environment):
            yield Vendure(session, f"http://127.0.0.1:{port}")
