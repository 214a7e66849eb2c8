"""A fake account in front of a small custom store, both over real sockets, in simulated time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import msgspec

from connectors.orders import Order, OrderId
from connectors.testing.clock import Clock
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import Faults, Traits
from tests.builders import build_discount, build_item, build_order
from tests.simulator.store import LOGIN
from tests.simulator.store import Store as Shop

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# More than any test asks in a minute that stands still.
ROOMY = Traits(limit=10_000)


def build_orders(count: int, **changes: object) -> list[Order]:
    """Paid orders `N-1`, `N-2`, … of two lines, changed one minute after the other."""
    return [
        build_order(
            id=OrderId(f"{1000 + number}"),
            number=f"N-{number}",
            modified_at=NOW - timedelta(hours=20) + number * MINUTE,
            items=(
                build_item(id=f"{number}01"),
                build_item(id=f"{number}02", sku="CUP-1", name="Cup", quantity=1),
                build_discount(id=f"{number}03"),
            ),
            **changes,
        )
        for number in range(1, count + 1)
    ]


class Scene:
    """The account, the custom store `shop` behind its store `store`, and its API asked."""

    def __init__(
        self, account: FakeAccount, shop: Shop, store: Store, session: aiohttp.ClientSession
    ) -> None:
        self.account = account
        self.shop = shop
        self.store = store
        self.client = store.client
        self.credentials = LOGIN
        self._session = session

    async def call(
        self, method: str, path: str, body: object = None, **query: object
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON and headers of one call; the path may be a whole URL."""
        url = path if path.startswith("http") else self.account.url + path
        async with self._session.request(
            method,
            url,
            params={name: str(value) for name, value in query.items()} or None,
            data=None if body is None else msgspec.json.encode(body),
            headers={
                "Authorization": aiohttp.encode_basic_auth(self.account.key, self.account.secret)
            },
        ) as answer:
            text = await answer.read()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, msgspec.json.decode(text) if text else None, headers

    async def get(self, path: str, **query: object) -> Any:
        """The JSON of a call that must succeed."""
        status, answer, _ = await self.call("GET", path, **query)
        assert status == 200, answer
        return answer

    async def post(self, path: str, **body: object) -> Any:
        """The JSON of a deed that must succeed."""
        status, answer, _ = await self.call("POST", path, body)
        assert status in {200, 201}, answer
        return answer

    async def numbers(self, path: str, **query: object) -> list[str]:
        """The order numbers of a list's page."""
        answer = await self.get(path, **query)
        return [row["orderNumber"] for row in answer[path.strip("/").split("/")[0]]]


@asynccontextmanager
async def open_scene(
    orders: Sequence[Order] = (),
    *,
    traits: Traits = ROOMY,
    faults: Faults | None = None,
    store_faults: Sequence[str] = (),
    now: datetime = NOW,
    seed: int = 0,
) -> AsyncIterator[Scene]:
    """A scene in which the orders are imported already."""
    shop = Shop(orders, store_faults)
    async with (
        shop.open(),
        FakeAccount(Clock(now), traits=traits, faults=faults, seed=seed) as account,
        aiohttp.ClientSession() as session,
    ):
        store = await account.connect_store("North", shop.url, LOGIN, patience=20)
        if orders:
            await account.import_orders(store)
        yield Scene(account, shop, store, session)
