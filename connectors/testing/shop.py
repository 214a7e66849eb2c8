"""FakeShop: a real HTTP server with an order book, for tests, the demo and anyone's connector."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable
from typing import Self

from aiohttp import web

from connectors.testing.book import OrderBook
from connectors.testing.clock import Clock
from connectors.testing.faults import Faults, Handler
from connectors.testing.requests import SeenRequest, see_request

LARGEST_REQUEST = 4 * 1024 * 1024


class FakeShop(abc.ABC):
    """Subclass it and give `routes`; `async with` starts and stops it.

    `book` holds the orders, `clock` its time, `faults` what goes wrong next, `requests` all that
    came so far. Each function in `on_request` is called with a request before it is answered: the
    place to edit the book in the middle of a walk. `stop` and `start` again, on the same port, play
    an outage.
    """

    def __init__(self, *, clock: Clock | None = None, port: int = 0) -> None:
        self.clock = clock or Clock()
        self.book = OrderBook(self.clock)
        self.faults = Faults()
        self.requests: list[SeenRequest] = []
        self.on_request: list[Callable[[SeenRequest], None]] = []
        self._runner: web.AppRunner | None = None
        self._port = port

    @abc.abstractmethod
    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The shop's API, e.g. `[web.get("/orders", self.list_orders)]`."""

    @property
    def url(self) -> str:
        """Where the shop is, without a slash at the end."""
        if not self._port:
            raise RuntimeError("the fake shop was never started")
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen: on the port that was given, else at first on any free one and afterwards on
        that.
        """
        application = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[self._meet])
        application.add_routes(self.routes())
        runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.05, handle_signals=False
        )
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = runner.addresses[0][1]
        self._runner = runner

    async def stop(self) -> None:
        """Refuse connections from now on; open ones are cut."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def count(self, method: str, path: str = "") -> int:
        """How many requests of `method` came whose path and query contain `path`."""
        return sum(seen.method == method and path in seen.raw_path for seen in self.requests)

    @web.middleware
    async def _meet(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        seen = await see_request(request)
        self.requests.append(seen)
        for listener in self.on_request:
            listener(seen)
        fault = self.faults.take(seen)
        return await (handler(request) if fault is None else fault(request, handler))
