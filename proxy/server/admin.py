"""The operator's side: alive, ready, metrics. Behind a password where one is set."""

from __future__ import annotations

import base64
import hmac
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from proxy.server.keys import DATABASE, METRICS, STOPPING
from proxy.storage.errors import StorageError

# What an orchestrator asks without knowing a password; neither tells more than a word.
_OPEN = frozenset({"/healthz", "/readyz"})


def add_admin(app: web.Application) -> None:
    """Health, readiness and metrics."""
    app.router.add_get("/healthz", say_alive)
    app.router.add_get("/readyz", say_ready)
    app.router.add_get("/metrics", give_metrics)


def require_password(password: str) -> Middleware:
    """A middleware that asks for `password` by HTTP Basic, whatever the user name; an empty one
    asks for nothing.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if (
            password
            and request.path not in _OPEN
            and not _knows(request.headers.get("Authorization", ""), password)
        ):
            return web.Response(
                status=HTTPStatus.UNAUTHORIZED,
                text="the operator's password, please\n",
                headers={"WWW-Authenticate": 'Basic realm="Portside operator", charset="UTF-8"'},
            )
        return await handler(request)

    return guard


def _knows(header: str, password: str) -> bool:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded.strip(), validate=True).partition(b":")[2]
    except ValueError:
        return False
    return hmac.compare_digest(given, password.encode())


async def say_alive(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="alive\n")


async def say_ready(request: web.Request) -> web.Response:
    """The database answers, its tables are there, and we are not about to stop."""
    if request.app[STOPPING]():
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="stopping\n")
    try:
        await request.app[DATABASE].check()
    except StorageError as error:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text=f"{error}\n")
    return web.Response(text="ready\n")


async def give_metrics(request: web.Request) -> web.Response:
    """All numbers in Prometheus' text form."""
    body, content_type = request.app[METRICS].render()
    return web.Response(body=body, headers={"Content-Type": content_type})
