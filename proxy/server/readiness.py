"""Whether Portside can take what it is sent: the answer of `/readyz`."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from aiohttp import web

from proxy.server.keys import DATABASE, METRICS, STOPPING
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.telemetry.metrics import Metrics

# An answer holds for so long, so that many probes cost one commit.
_HOLDS = 1.0


class Readiness:
    """Tries the database when asked, once a second at most."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._turn = asyncio.Lock()
        self._trouble = ""
        self._asked_again_at = 0.0

    async def find_trouble(self) -> str:
        """What keeps the database from keeping what it is given; empty if nothing does."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._asked_again_at:
                try:
                    await self._database.try_writing()
                except StorageError as error:
                    self._trouble = str(error)
                else:
                    self._trouble = ""
                self._metrics.record_readiness(ready=not self._trouble)
                self._asked_again_at = loop.time() + _HOLDS
            return self._trouble


_READINESS: web.AppKey[Readiness] = web.AppKey("readiness", Readiness)


def add_readiness(app: web.Application) -> None:
    """The route that balancers and orchestrators ask."""
    app[_READINESS] = Readiness(app[DATABASE], app[METRICS])
    app.router.add_get("/readyz", say_ready)


async def say_ready(request: web.Request) -> web.Response:
    """The database takes and keeps what is written, and we are not about to stop."""
    if request.app[STOPPING]():
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="stopping\n")
    trouble = await request.app[_READINESS].find_trouble()
    if trouble:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{trouble}\n")
    return web.Response(text="ready\n")
