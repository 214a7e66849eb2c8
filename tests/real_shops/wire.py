"""The wire between Portside and the shop: every exchange is written down, writes are counted, and
an answer can be lost on the way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web
from yarl import URL

_HOP = frozenset(
    {
        "host",
        "connection",
        "transfer-encoding",
        "content-length",
        "content-encoding",
        "accept-encoding",
        "keep-alive",
    }
)


class Passed(msgspec.Struct, kw_only=True):
    """One exchange, without credentials."""

    method: str
    path: str
    query: str
    asked: Any
    status: int
    answered: Any
    lost: bool = False

    @property
    def writes(self) -> bool:
        """Whether the shop was told to change something."""
        if isinstance(self.asked, dict) and "query" in self.asked:
            return str(self.asked["query"]).lstrip().startswith("mutation")
        return self.method != "GET"


class Wire:
    """Stands between Portside and the shop at `target`. `url` is what Portside is told."""

    def __init__(self, session: aiohttp.ClientSession, target: str) -> None:
        self._session = session
        self._target = target
        self._countdown = 0
        self.passed: list[Passed] = []
        self.url = ""

    @property
    def writes(self) -> list[Passed]:
        """The exchanges so far that changed something, logins aside."""
        return [each for each in self.passed if each.writes and "login" not in str(each.asked)]

    def lose_answer(self, number: int) -> None:
        """Cut the connection in place of the answer to the write that is `number` writes ahead, 1
        being the next one.
        """
        self._countdown = number

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Ask the shop what we are asked."""
        body = await request.read()
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in _HOP
        }
        url = f"{self._target}{request.raw_path}"
        async with self._session.request(
            request.method, URL(url, encoded=True), data=body or None, headers=headers
        ) as answer:
            content = await answer.read()
            kept = {
                name: value for name, value in answer.headers.items() if name.lower() not in _HOP
            }
        exchange = Passed(
            method=request.method,
            path=request.path,
            query=request.query_string,
            asked=_decoded(body),
            status=answer.status,
            answered=_decoded(content),
        )
        self.passed.append(exchange)
        if exchange in self.writes and self._countdown:
            self._countdown -= 1
            if not self._countdown and request.transport is not None:
                exchange.lost = True
                request.transport.abort()
        return web.Response(status=answer.status, body=content, headers=kept)

    def write_down(self, file: Path) -> None:
        """All exchanges, one a line."""
        file.write_bytes(b"\n".join(msgspec.json.encode(each) for each in self.passed) + b"\n")


@asynccontextmanager
async def wire(target: str) -> AsyncIterator[Wire]:
    """A wire to the shop at `target`."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        line = Wire(session, target)
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{tail:.*}", line.pass_on)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        line.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield line
        finally:
            await runner.cleanup()


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content) if content else None
    except msgspec.DecodeError:
        return content.decode(errors="replace")
