"""OAuth 2 logins that need nobody at a browser: client credentials and refresh token."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from connectors.upstream.auth.auth import Auth, BasicAuth, BearerAuth, NoAuth
from connectors.upstream.auth.token_answer import read_oauth2
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.auth.tokens import TokenAuth
from connectors.upstream.request import Request, encode_params


def use_client_credentials(
    token_url: str,
    client_id: str,
    client_secret: str,
    *,
    scope: str = "",
    basic: bool = False,
    as_json: bool = False,
    carry: Callable[[str], Auth] = BearerAuth,
    keep: TokenFile | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TokenAuth:
    """OAuth 2 client credentials (RFC 6749, 4.4).

    `basic` sends id and secret as the Basic header (form-encoded first, as 2.3.1 asks).
    """
    fields = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    signer: Auth = NoAuth()
    if basic:
        signer = BasicAuth(quote(client_id, safe=""), quote(client_secret, safe=""))
    else:
        fields |= {"client_id": client_id, "client_secret": client_secret}
    request = signer.sign(_make_request(token_url, fields, as_json=as_json))
    return TokenAuth(
        lambda _: request,
        read_oauth2,
        carry=carry,
        secrets=(client_secret, *signer.secrets),
        keep=keep,
        clock=clock,
    )


def use_refresh_token(
    token_url: str,
    token: str,
    *,
    client_id: str = "",
    client_secret: str = "",
    as_json: bool = False,
    carry: Callable[[str], Auth] = BearerAuth,
    keep: TokenFile | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TokenAuth:
    """OAuth 2 refresh token (RFC 6749, 6).

    A shop that hands out a new refresh token each time is followed until we stop.
    """

    def login(newest: str) -> Request:
        fields = {"grant_type": "refresh_token", "refresh_token": newest or token}
        fields |= {
            name: value
            for name, value in (("client_id", client_id), ("client_secret", client_secret))
            if value
        }
        return _make_request(token_url, fields, as_json=as_json)

    return TokenAuth(
        login,
        read_oauth2,
        carry=carry,
        secrets=tuple(filter(None, (token, client_secret))),
        keep=keep,
        clock=clock,
    )


def _make_request(url: str, fields: dict[str, str], *, as_json: bool) -> Request:
    body = msgspec.json.encode(fields) if as_json else encode_params(fields.items()).encode()
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    return Request(method="POST", url=url, headers=(("Content-Type", kind),), body=body)
