"""OAuth 2 logins that need nobody at a browser: client credentials, refresh token, a password, and
a signed assertion.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypedDict, Unpack
from urllib.parse import quote

import msgspec

from connectors.upstream.auth.assertions import AssertionSigner
from connectors.upstream.auth.auth import Auth, BasicAuth, BearerAuth, NoAuth
from connectors.upstream.auth.token_answer import read_oauth2
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.auth.tokens import Place, TokenAuth
from connectors.upstream.request import Request, encode_params

_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenUse(TypedDict, total=False):
    """What becomes of a token: all as for `TokenAuth`, `secrets` beside those of the login, and the
    dotted paths of other `fields` of the answer by name.
    """

    carry: Callable[[str], Auth]
    place: Place | None
    secrets: tuple[str, ...]
    keep: TokenFile | None
    clock: Callable[[], float]
    fields: Mapping[str, str]


def use_client_credentials(
    token_url: str,
    client_id: str,
    client_secret: str,
    *,
    scope: str = "",
    basic: bool = False,
    as_json: bool = False,
    **use: Unpack[TokenUse],
) -> TokenAuth:
    """OAuth 2 client credentials (RFC 6749, 4.4).

    `basic` sends id and secret as the Basic header (form-encoded first, as 2.3.1 asks).
    """
    client = _Client(token_url, client_id, client_secret, basic=basic, as_json=as_json)
    request = client.ask({"grant_type": "client_credentials", "scope": scope})
    return _use_tokens(lambda _: request, use, client.secrets)


def use_refresh_token(
    token_url: str,
    token: str,
    *,
    client_id: str = "",
    client_secret: str = "",
    basic: bool = False,
    as_json: bool = False,
    **use: Unpack[TokenUse],
) -> TokenAuth:
    """OAuth 2 refresh token (RFC 6749, 6).

    A shop that hands out a new refresh token each time is followed until we stop.
    """
    client = _Client(token_url, client_id, client_secret, basic=basic, as_json=as_json)

    def login(newest: str) -> Request:
        return client.ask({"grant_type": "refresh_token", "refresh_token": newest or token})

    return _use_tokens(login, use, (token, *client.secrets))


def use_password(
    token_url: str,
    username: str,
    password: str,
    *,
    client_id: str = "",
    client_secret: str = "",
    scope: str = "",
    basic: bool = False,
    as_json: bool = False,
    **use: Unpack[TokenUse],
) -> TokenAuth:
    """OAuth 2 with the password of a user (RFC 6749, 4.3).

    A refresh token in the answer renews the token; the password is sent again where that is
    refused.
    """
    client = _Client(token_url, client_id, client_secret, basic=basic, as_json=as_json)

    def login(newest: str) -> Request:
        if newest:
            return client.ask({"grant_type": "refresh_token", "refresh_token": newest})
        named = {"username": username, "password": password, "scope": scope}
        return client.ask({"grant_type": "password", **named})

    return _use_tokens(login, use, (password, *client.secrets), falls_back=True)


def use_assertion(
    token_url: str,
    signer: AssertionSigner,
    *,
    for_client: bool = False,
    client_id: str = "",
    scope: str = "",
    as_json: bool = False,
    **use: Unpack[TokenUse],
) -> TokenAuth:
    """OAuth 2 with a signed assertion (RFC 7523): as the grant itself (2.1), or `for_client` in the
    place of a client's secret (2.2).
    """
    client = _Client(token_url, client_id, "", basic=False, as_json=as_json)

    def login(_newest: str) -> Request:
        grant = (
            {
                "grant_type": "client_credentials",
                "client_assertion_type": _CLIENT_ASSERTION,
                "client_assertion": signer.make(),
            }
            if for_client
            else {"grant_type": _BEARER_GRANT, "assertion": signer.make()}
        )
        return client.ask({**grant, "scope": scope})

    return _use_tokens(login, use, (), made=lambda: signer.secrets)


class _Client:
    """Who asks for a token, and how the question is written."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, *, basic: bool, as_json: bool
    ) -> None:
        self._url = url
        self._as_json = as_json
        self._signer: Auth = NoAuth()
        self._fields = {"client_id": client_id, "client_secret": client_secret}
        if basic:
            self._signer = BasicAuth(quote(client_id, safe=""), quote(client_secret, safe=""))
            self._fields = {}
        self.secrets = tuple(filter(None, (client_secret, *self._signer.secrets)))

    def ask(self, fields: Mapping[str, str]) -> Request:
        """The question; what is empty is left out."""
        told = {name: value for name, value in {**fields, **self._fields}.items() if value}
        body = msgspec.json.encode(told) if self._as_json else encode_params(told.items()).encode()
        kind = "application/json" if self._as_json else "application/x-www-form-urlencoded"
        return self._signer.sign(
            Request(method="POST", url=self._url, headers=(("Content-Type", kind),), body=body)
        )


def _use_tokens(
    login: Callable[[str], Request],
    use: TokenUse,
    secrets: tuple[str, ...],
    *,
    made: Callable[[], Iterable[str]] = tuple,
    falls_back: bool = False,
) -> TokenAuth:
    fields = use.get("fields")
    return TokenAuth(
        login,
        lambda reply: read_oauth2(reply, fields),
        carry=use.get("carry", BearerAuth),
        place=use.get("place"),
        secrets=(*secrets, *use.get("secrets", ())),
        made=made,
        keep=use.get("keep"),
        falls_back=falls_back,
        clock=use.get("clock", time.monotonic),
    )
