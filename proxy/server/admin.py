"""The operator's side: alive, metrics. Behind a password where one is set."""

from __future__ import annotations

import base64
import hmac
import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from connectors.quoting import make_printable
from proxy.server.admission.connections import prove_client
from proxy.server.answers import retry_headers
from proxy.server.auth import TooManyLoginsError, delay_refusal
from proxy.server.keys import FAILED_LOGINS, METRICS
from proxy.server.middlewares import CLIENT_GONE
from proxy.settings.models import AdminSettings

# What an orchestrator asks without knowing a password; neither tells more than a word.
_OPEN = frozenset({"/healthz", "/readyz"})
_OWN_SITES = frozenset({"none", "same-origin"})
_LONGEST_HOST = 300
_LONGEST_NAME = 60


def add_admin(app: web.Application) -> None:
    """Health and metrics."""
    app.router.add_get("/healthz", say_alive)
    app.router.add_get("/metrics", give_metrics)


def require_password(settings: Callable[[], AdminSettings]) -> Middleware:
    """A middleware that asks for the password of the `settings` of the moment by HTTP Basic,
    whatever the user name; an empty one asks for nothing, and then everybody stays a stranger, so
    that no crowd on this machine keeps a probe or the operator out.

    A wrong password is counted and delayed as at a store. The client is the connecting address,
    never a forwarded one, because any process on this machine could forge that.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _OPEN:
            return await handler(request)
        if password := settings().password.get_secret_value():
            username, given = _parse_login(request.headers.get("Authorization", ""))
            if not hmac.compare_digest(given, password.encode()):
                return await _refuse(request, username)
            request.app[FAILED_LOGINS].forgive("", request.remote or "", username)
            prove_client(request)
        return await handler(request)

    return guard


def guard_browsers(settings: Callable[[], AdminSettings]) -> Middleware:
    """A middleware against pages of other sites in the operator's browser, by the `settings` of the
    moment: without a password only a loopback `Host` is answered, and where `hosts` names any, only
    these (421 otherwise); a request that another site makes is refused (403). A target that is a
    whole URL has to name such a host too. Health and readiness answer any Host, as probes and
    balancers need.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in _OPEN:
            return await handler(request)
        names, admin = _find_names(request), settings()
        if not admin.password.get_secret_value() and not all(map(_is_loopback, names)):
            return web.Response(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                text="without `admin.password` only localhost is answered here\n",
            )
        if admin.hosts and not names <= frozenset(admin.hosts):
            return web.Response(
                status=HTTPStatus.MISDIRECTED_REQUEST,
                text="`admin.hosts` does not name this host\n",
            )
        if _is_from_another_site(request, names):
            return web.Response(
                status=HTTPStatus.FORBIDDEN, text="refused: another site made this request\n"
            )
        return await handler(request)

    return guard


def refuse_nul() -> Middleware:
    """A middleware that refuses (400) an address with a NUL in it: no order, store or delivery is
    called so, and PostgreSQL takes no such text.
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        texts = [request.path, *request.query.values()]
        if any("\0" in text for text in texts):
            return web.Response(
                status=HTTPStatus.BAD_REQUEST,
                text="expected an address of printable characters, found a NUL (%00) in it\n",
            )
        return await handler(request)

    return guard


def _find_names(request: web.Request) -> frozenset[str]:
    """The hosts that the request says it is meant for: by `Host`, and by its target where that is
    in absolute form (RFC 9112, 3.2.2), which goes before `Host`.
    """
    named = [request.headers.get("Host", "")]
    if not request.raw_path.startswith("/"):
        named.append(request.raw_path.partition("://")[2])
    return frozenset(map(_find_name, named))


def _is_from_another_site(request: web.Request, names: frozenset[str]) -> bool:
    """By what a browser says of its own accord: Fetch Metadata, and `Origin` in older ones."""
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and {_find_name(origin.partition("://")[2])} != names


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


async def _refuse(request: web.Request, username: str) -> web.Response:
    """401, late where its client guesses, and 429 once that was too often.

    A browser's first request carries no login and does not count as a guess.
    """
    if "Authorization" in request.headers:
        try:
            await delay_refusal(request, "", request.remote or "", (username,))
        except TooManyLoginsError as error:
            return web.Response(
                status=HTTPStatus.TOO_MANY_REQUESTS,
                text=f"{error}\n",
                headers=retry_headers(error.retry_after),
            )
        except ConnectionResetError:
            return web.Response(status=CLIENT_GONE)
    return web.Response(
        status=HTTPStatus.UNAUTHORIZED,
        text="the operator's password, please\n",
        headers={"WWW-Authenticate": 'Basic realm="Portside operator", charset="UTF-8"'},
    )


def _parse_login(header: str) -> tuple[str, bytes]:
    """User name and password of a Basic header; both empty for any other."""
    scheme, _, encoded = header.partition(" ")
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except ValueError:
        raw = b""
    username, _, password = raw.partition(b":")
    return (username.decode(errors="replace"), password) if scheme.lower() == "basic" else ("", b"")


def name_operator(request: web.Request) -> str:
    """Who asks: the user name that was typed beside the password, and the address."""
    username, _ = _parse_login(request.headers.get("Authorization", ""))
    place = request.remote or "an unknown address"
    return f"{make_printable(username[:_LONGEST_NAME])} at {place}" if username else place


async def say_alive(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="alive\n")


async def give_metrics(request: web.Request) -> web.Response:
    """All numbers in Prometheus' text form."""
    body, content_type = request.app[METRICS].render()
    return web.Response(body=body, headers={"Content-Type": content_type})
