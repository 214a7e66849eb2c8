"""Proof that a request that changes something comes from a page or program that could read an
answer of ours: no other site's page can.

A token is a time and its MAC; nothing is kept. With a password every replica takes the tokens of
the others.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from proxy.operator.deliveries import WantedError
from proxy.server.body import FORM, read_form

TOKEN_HEADER: Final = "X-Portside-Token"  # noqa: S105 -- its name
TOKEN_FIELD: Final = "token"  # noqa: S105 -- its name
"""Where a form without script carries it."""

LIFETIME: Final = 12 * 3600
"""Seconds: a page that was opened in the morning still works in the afternoon."""

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST = 100
# Seconds by which the clocks of two replicas may differ.
_CLOCKS_APART = 60
_REFUSAL = (
    f"expected a token that is not older than {LIFETIME // 3600} hours; GET /token gives one, send"
    f" it as the header {TOKEN_HEADER}"
)


class ChangeTokens:
    """Makes tokens and knows them again. `password` gives that of the moment. Times are Unix
    times.
    """

    def __init__(self, password: Callable[[], str]) -> None:
        self._password = password
        # Without a password only this machine is answered, so that there are no other replicas.
        self._key = secrets.token_bytes(32)

    def make(self, now: float) -> str:
        """A new one."""
        made_at = str(int(now))
        return f"{made_at}.{self._sign(made_at).decode()}"

    def holds(self, token: str, now: float) -> bool:
        """Whether it is one of ours, and still young."""
        made_at, _, signature = token[:_LONGEST].partition(".")
        if not hmac.compare_digest(signature.encode(errors="replace"), self._sign(made_at)):
            return False
        return -_CLOCKS_APART <= now - int(made_at) <= LIFETIME

    def _sign(self, made_at: str) -> bytes:
        password = self._password().encode()
        shared = hashlib.sha256(b"portside change tokens\0" + password).digest()
        mac = hmac.new(
            shared if password else self._key, made_at.encode(errors="replace"), hashlib.sha256
        )
        return mac.hexdigest().encode()


CHANGE_TOKENS: web.AppKey[ChangeTokens] = web.AppKey("change_tokens", ChangeTokens)


def add_change_tokens(app: web.Application, password: Callable[[], str]) -> None:
    """`GET /token`: a token as JSON."""
    app[CHANGE_TOKENS] = ChangeTokens(password)
    app.router.add_get("/token", give_token)


async def give_token(request: web.Request) -> web.Response:
    """`{"token": "…"}`; `Cache-Control: no-store` is on every answer."""
    return web.json_response({"token": request.app[CHANGE_TOKENS].make(time.time())})


def guard_changes() -> Middleware:
    """A middleware that refuses (403) a request that may change something and carries no token, in
    the header or in a form's field; and a form that cannot be read (400).
    """

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method in _CHANGES_NOTHING:
            return await handler(request)
        try:
            token = await _read_token(request)
        except WantedError as error:
            return _refuse(HTTPStatus.BAD_REQUEST, str(error))
        if request.app[CHANGE_TOKENS].holds(token, time.time()):
            return await handler(request)
        return _refuse(HTTPStatus.FORBIDDEN, _REFUSAL)

    return guard


def _refuse(status: HTTPStatus, reason: str) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode({"error": reason}) + b"\n",
        content_type="application/json",
        charset="utf-8",
    )


async def _read_token(request: web.Request) -> str:
    if TOKEN_HEADER in request.headers or request.content_type != FORM:
        return request.headers.get(TOKEN_HEADER, "")
    field = (await read_form(request)).get(TOKEN_FIELD, "")
    return field if isinstance(field, str) else ""
