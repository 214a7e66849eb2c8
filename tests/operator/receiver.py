"""A web hook that people's phones would hang behind: it keeps what it was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


class Receiver:
    """`messages` are what arrived, `status` what is answered from now on."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.status = 200
        self.url = ""

    async def _take(self, request: web.Request) -> web.Response:
        self.messages.append(await request.json())
        return web.Response(status=self.status)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Listen on loopback: the address for `alerts.to`."""
        app = web.Application()
        app.router.add_post("/hook", self._take)
        async with TestServer(app) as server:
            self.url = f"http://127.0.0.1:{server.port}/hook"
            yield self.url
