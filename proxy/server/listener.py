"""One listening address: opened with a readable error, guarded against silent clients, closed
without breaking off a request.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp.web_protocol import RequestHandler

from proxy.settings.values import ListenAddress

# A connection that has not brought one whole request head by then is closed; so is one that stays
# idle between requests.
FIRST_REQUEST_WITHIN = 30.0
IDLE_FOR = 75.0
# How long the rest of a refused request is read, so that its sender comes to see the refusal.
LINGER = 2.0

# The connections that have not brought a request yet, each with the timer that will end it.
_Silent = dict[int, asyncio.TimerHandle]


class ListenError(Exception):
    """The address cannot be listened on; the message says which and why."""


@asynccontextmanager
async def listening(
    app: web.Application, address: ListenAddress, *, stop_within: float
) -> AsyncIterator[ListenAddress]:
    """Serve `app` at `address`, and give the address with the port really used.

    Raises `ListenError`.

    Leaving the context stops accepting at once and lets running requests end, for `stop_within`
    seconds at most.
    """
    silent: _Silent = {}
    app.middlewares.insert(0, _hearing(silent))
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=stop_within,
        keepalive_timeout=IDLE_FOR,
        lingering_time=LINGER,
    )
    await runner.setup()
    try:
        site = _GuardedSite(runner, address.host, address.port, silent)
        try:
            await site.start()
        except OSError as error:
            reason = (
                os.strerror(error.errno)
                if error.errno and error.errno > 0
                else error.strerror or str(error)
            )
            raise ListenError(f"cannot listen on {address}: {reason.lower()}") from error
        yield ListenAddress(address.host, site.port_in_use)
    finally:
        await runner.cleanup()


def _hearing(silent: _Silent) -> Middleware:
    @web.middleware
    async def hear(request: web.Request, handler: Handler) -> web.StreamResponse:
        timer = silent.pop(id(request.protocol), None)
        if timer is not None:
            timer.cancel()
        return await handler(request)

    return hear


class _GuardedSite(web.TCPSite):
    """A TCP site whose connections must say something soon."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, silent: _Silent) -> None:
        super().__init__(runner, host, port)
        self._address = (host, port)
        self._silent = silent
        self.port_in_use = port

    async def start(self) -> None:
        """Open the socket."""
        await web.BaseSite.start(self)
        loop = asyncio.get_running_loop()
        serve = self._runner.server
        if serve is None:
            raise ListenError("the server was not set up")

        def accept_connection() -> RequestHandler:
            protocol = serve()
            self._silent[id(protocol)] = loop.call_later(FIRST_REQUEST_WITHIN, self._drop, protocol)
            return protocol

        host, port = self._address
        server = await loop.create_server(
            accept_connection, host, port, backlog=128, reuse_address=True
        )
        self._server = server
        self.port_in_use = server.sockets[0].getsockname()[1]

    def _drop(self, connection: RequestHandler) -> None:
        self._silent.pop(id(connection), None)
        connection.force_close()
