"""Takes connections from listening sockets, one by one and by ourselves.

An event loop that runs out of descriptors drops what waits without a word (libuv) or writes a
traceback each second (asyncio); here it is counted, and the oldest stranger makes room.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Sequence

from aiohttp.web_protocol import RequestHandler

from proxy.server.admission.connections import Connection, Connections

BACKLOG = 128
# Seconds before the next attempt after the system refused one.
_PAUSE = 0.1
# Connections taken in a row before other work has its turn.
_IN_A_ROW = 16
# The client is to blame, or nothing is: it left before it was taken.
_HARMLESS = frozenset({errno.ECONNABORTED, errno.EPROTO, errno.EINTR, errno.ECONNRESET})


async def open_sockets(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address that `host` has.

    Raises OSError where an address cannot be had.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    places = list(dict.fromkeys((family, place) for family, _, _, _, place in found))
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(place, family=family, backlog=BACKLOG))
            for family, place in places
        ]
        for one in sockets:
            one.settimeout(0)
        stack.pop_all()
    return sockets


class Acceptor:
    """Accepts from `sockets` until it is closed."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        connections: Connections,
        make_handler: Callable[[], RequestHandler],
    ) -> None:
        self._sockets = tuple(sockets)
        self._connections = connections
        self._make_handler = make_handler
        self._opening = set[asyncio.Task[object]]()
        self._tasks = [asyncio.create_task(self._accept_all(one)) for one in self._sockets]

    async def close(self) -> None:
        """Take no more."""
        for task in self._tasks:
            task.cancel()
        # A socket that is closed while the loop still watches it leaves its number to a stranger.
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._sockets:
            one.close()

    async def _accept_all(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        taken = 0
        while True:
            try:
                accepted, place = await loop.sock_accept(listening)
            except OSError as error:
                await self._bear(error)
                continue
            self._take(accepted, str(place[0]) if isinstance(place, tuple) else "")
            taken += 1
            if taken % _IN_A_ROW == 0:
                await asyncio.sleep(0)

    async def _bear(self, error: OSError) -> None:
        """Go on after an error: a descriptor that is missing is freed, where a stranger has one."""
        if error.errno in _HARMLESS:
            return
        self._connections.warn_of_failure(error.strerror or type(error).__name__)
        self._connections.make_room("descriptors")
        await asyncio.sleep(_PAUSE)

    def _take(self, accepted: socket.socket, peer: str) -> None:
        connection = self._connections.admit(self._make_handler, peer)
        if connection is None:
            accepted.close()
            return
        task = asyncio.create_task(self._open(connection, accepted))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            connection.drop()
            accepted.close()
