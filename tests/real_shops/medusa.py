"""A real Medusa: installed, filled with orders through its own API, and asked what it knows of a shipment."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.real_shops.machine import Api, database, free_port, install, run, running
from tests.real_shops.people import PEOPLE

VERSION = "2.21.2"
_PACKAGE = {
    "name": "medusa-shop",
    "private": True,
    "version": "1.0.0",
    "dependencies": {**dict.fromkeys(("@medusajs/medusa", "@medusajs/framework", "@medusajs/cli"), VERSION), "pg": "8.23.1"},
}
_CONFIG = """\
const { defineConfig } = require('@medusajs/framework/utils');
module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: { storeCors: '*', adminCors: '*', authCors: '*', jwtSecret: 'secret', cookieSecret: 'secret' },
  },
});
"""
_TYPESCRIPT = {"compilerOptions": {"module": "node16", "target": "es2021", "moduleResolution": "node16", "esModuleInterop": True}}
FILES = {
    "package.json": msgspec.json.format(msgspec.json.encode(_PACKAGE)).decode(),
    "medusa-config.js": _CONFIG,
    "tsconfig.json": msgspec.json.encode(_TYPESCRIPT).decode(),
}
_EMAIL, _PASSWORD = "admin@lab.test", "supersecret"


class Medusa:
    """The shop at `url`. `key` opens it for Portside; `placed` is how many orders it was given, of which the last is cancelled."""

    name = "medusa"
    version = VERSION

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.key = ""
        self.placed = 0
        self._admin = Api(session, url)
        self._store = Api(session, url)
        self._option = self._region = ""

    def connector(self, url: str) -> dict[str, Any]:
        """The settings' connector block."""
        return {"type": "generic_json", "recipe": "medusa", "url": url, "auth": {"username": self.key}}

    async def seed(self, orders: int) -> None:
        """A region with shipping, payment and four articles, and so many orders, paid for, of buyers from all over the place."""
        found = await self._admin.ask("POST", "/auth/user/emailpass", {"email": _EMAIL, "password": _PASSWORD})
        self._admin.headers["Authorization"] = f"Bearer {found['token']}"
        channel = await self._made("sales-channels", "sales_channel", name="Web")
        await self._furnish(channel)
        variants = await self._articles(channel)
        await self._keys(channel)
        chance = random.Random(7)
        for number in range(orders):
            order_id = await self._order(number, chance.sample(variants, chance.randint(1, 3)), chance)
            await self._pay(order_id)
        self.placed = orders
        await self.cancel(order_id)

    async def cancel(self, order_id: str) -> None:
        """What a person does in the admin."""
        await self._admin.ask("POST", f"/admin/orders/{order_id}/cancel", {})

    async def tracking(self, order_id: str) -> list[tuple[str, int]]:
        """Tracking number and pieces of each parcel, also of one that has no number yet."""
        found = await self._admin.ask("GET", f"/admin/orders/{order_id}?fields=*fulfillments,*fulfillments.labels,*fulfillments.items")
        return sorted(
            (",".join(label["tracking_number"] for label in each["labels"]), sum(int(item["quantity"]) for item in each["items"]))
            for each in found["order"]["fulfillments"]
        )

    async def state(self, order_id: str) -> str:
        """What the shop calls the state of the order's goods."""
        # Medusa reckons the state out of the fields that are asked for: without the lines it takes a part for the whole.
        found = await self._admin.ask("GET", f"/admin/orders/{order_id}?fields=id,fulfillment_status,*items,*items.detail,*fulfillments")
        state: str = found["order"]["fulfillment_status"]
        return state

    async def _made(self, path: str, what: str, **given: Any) -> str:
        """The id of something new."""
        found = await self._admin.ask("POST", f"/admin/{path}", given)
        made: str = found[what]["id"]
        return made

    async def _furnish(self, channel: str) -> None:
        countries = sorted({person.country.lower() for person in PEOPLE})
        self._region = await self._made(
            "regions", "region", name="World", currency_code="eur", countries=countries, payment_providers=["pp_system_default"]
        )
        for country in countries:
            rate = {"name": "VAT", "code": "vat", "rate": 19}
            await self._made("tax-regions", "tax_region", country_code=country, provider_id="tp_system", default_tax_rate=rate)
        place = await self._made("stock-locations", "stock_location", name="Hall", address={"address_1": "Dock 1", "country_code": "de"})
        await self._admin.ask("POST", f"/admin/stock-locations/{place}/sales-channels", {"add": [channel]})
        await self._admin.ask("POST", f"/admin/stock-locations/{place}/fulfillment-providers", {"add": ["manual_manual"]})
        found = await self._admin.ask(
            "POST",
            f"/admin/stock-locations/{place}/fulfillment-sets?fields=*fulfillment_sets",
            {"name": "Post", "type": "shipping"},
        )
        zones = [{"type": "country", "country_code": country} for country in countries]
        found = await self._admin.ask(
            "POST",
            f"/admin/fulfillment-sets/{found['stock_location']['fulfillment_sets'][0]['id']}/service-zones",
            {"name": "World", "geo_zones": zones},
        )
        self._profile = await self._made("shipping-profiles", "shipping_profile", name="Parcels", type="default")
        self._option = await self._made(
            "shipping-options",
            "shipping_option",
            name="Standard post",
            service_zone_id=found["fulfillment_set"]["service_zones"][0]["id"],
            shipping_profile_id=self._profile,
            provider_id="manual_manual",
            price_type="flat",
            type={"label": "Standard", "description": "By post", "code": "standard"},
            prices=[{"currency_code": "eur", "amount": 4.9}],
            rules=[],
        )
        await self._made(
            "promotions",
            "promotion",
            code="SUMMER10",
            type="standard",
            status="active",
            application_method={"type": "percentage", "target_type": "items", "allocation": "across", "value": 10},
        )

    async def _articles(self, channel: str) -> list[str]:
        articles = (
            ("SOCK", "Wool socks „Fluffy“", 13.75),
            ("MUG", "Mug <blue> & white", 8.9),
            ("TEA", "茶 Tea", 0.01),
            ("LAMP", "Lamp", 239.99),
        )
        variants = []
        for sku, name, price in articles:
            found = await self._admin.ask(
                "POST",
                "/admin/products",
                {
                    "title": name,
                    "status": "published",
                    "shipping_profile_id": self._profile,
                    "sales_channels": [{"id": channel}],
                    "options": [{"title": "Size", "values": ["M"]}],
                    "variants": [
                        {
                            "title": "M",
                            "sku": sku,
                            "manage_inventory": False,
                            "weight": 250,
                            "options": {"Size": "M"},
                            "prices": [{"currency_code": "eur", "amount": price}],
                        }
                    ],
                },
            )
            variants.append(str(found["product"]["variants"][0]["id"]))
        return variants

    async def _keys(self, channel: str) -> None:
        """A key for the shop window, and the secret key for Portside."""
        found = await self._admin.ask("POST", "/admin/api-keys", {"title": "Window", "type": "publishable"})
        await self._admin.ask("POST", f"/admin/api-keys/{found['api_key']['id']}/sales-channels", {"add": [channel]})
        self._store.headers["x-publishable-api-key"] = found["api_key"]["token"]
        found = await self._admin.ask("POST", "/admin/api-keys", {"title": "Portside", "type": "secret"})
        self.key = found["api_key"]["token"]

    async def _order(self, number: int, variants: list[str], chance: random.Random) -> str:
        """One buyer's way through the shop."""
        person = PEOPLE[number % len(PEOPLE)]
        address = {
            "first_name": person.first,
            "last_name": person.last,
            "address_1": person.street,
            "city": person.city,
            "province": person.region,
            "postal_code": person.postal_code,
            "country_code": person.country.lower(),
            "phone": "+49 30 1234",
        }
        cart = {
            "region_id": self._region,
            "email": f"buyer{number}@example.test",
            "shipping_address": address,
            "billing_address": address,
            "items": [{"variant_id": variant, "quantity": chance.randint(2, 4)} for variant in variants],
            "promo_codes": ["SUMMER10"] if number % 5 == 0 else [],
        }
        cart_id = (await self._store.ask("POST", "/store/carts", cart))["cart"]["id"]
        await self._store.ask("POST", f"/store/carts/{cart_id}/shipping-methods", {"option_id": self._option})
        found = await self._store.ask("POST", "/store/payment-collections", {"cart_id": cart_id})
        await self._store.ask(
            "POST", f"/store/payment-collections/{found['payment_collection']['id']}/payment-sessions", {"provider_id": "pp_system_default"}
        )
        done = await self._store.ask("POST", f"/store/carts/{cart_id}/complete", {})
        order_id: str = done["order"]["id"]
        return order_id

    async def _pay(self, order_id: str) -> None:
        found = await self._admin.ask("GET", f"/admin/orders/{order_id}?fields=*payment_collections.payments")
        for collection in found["order"]["payment_collections"]:
            for payment in collection["payments"]:
                await self._admin.ask("POST", f"/admin/payments/{payment['id']}/capture", {})


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Medusa]:
    """A Medusa without orders."""
    await install(folder, FILES)
    (folder / "src").mkdir(exist_ok=True)
    port = free_port()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, database("medusa") as db_port:
        environment = {
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{db_port}/medusa",
            "MEDUSA_DISABLE_TELEMETRY": "true",
            "NODE_ENV": "production",
        }
        await run(folder, "npx", "medusa", "db:migrate", **environment)
        await run(folder, "npx", "medusa", "user", "-e", _EMAIL, "-p", _PASSWORD, **environment)
        words = ("npx", "medusa", "start", "-p", str(port), "-H", "127.0.0.1")
        async with running(folder, *words, ready=f"http://127.0.0.1:{port}/admin/orders", **environment):
            yield Medusa(session, f"http://127.0.0.1:{port}")
