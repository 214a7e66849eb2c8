"""Credentials that are asked for by a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import msgspec
from pydantic import SecretStr

from connectors.generic_json.api.auth.carriage import Carriage, TokenMarks
from connectors.generic_json.settings.auth import tokens
from connectors.generic_json.settings.auth.login_call import CallLogin
from connectors.upstream.auth.assertions import AssertionAuth, AssertionSigner
from connectors.upstream.auth.auth import Auth
from connectors.upstream.auth.oauth2 import (
    TokenUse,
    use_assertion,
    use_client_credentials,
    use_password,
    use_refresh_token,
)
from connectors.upstream.auth.token_answer import make_token_reader
from connectors.upstream.auth.token_file import TokenFile
from connectors.upstream.auth.tokens import TokenAuth
from connectors.upstream.request import Request, encode_params

_SECRET_NAME = re.compile(r"pass|secret|token|key|pwd", re.IGNORECASE)
_FORM = "application/x-www-form-urlencoded"


def make_token_auth(login: tokens.Carried, url: str, marks: TokenMarks) -> Auth:
    """The credentials of a login that brings a token."""
    match login:
        case CallLogin():
            return _make_call(login, url, marks)
        case tokens.AssertionLogin():
            return _make_assertion(login, url, marks)
        case tokens.RefreshTokenLogin():
            # Two accounts of one app differ in nothing but this token.
            place, use = _use_tokens(
                login,
                login.token_url,
                url,
                marks,
                login.client_id,
                _reveal(login.refresh_token),
            )
            return use_refresh_token(
                place,
                _reveal(login.refresh_token),
                client_id=login.client_id,
                client_secret=_reveal(login.client_secret),
                basic=login.send == "basic",
                as_json=login.send == "json",
                **use,
            )
        case tokens.PasswordLogin():
            place, use = _use_tokens(
                login, login.token_url, url, marks, login.username, login.client_id, login.scope
            )
            return use_password(
                place,
                login.username,
                _reveal(login.password),
                client_id=login.client_id,
                client_secret=_reveal(login.client_secret),
                scope=login.scope,
                basic=login.send == "basic",
                as_json=login.send == "json",
                **use,
            )
        case tokens.ClientCredentialsLogin():
            place, use = _use_tokens(
                login, login.token_url, url, marks, login.client_id, login.scope
            )
            return use_client_credentials(
                place,
                login.client_id,
                _reveal(login.client_secret),
                scope=login.scope,
                basic=login.send == "basic",
                as_json=login.send == "json",
                **use,
            )
    raise AssertionError(f"no credentials are made for {login.kind}")


def _use_tokens(
    login: tokens.Carried, token_url: str, url: str, marks: TokenMarks, *known: str
) -> tuple[str, TokenUse]:
    """Where the token is asked for, and what becomes of it; `known` tells this login from
    others.
    """
    place = _resolve_address(url, token_url)
    use = TokenUse(
        place=Carriage(login, marks, bare=False).place,
        secrets=marks.texts,
        keep=_find_token_file(login, place, *known),
        fields=login.fields,
    )
    return place, use


def _find_token_file(login: tokens.Carried, *parts: str) -> TokenFile | None:
    """Where the token is kept, if it is; `parts` tell this login from others."""
    fields = [f"{name}={path}" for name, path in sorted(login.fields.items())]
    return TokenFile(Path(login.keep), (login.kind, *parts, *fields)) if login.keep else None


def _make_assertion(login: tokens.AssertionLogin, url: str, marks: TokenMarks) -> Auth:
    named = {"iss": login.issuer, "sub": login.subject, "aud": login.audience}
    claims = {**{name: text for name, text in named.items() if text}, **login.claims}
    signer = AssertionSigner(
        _reveal(login.key),
        algorithm=login.algorithm,
        claims=claims,
        key_id=login.key_id,
        lifetime=login.lifetime.total_seconds(),
    )
    if not login.token_url:
        carriage = Carriage(login, marks, bare=False)
        return AssertionAuth(signer, carriage.place, secrets=marks.texts)
    said = (f"{name}={claims[name]}" for name in sorted(claims))
    known = (login.key_id, login.client_id, login.scope, *said)
    place, use = _use_tokens(login, login.token_url, url, marks, *known)
    return use_assertion(
        place,
        signer,
        for_client=login.grant == "client",
        client_id=login.client_id,
        scope=login.scope,
        as_json=login.send == "json",
        **use,
    )


def _make_call(login: CallLogin, url: str, marks: TokenMarks) -> Auth:
    request = _make_request(login, url)
    carriage = Carriage(login, marks, bare=not login.has_token, cookie=login.token_cookie)
    fields = {**login.query, **(login.body or {}), **(login.form or {})}
    return TokenAuth(
        lambda _: request,
        make_token_reader(
            path=login.token,
            header=login.token_header,
            cookie=login.token_cookie,
            fields=login.fields,
            lifetime=login.lifetime.total_seconds() if login.lifetime is not None else None,
            lifetime_path=login.lifetime_path,
        ),
        place=carriage.place,
        secrets=(
            *marks.texts,
            *_find_secrets(login.headers),
            *_find_secrets(fields),
            *(_reveal(secret) for secret in login.secrets),
        ),
        refusals=login.refusals,
        keep=_find_token_file(
            login, _resolve_address(url, login.path), *_list_public_texts(login, fields)
        ),
    )


def _make_request(login: CallLogin, url: str) -> Request:
    request = Request(
        method=login.method,
        url=_resolve_address(url, login.path),
        headers=tuple(login.headers.items()),
    )
    if login.query:
        request = request.with_params(*login.query.items())
    if login.method == "GET":
        return request
    if login.form is not None:
        content, kind = encode_params(login.form.items()).encode(), _FORM
    else:
        # Texts out of a settings file know their place, which the encoder does not take for text.
        content, kind = msgspec.json.encode(login.body or {}, enc_hook=str), "application/json"
    headers = (("Content-Type", kind), *request.headers)
    return msgspec.structs.replace(request, headers=headers, body=content)


def _resolve_address(url: str, place: str) -> str:
    """A path is meant behind the shop's own path."""
    return (
        place
        if place.startswith(("http://", "https://"))
        else urljoin(f"{url.rstrip('/')}/", place.lstrip("/"))
    )


def _list_public_texts(login: CallLogin, fields: dict[str, Any]) -> Iterator[str]:
    """What of a login call says who calls: all that is not secret."""
    hidden = {_reveal(secret) for secret in login.secrets}
    for name, value in sorted({**login.headers, **fields}.items()):
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
