"""The operator's side: alive, metrics. Behind a password where one is set."""

from __future__ import annotations

import base64
import hmac
import ipaddress
from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from proxy.server.admission.connections import prove_client
from proxy.server.keys import METRICS

# What an orchestrator asks without knowing a password; neither tells more than a word.
_OPEN = frozenset({"/healthz", "/readyz"})
_OWN_SITES = frozenset({"none", "same-origin"})
_LONGEST_HOST = 300


def add_admin(app: web.Application) -> None:
    """Health and metrics."""
    app.router.add_get("/healthz", say_alive)
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


def guard_browsers(*, has_password: bool, hosts: Collection[str] = ()) -> Middleware:
    """A middleware against pages of other sites in the operator's browser: without a password only
    a loopback `Host` is answered, and where `hosts` names any, only these (421 otherwise); a
    request that another site makes is refused (403). Health and readiness answer any Host, as
    probes and balancers need.
    """
    names = frozenset(hosts)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _OPEN:
            return await handler(request)
        host = _find_name(request.headers.get("Host", ""))
        if not has_password and not _is_loopback(host):
            return web.Response(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                text="without `admin.password` only localhost is answered here\n",
            )
        if names and host not in names:
            return web.Response(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                text="`admin.hosts` does not name this host\n",
            )
        if _is_from_another_site(request, host):
            return web.Response(
                status=HTTPStatus.FORBIDDEN, text="refused: another site made this request\n"
            )
        return await handler(request)

    return guard


def _is_from_another_site(request: web.Request, host: str) -> bool:
    """By what a browser says of its own accord: Fetch Metadata, and `Origin` in older ones."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and _find_name(origin.partition("://")[2]) != host


def _find_name(host: str) -> str:
    """The name or address in `host[:port]`; `""` where there is none, or something before it."""
    if "@" in host:
        return ""
    try:
        return urlsplit(f"//{host[:_LONGEST_HOST]}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    try:
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


async def give_metrics(request: web.Request) -> web.Response:
    """All numbers in Prometheus' text form."""
    body, content_type = request.app[METRICS].render()
    return web.Response(body=body, headers={"Content-Type": content_type})
