"""The shop itself: what npm installs, how it starts, and what it knows of an order."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from tests.real_shops.machine import database, free_port, install, running
from tests.real_shops.vendure.admin import Admin, translate
from tests.real_shops.vendure.assortment import furnish_channel, make_articles
from tests.real_shops.vendure.buyer import place_order

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
  apiOptions: {
    port: +process.env.PORT, hostname: '127.0.0.1',
    adminApiPath: 'admin-api', shopApiPath: 'shop-api',
  },
  authOptions: {
    tokenMethod: ['bearer', 'api-key'],
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
  },
  dbConnectionOptions: {
    type: 'postgres', host: '127.0.0.1', port: +process.env.DB_PORT,
    username: 'postgres', database: 'vendure',
    synchronize: true, logging: false,
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [],
}).catch(error => { console.error(error); process.exit(1); });
"""
FILES = {
    "package.json": msgspec.json.format(msgspec.json.encode(_PACKAGE)).decode(),
    "server.js": _SERVER,
}


class Vendure:
    """The shop at `url`.

    `key` opens it for Portside; `placed` is how many orders it was given, of which the last is
    cancelled.
    """

    name = "vendure"
    version = VERSION

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.url = url
        self.key = ""
        self.placed = 0
        self._session = session
        self._admin = Admin(session, url)

    def connector(self, url: str) -> dict[str, Any]:
        """The settings' connector block."""
        return {
            "type": "generic_json",
            "recipe": "vendure",
            "url": url,
            "auth": {"value": self.key},
        }

    async def seed(self, orders: int) -> None:
        """A channel with taxes, shipping, payment and four articles, and so many orders of buyers
        from all over the place.
        """
        await self._admin.log_in()
        tax = await furnish_channel(self._admin)
        variants = await make_articles(self._admin, tax)
        chance = random.Random(7)
        for number in range(orders):
            chosen = chance.sample(variants, chance.randint(1, 3))
            await place_order(self._session, self.url, number, chosen, chance)
        self.placed = orders
        self.key = await self._key()
        await self.cancel(await self._newest())

    async def tracking(self, order_id: str) -> list[tuple[str, int]]:
        """Tracking number and pieces of each parcel that is on its way."""
        found = await self._admin.ask(
            "query($id: ID!) { order(id: $id) { fulfillments { state trackingCode lines { quantity"
            " } } } }",
            {"id": order_id},
        )
        return sorted(
            (each["trackingCode"], sum(line["quantity"] for line in each["lines"]))
            for each in found["order"]["fulfillments"]
            if each
        )

    async def state(self, order_id: str) -> str:
        """What the shop calls the order's state."""
        found = await self._admin.ask(
            "query($id: ID!) { order(id: $id) { state } }", {"id": order_id}
        )
        state: str = found["order"]["state"]
        return state

    async def _key(self) -> str:
        """An API key that may read and change orders, and nothing else."""
        role = await self._admin.create(
            "Role",
            code="portside",
            description="Portside",
            permissions=["ReadOrder", "UpdateOrder"],
        )
        found = await self._admin.ask(
            "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }",
            {"input": {"roleIds": [role], "translations": translate("Portside")}},
        )
        key: str = found["createApiKey"]["apiKey"]
        return key

    async def cancel(self, order_id: str) -> None:
        """What a person does in the dashboard."""
        await self._admin.ask(
            'mutation($id: ID!) { cancelOrder(input: {orderId: $id, reason: "changed their mind"})'
            " { __typename ... on ErrorResult { errorCode message } } }",
            {"id": order_id},
        )

    async def _newest(self) -> str:
        found = await self._admin.ask(
            "query { orders(options: {take: 1, sort: {id: DESC}, filter: {active: {eq: false}}}) {"
            " items { id } } }"
        )
        newest: str = found["orders"]["items"][0]["id"]
        return newest


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Vendure]:
    """A Vendure without orders."""
    await install(folder, FILES)
    port = free_port()
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        database("vendure") as db_port,
    ):
        environment = {
            "PORT": str(port),
            "DB_PORT": str(db_port),
            "VENDURE_DISABLE_TELEMETRY": "true",
        }
        async with running(
            folder, "node", "server.js", ready=f"http://127.0.0.1:{port}/health", **environment
        ):
            yield Vendure(session, f"http://127.0.0.1:{port}")
