"""The connections of one listening address: how many there may be, and which must make room.

A connection is a *stranger* until a request on it has proved its login. A stranger is closed when
it brings no whole request in time, when it stays idle after one, and, the oldest first, when its
address or all addresses together hold too many. One that has proved its login stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Literal, cast

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler

from proxy.server.admission.clients import Proxies, name_group
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.metrics import Metrics

# A connection that has not brought one whole request head by then is closed.
FIRST_REQUEST_WITHIN = 10.0
# How long a stranger may stay idle after a request; a client that is known stays longer.
STRANGER_IDLE_FOR = 5.0
# Bytes that one connection may bring before others have their turn. Taking them apart costs some
# microseconds a byte, and an event loop left to itself takes megabytes of one connection at once.
SLICE = 4_096
# Seconds before the next slice of a stranger: by then its login is mostly found right or wrong.
_STRANGERS_PAUSE = 0.01

Closed = Literal["address", "all", "descriptors"]
_REASONS: dict[Closed, str] = {
    "address": "one address holds as many as it may",
    "all": "there are as many as there may be",
    "descriptors": "the system has no descriptor left for another",
}
_log = structlog.get_logger("portside.server")


class ConnectionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections in all, and how many of one address that is not a trusted proxy."""

    in_all: int
    per_address: int
    proxies: Proxies = Proxies(())


class Connection(asyncio.BufferedProtocol):
    """One connection: its bytes go to aiohttp's `handler` in slices, its coming and going to the
    books.
    """

    def __init__(self, books: Connections, handler: RequestHandler, group: str) -> None:
        self.handler = handler
        self.group = group
        self._books = books
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._buffer = memoryview(bytearray(SLICE))
        self._proved = False
        self._deaf = False
        self._dropped = False
        self._closed = asyncio.Event()
        self.drop_after(FIRST_REQUEST_WITHIN)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open; it may have had to make room before."""
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self.handler.connection_made(transport)
        if self._dropped:
            self.drop()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 -- the protocol's shape
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes for the handler; where there may be more, they wait until others had their turn."""
        if not self._deaf:
            self.handler.data_received(bytes(self._buffer[:nbytes]))
        transport = self._transport
        # One that the handler made wait goes on when the handler says so.
        if nbytes == SLICE and transport is not None and transport.is_reading():
            transport.pause_reading()
            pause = 0.0 if self._proved or self._deaf else _STRANGERS_PAUSE
            asyncio.get_running_loop().call_later(pause, self._go_on)

    def _go_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def stop_listening(self) -> None:
        """Throw away what else comes: it belongs to a request that was refused."""
        self._deaf = True

    def eof_received(self) -> None:
        """The client has said all."""
        self.handler.eof_received()

    def pause_writing(self) -> None:
        """The client takes its answer slowly."""
        self.handler.pause_writing()

    def resume_writing(self) -> None:
        """The client has taken what waited."""
        self.handler.resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is closed, by whichever side."""
        self.keep()
        self._closed.set()
        self._books.release(self)
        self.handler.connection_lost(exc)

    def drop_after(self, seconds: float) -> None:
        """Close it then, unless it is kept before; never one that has proved its login."""
        self.keep()
        if not self._proved:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.drop)

    def keep(self) -> None:
        """Do not close it for its silence."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def drop(self) -> None:
        """Close it at once, whatever it is at."""
        self._dropped = True
        self.keep()
        self._books.release(self)
        if self._transport is not None:
            self._transport.abort()

    async def wait(self, seconds: float) -> None:
        """Let the client wait for its answer.

        Raises ConnectionResetError as soon as it is gone, so that one who does not wait costs
        nothing more.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closed.wait()
        if self._closed.is_set():
            raise ConnectionResetError("the client did not wait for its answer")

    def prove(self) -> None:
        """A request on it has proved its login."""
        self._proved = True
        self.keep()
        self._books.trust(self)


CONNECTION: web.RequestKey[Connection] = web.RequestKey("connection", Connection)
PROVED: web.RequestKey[bool] = web.RequestKey("proved", bool)


def prove_client(request: web.Request) -> None:
    """The request has proved who makes it, so its connection does not count as a stranger's."""
    request[PROVED] = True
    if (connection := request.get(CONNECTION)) is not None:
        connection.prove()


class Connections:
    """The open connections of one listening address, called `side` in the metrics."""

    def __init__(self, side: str, limits: ConnectionLimits, metrics: Metrics) -> None:
        self.side = side
        self._limits = limits
        self._metrics = metrics
        self._pace = LogPace()
        self._open: dict[RequestHandler, Connection] = {}
        self._strangers: dict[Connection, None] = {}
        self._groups: dict[str, dict[Connection, None]] = defaultdict(dict)

    def admit(self, make_handler: Callable[[], RequestHandler], peer: str) -> Connection | None:
        """Take a connection from `peer` into the books; None where it must be closed because those
        that are there have all proved their login.
        """
        group = name_group(peer)
        here = self._groups.get(group, {})
        if len(here) >= self._limits.per_address and not self._limits.proxies.trusts(peer):
            oldest = next((one for one in here if one in self._strangers), None)
            if not self._close("address", oldest):
                return None
        if len(self._open) >= self._limits.in_all and not self.make_room("all"):
            return None
        connection = Connection(self, make_handler(), group)
        self._open[connection.handler] = connection
        self._strangers[connection] = self._groups[group][connection] = None
        self._count()
        return connection

    def make_room(self, reason: Closed) -> bool:
        """Close the oldest stranger; False if there is none."""
        return self._close(reason, next(iter(self._strangers), None))

    def trust(self, connection: Connection) -> None:
        """It does not count as a stranger's."""
        self._strangers.pop(connection, None)

    def release(self, connection: Connection) -> None:
        """It is closed, or about to be."""
        self._strangers.pop(connection, None)
        if self._open.pop(connection.handler, None) is None:
            return
        group = self._groups[connection.group]
        del group[connection]
        if not group:
            del self._groups[connection.group]
        self._count()

    @web.middleware
    async def hear(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around each request: its connection is not idle while the request is under way. Of a
        request that proved no login nothing is read any more once it is answered.
        """
        connection = self._open.get(request.protocol)
        if connection is None:
            return await handler(request)
        request[CONNECTION] = connection
        connection.keep()
        try:
            response = await handler(request)
            if not request.get(PROVED) and not request.content.is_eof():
                response.force_close()
                connection.stop_listening()
            return response
        finally:
            connection.drop_after(STRANGER_IDLE_FOR)

    def warn_of_failure(self, reason: str) -> None:
        """The system did not give us a connection that waits."""
        self._metrics.count_accept_failure(side=self.side)
        if count := self._pace.count("accept", time.monotonic()):
            _log.error(
                "Connections could not be accepted.", side=self.side, reason=reason, count=count
            )

    def _close(self, reason: Closed, stranger: Connection | None) -> bool:
        self._metrics.count_closed_connection(side=self.side, reason=reason)
        if count := self._pace.count(reason, time.monotonic()):
            _log.warning(
                "Connections were closed.", side=self.side, reason=_REASONS[reason], count=count
            )
        if stranger is not None:
            stranger.drop()
        return stranger is not None

    def _count(self) -> None:
        self._metrics.set_connections(side=self.side, count=len(self._open))
