"""From `auth:` in the settings to credentials that sign requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
from pydantic import SecretStr

from connectors.generic_json.settings import auth as logins
from connectors.upstream.auth.auth import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    HmacAuth,
    NoAuth,
    OAuth1Auth,
    QueryAuth,
)
from connectors.upstream.auth.oauth2 import use_client_credentials, use_refresh_token
from connectors.upstream.auth.token_answer import make_token_reader
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.auth.tokens import TokenAuth
from connectors.upstream.request import Request

_SECRET_NAME = re.compile(r"pass|secret|token|key|pwd", re.IGNORECASE)


def make_auth(login: logins.Login, url: str) -> Auth:
    """The credentials of one store. `url` is where paths of logins begin."""
    match login:
        case logins.NoLogin():
            return NoAuth()
        case logins.OAuth1Login():
            return OAuth1Auth(
                login.consumer_key, _reveal(login.consumer_secret), digest=login.digest
            )
        case logins.HmacLogin():
            return _make_hmac(login)
        case logins.ClientCredentialsLogin() | logins.RefreshTokenLogin() | logins.CallLogin():
            return _make_tokens(login, url)
        case _:
            return _make_fixed(login)


def _make_fixed(
    login: logins.BasicLogin | logins.BearerLogin | logins.HeaderLogin | logins.QueryLogin,
) -> Auth:
    """Credentials that go into each request as they are."""
    match login:
        case logins.BasicLogin():
            return BasicAuth(login.username, _reveal(login.password))
        case logins.BearerLogin():
            return BearerAuth(_reveal(login.token))
        case logins.HeaderLogin():
            return HeaderAuth(login.name, _reveal(login.value), prefix=login.prefix)
        case _:
            return QueryAuth({name: _reveal(value) for name, value in login.parameters.items()})


def _make_tokens(
    login: logins.ClientCredentialsLogin | logins.RefreshTokenLogin | logins.CallLogin, url: str
) -> Auth:
    """Credentials that are asked for by a call."""
    carry = _make_carrier(login.header, login.prefix)
    if isinstance(login, logins.CallLogin):
        return _make_login_call(login, url, carry)
    place = _resolve_address(url, login.token_url)
    if isinstance(login, logins.RefreshTokenLogin):
        return use_refresh_token(
            place,
            _reveal(login.refresh_token),
            client_id=login.client_id,
            client_secret=_reveal(login.client_secret),
            as_json=login.send == "json",
            carry=carry,
            # Two accounts of one app differ in nothing but this token.
            keep=_find_token_file(login, place, login.client_id, _reveal(login.refresh_token)),
        )
    return use_client_credentials(
        place,
        login.client_id,
        _reveal(login.client_secret),
        scope=login.scope,
        basic=login.send == "basic",
        as_json=login.send == "json",
        carry=carry,
        keep=_find_token_file(login, place, login.client_id, login.scope),
    )


def _find_token_file(login: logins.Carried, *parts: str) -> TokenFile | None:
    """Where the token is kept, if it is; `parts` tell this login from others."""
    return TokenFile(Path(login.keep), (login.kind, *parts)) if login.keep else None


def _make_login_call(login: logins.CallLogin, url: str, carry: Callable[[str], Auth]) -> Auth:
    headers = (("Content-Type", "application/json"), *login.headers.items())
    # Texts out of a settings file know their place, which the encoder does not take for text.
    body = msgspec.json.encode(login.body, enc_hook=str)
    request = Request(
        method="POST", url=_resolve_address(url, login.path), headers=headers, body=body
    )
    lifetime = login.lifetime.total_seconds() if login.lifetime is not None else None
    return TokenAuth(
        lambda _: request,
        make_token_reader(
            path=login.token,
            header=login.token_header,
            lifetime=lifetime,
            lifetime_path=login.lifetime_path,
        ),
        carry=carry,
        secrets=(*_find_secrets(login.body), *(_reveal(secret) for secret in login.secrets)),
        refusals=login.refusals,
        keep=_find_token_file(login, request.url, *_list_public_texts(login)),
    )


def _make_hmac(login: logins.HmacLogin) -> Auth:
    return HmacAuth(
        _reveal(login.secret),
        template=login.message,
        header=login.header,
        prefix=login.prefix,
        headers=login.headers,
        digest=login.digest,
        encoding=login.encoding,
    )


def _make_carrier(header: str, prefix: str) -> Callable[[str], Auth]:
    return lambda token: HeaderAuth(header, token, prefix=prefix)


def _resolve_address(url: str, place: str) -> str:
    """A path is meant behind the shop's own path."""
    return (
        place
        if place.startswith(("http://", "https://"))
        else urljoin(f"{url.rstrip('/')}/", place.lstrip("/"))
    )


def _list_public_texts(login: logins.CallLogin) -> Iterator[str]:
    """What of a login call says who calls: all that is no secret."""
    hidden = {_reveal(secret) for secret in login.secrets}
    for name, value in sorted({**login.headers, **login.body}.items()):
        yield from (f"{name}={text}" for text in _find_public(value, name) if text not in hidden)


def _find_public(value: Any, name: str) -> Iterator[str]:
    """Texts, and what else there is, that stand under no telling name."""
    if isinstance(value, dict):
        for inner, each in sorted(value.items()):
            yield from _find_public(each, str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from _find_public(each, name)
    elif not _SECRET_NAME.search(name):
        yield str(value)


def _find_secrets(value: Any, name: str = "") -> Iterator[str]:
    """Texts of a login's body that stand under a telling name."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from _find_secrets(each, str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from _find_secrets(each, name)
    elif isinstance(value, str) and _SECRET_NAME.search(name):
        yield value


def _reveal(secret: SecretStr) -> str:
    return secret.get_secret_value()
