"""A server that tells what it was asked, for tests of how requests go out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from connectors.testing.shop import FakeShop
from connectors.upstream.auth.auth import Auth, NoAuth
from connectors.upstream.client import Upstream
from connectors.upstream.policy import UpstreamPolicy

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]

QUICK = UpstreamPolicy(
    rate=10_000, timeout=20, attempts=3, backoff=0.0, patience=0.2, trip_after=1000
)


class EchoShop(FakeShop):
    """Answers every path with `{"ok": true}` unless `answer` says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answering] = {}

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [web.route("*", "/{path:.*}", self._answer)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        answer = self.answers.get(request.path)
        return await answer(request) if answer is not None else web.json_response({"ok": True})


@asynccontextmanager
async def asking(
    shop: FakeShop, *, auth: Auth | None = None, policy: UpstreamPolicy = QUICK, **more: Any
) -> AsyncIterator[Upstream]:
    """An upstream that points at the shop."""
    async with Upstream.open(
        f"{shop.url}/api", auth=auth or NoAuth(), policy=policy, **more
    ) as upstream:
        yield upstream
