"""The operator's side: alive, ready, metrics. Behind a password where one is set."""

from __future__ import annotations

import base64
import hmac
import ipaddress
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from proxy.server.admission.connections import prove_client
from proxy.server.keys import DATABASE, METRICS, STOPPING
from proxy.storage.errors import StorageError

# What an orchestrator asks without knowing a password; neither tells more than a word.
_OPEN = frozenset({"/healthz", "/readyz"})
_OWN_SITES = frozenset({"none", "same-origin"})
_LONGEST_HOST = 300


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
        if request.path not in _OPEN:
            prove_client(request)
        return await handler(request)

    return guard


def guard_browsers(*, has_password: bool) -> Middleware:
    """A middleware against pages of other sites in the operator's browser: without a password only
    a loopback `Host` is answered (421 otherwise), and a request that another site makes is refused
    (403). Health and readiness answer any Host, as probes and balancers need.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _OPEN:
            return await handler(request)
        if not has_password and not _is_loopback(request.headers.get("Host", "")):
            return web.Response(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                text="without `admin.password` only localhost is answered here\n",
            )
        if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
            return web.Response(
                status=HTTPStatus.FORBIDDEN, text="refused: another site made this request\n"
            )
        return await handler(request)

    return guard


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host[:_LONGEST_HOST]}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


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
