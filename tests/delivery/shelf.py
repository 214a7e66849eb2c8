"""The smallest shop there is, over real HTTP, and its connector: orders stand on a shelf, parcels
are put beside them.

It shows exactly what a delivery did: every call, every effect, and how often. Tests say what goes
wrong with `before` and `after`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer
from aiolimiter import AsyncLimiter

from connectors import (
    AuthenticationError,
    CheckReport,
    ConflictError,
    ConnectorContext,
    ConnectorError,
    ConnectorSettings,
    ConnectorType,
    Order,
    OrderNotFoundError,
    RefusedError,
    RejectedOrder,
    Shipment,
    ShipOutcome,
    ThrottledError,
    UnavailableError,
    Window,
)

# A fault answers in the shop's place, or returns None to let things take their course.
Fault = Callable[[dict[str, Any]], Awaitable[web.StreamResponse | None]]


async def _nothing(_parcel: dict[str, Any]) -> web.StreamResponse | None:
    return None


class ShelfShop:
    """`parcels` is what the shop has, in the order it took them; `calls` is what it was asked.

    `unknown` orders it does not show.
    """

    def __init__(self) -> None:
        self.url = ""
        self.parcels: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.unknown: set[str] = set()
        self.before: Fault = _nothing
        self.after: Fault = _nothing

    def of(self, order: str) -> list[str]:
        """The tracking numbers one order has."""
        return [parcel["number"] for parcel in self.parcels if parcel["order"] == order]

    async def look(self, request: web.Request) -> web.StreamResponse:
        order = request.match_info["order"]
        if order in self.unknown:
            return web.json_response({"message": "no such order"}, status=404)
        return web.json_response(
            [parcel["key"] for parcel in self.parcels if parcel["order"] == order]
        )

    async def take(self, request: web.Request) -> web.StreamResponse:
        parcel = {"order": request.match_info["order"], **await request.json()}
        self.calls.append(parcel)
        if (answer := await self.before(parcel)) is not None:
            return answer
        self.parcels.append(parcel)
        if (answer := await self.after(parcel)) is not None:
            return answer
        return web.json_response({})


@asynccontextmanager
async def open_shop() -> AsyncIterator[ShelfShop]:
    """A running shop."""
    shop = ShelfShop()
    app = web.Application()
    app.router.add_get("/orders/{order}/parcels", shop.look)
    app.router.add_post("/orders/{order}/parcels", shop.take)
    async with TestServer(app) as server:
        shop.url = str(server.make_url("")).rstrip("/")
        yield shop


class ShelfSettings(ConnectorSettings):
    """Where the shop is."""

    type: Literal["shelf"] = "shelf"
    url: str


class ShelfConnector:
    """Looks, then writes. It has no orders to export."""

    orders: tuple[Order, ...] = ()

    def __init__(self, session: ClientSession, url: str, rate: float) -> None:
        self._session = session
        self._url = url
        self._pace = AsyncLimiter(max(1.0, rate / 10), 0.1)

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        path = f"{self._url}/orders/{shipment.order_number}/parcels"
        order_id = f"id of {shipment.order_number}"
        if shipment.key() in await self._ask("GET", path):
            return ShipOutcome(already=True, order_id=order_id)
        parcel = {
            "key": shipment.key(),
            "number": shipment.tracking_number,
            "earlier": [before.tracking_number for before in earlier],
            "mail": shipment.notify_customer,
        }
        await self._ask("POST", path, parcel)
        return ShipOutcome(order_id=order_id)

    async def _ask(self, method: str, url: str, body: object = None) -> Any:
        try:
            async with self._pace, self._session.request(method, url, json=body) as response:
                text = await response.text()
                if response.status >= 400:
                    raise _error(response.status, text, response.headers.get("Retry-After"))
                return msgspec.json.decode(text)
        except (ClientError, TimeoutError) as error:
            raise UnavailableError(f"the shop did not answer: {type(error).__name__}") from error

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        for order in self.orders:
            if window.contains(order.modified_at):
                yield order

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        for order in self.orders:
            yield order

    async def count_orders(self, window: Window) -> int | None:
        return sum(window.contains(order.modified_at) for order in self.orders)

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        raise OrderNotFoundError(f"the shelf shows no order {order_id}")

    async def check(self) -> CheckReport:
        return CheckReport(findings=())


def _error(status: int, words: str, retry_after: str | None) -> ConnectorError:
    if status in {401, 403}:
        return AuthenticationError(words)
    if status == 404:
        return OrderNotFoundError(words)
    if status == 409:
        return ConflictError(words)
    if status == 429:
        return ThrottledError(words, retry_after=float(retry_after or 0))
    if status < 500:
        return RefusedError(words, status=status)
    return UnavailableError(words)


@asynccontextmanager
async def open_shelf(
    settings: ShelfSettings, context: ConnectorContext
) -> AsyncIterator[ShelfConnector]:
    """The connector, open."""
    async with ClientSession(timeout=ClientTimeout(total=20)) as session:
        yield ShelfConnector(session, settings.url, context.upstream.rate)


shelf = ConnectorType(name="shelf", settings=ShelfSettings, open=open_shelf)
