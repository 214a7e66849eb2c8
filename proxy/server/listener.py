"""One listening address: opened with a readable error, guarded against strangers who hold
connections, closed without breaking off a request.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from proxy.server.admission.acceptor import Acceptor, open_sockets
from proxy.server.admission.connections import Connections
from proxy.settings.values import ListenAddress

# A connection whose client is known is closed after so many idle seconds between requests.
IDLE_FOR = 75.0
# How long the rest of a refused request is read, so that its sender comes to see the refusal.
LINGER = 2.0


class ListenError(Exception):
    """The address cannot be listened on; the message says which and why."""


@asynccontextmanager
async def listening(
    app: web.Application,
    address: ListenAddress,
    connections: Connections,
    *,
    stop_within: float,
) -> AsyncIterator[ListenAddress]:
    """Serve `app` at `address`, and give the address with the port really used.

    Raises `ListenError`.

    Leaving the context stops accepting at once and lets running requests end, for `stop_within`
    seconds at most.
    """
    app.middlewares.insert(0, connections.hear)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=stop_within,
        keepalive_timeout=IDLE_FOR,
        lingering_time=LINGER,
        # `packed` unpacks, because aiohttp does not see where a body was cut short.
        auto_decompress=False,
    )
    await runner.setup()
    try:
        site = _GuardedSite(runner, address, connections)
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


class _GuardedSite(web.BaseSite):
    """A site whose connections are in the books."""

    def __init__(
        self, runner: web.AppRunner, address: ListenAddress, connections: Connections
    ) -> None:
        super().__init__(runner)
        self._address = address
        self._connections = connections
        self._acceptor: Acceptor | None = None
        self.port_in_use = address.port

    @property
    def name(self) -> str:
        """Where it listens."""
        return f"http://{self._address}"

    async def start(self) -> None:
        """Open the sockets and accept from them."""
        await super().start()
        make_handler = self._runner.server
        if make_handler is None:
            raise ListenError("the server was not set up")
        sockets = await open_sockets(self._address.host, self._address.port)
        self.port_in_use = sockets[0].getsockname()[1]
        self._acceptor = Acceptor(sockets, self._connections, make_handler)

    async def stop(self) -> None:
        """Take no more connections."""
        if self._acceptor is not None:
            await self._acceptor.close()
        await super().stop()
