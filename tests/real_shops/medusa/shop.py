"""The shop itself: what npm installs, how it starts, and what it knows of an order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.real_shops.machine import Api, database, free_port, install, run, running
from tests.real_shops.medusa.admin import Admin
from tests.real_shops.medusa.assortment import furnish_channel, make_articles
from tests.real_shops.medusa.buyer import place_order

VERSION = "2.21.2"
_PACKAGE = {
    "name": "medusa-shop",
    "private": True,
    "version": "1.0.0",
    "dependencies": {
        **dict.fromkeys(("@medusajs/medusa", "@medusajs/framework", "@medusajs/cli"), VERSION),
        "pg": "8.23.1",
    },
}
_CONFIG = """\
const { defineConfig } = require('@medusajs/framework/utils');
module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: {
      storeCors: '*', adminCors: '*', authCors: '*', jwtSecret: 'secret', cookieSecret: 'secret',
    },
  },
});
"""
_TYPESCRIPT = {
    "compilerOptions": {
        "module": "node16",
        "target": "es2021",
        "moduleResolution": "node16",
        "esModuleInterop": True,
    }
}
FILES = {
    "package.json": msgspec.json.format(msgspec.json.encode(_PACKAGE)).decode(),
    "medusa-config.js": _CONFIG,
    "tsconfig.json": msgspec.json.encode(_TYPESCRIPT).decode(),
}
_EMAIL, _PASSWORD = "admin@lab.test", "supersecret"


class Medusa:
    """The shop at `url`.

    `key` opens it for Portside; `placed` is how many orders it was given, of which the last is
    cancelled.
    """

    name = "medusa"
    version = VERSION

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.key = ""
        self.placed = 0
        self._admin = Admin(session, url)
        self._store = Api(session, url)

    def connector(self, url: str) -> dict[str, Any]:
        """The settings' connector block."""
        return {
            "type": "generic_json",
            "recipe": "medusa",
            "url": url,
            "auth": {"username": self.key},
        }

    async def seed(self, orders: int) -> None:
        """A region with shipping, payment and four articles, and so many orders, paid for, of
        buyers from all over the place.
        """
        await self._admin.log_in(_EMAIL, _PASSWORD)
        channel = await self._admin.create("sales-channels", "sales_channel", name="Web")
        terms = await furnish_channel(self._admin, channel)
        variants = await make_articles(self._admin, channel, terms.profile)
        await self._keys(channel)
        chance = random.Random(7)
        for number in range(orders):
            chosen = chance.sample(variants, chance.randint(1, 3))
            order_id = await place_order(self._store, terms, number, chosen, chance)
            await self._pay(order_id)
        self.placed = orders
        await self.cancel(order_id)

    async def cancel(self, order_id: str) -> None:
        """What a person does in the admin."""
        await self._admin.ask("POST", f"/admin/orders/{order_id}/cancel", {})

    async def tracking(self, order_id: str) -> list[tuple[str, int]]:
        """Tracking number and pieces of each parcel, also of one that has no number yet."""
        found = await self._admin.ask(
            "GET",
            f"/admin/orders/{order_id}?fields=*fulfillments,*fulfillments.labels,*fulfillments.items",
        )
        return sorted(
            (
                ",".join(label["tracking_number"] for label in each["labels"]),
                sum(int(item["quantity"]) for item in each["items"]),
            )
            for each in found["order"]["fulfillments"]
        )

    async def state(self, order_id: str) -> str:
        """What the shop calls the state of the order's goods."""
        # Medusa reckons the state out of the fields that are asked for: without the lines it takes
        # a part for the whole.
        found = await self._admin.ask(
            "GET",
            f"/admin/orders/{order_id}?fields=id,fulfillment_status,*items,*items.detail,*fulfillments",
        )
        state: str = found["order"]["fulfillment_status"]
        return state

    async def _keys(self, channel: str) -> None:
        """A key for the shop window, and the secret key for Portside."""
        found = await self._admin.ask(
            "POST", "/admin/api-keys", {"title": "Window", "type": "publishable"}
        )
        await self._admin.ask(
            "POST", f"/admin/api-keys/{found['api_key']['id']}/sales-channels", {"add": [channel]}
        )
        self._store.headers["x-publishable-api-key"] = found["api_key"]["token"]
        found = await self._admin.ask(
            "POST", "/admin/api-keys", {"title": "Portside", "type": "secret"}
        )
        self.key = found["api_key"]["token"]

    async def _pay(self, order_id: str) -> None:
        found = await self._admin.ask(
            "GET", f"/admin/orders/{order_id}?fields=*payment_collections.payments"
        )
        for collection in found["order"]["payment_collections"]:
            for payment in collection["payments"]:
                await self._admin.ask("POST", f"/admin/payments/{payment['id']}/capture", {})


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Medusa]:
    """A Medusa without orders."""
    await install(folder, FILES)
    (folder / "src").mkdir(exist_ok=True)
    port = free_port()
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        database("medusa") as db_port,
    ):
        environment = {
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{db_port}/medusa",
            "MEDUSA_DISABLE_TELEMETRY": "true",
            "NODE_ENV": "production",
        }
        await run(folder, "npx", "medusa", "db:migrate", **environment)
        await run(folder, "npx", "medusa", "user", "-e", _EMAIL, "-p", _PASSWORD, **environment)
        words = ("npx", "medusa", "start", "-p", str(port), "-H", "127.0.0.1")
        async with running(
            folder, *words, ready=f"http://127.0.0.1:{port}/admin/orders", **environment
        ):
            yield Medusa(session, f"http://127.0.0.1:{port}")
