"""From `auth:` in the settings to credentials that sign requests."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from pydantic import SecretStr

from connectors.generic_json.api.auth.carriage import TokenMarks
from connectors.generic_json.api.auth.token_logins import make_token_auth
from connectors.generic_json.settings.auth import keys
from connectors.generic_json.settings.auth.login import Login, find_token_names
from connectors.generic_json.settings.auth.signing import HmacLogin
from connectors.generic_json.settings.auth.tokens import Carried
from connectors.language.functions.table import as_text
from connectors.language.functions.times import write_time
from connectors.upstream.auth.auth import (
    Auth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    NoAuth,
    OAuth1Auth,
    QueryAuth,
)
from connectors.upstream.auth.body_fields import BodyAuth
from connectors.upstream.auth.signatures import HmacAuth, SignedTokenAuth, Sorting


class Credentials(msgspec.Struct, frozen=True):
    """How one store proves who it is, and the marks that stand in its requests for what its login
    brings.
    """

    auth: Auth
    marks: TokenMarks


def make_auth(login: Login, url: str) -> Credentials:
    """The credentials of one store. `url` is where paths of logins begin."""
    marks = TokenMarks(find_token_names(login))
    if isinstance(login, HmacLogin):
        signature = _make_hmac(login)
        if login.login is None:
            return Credentials(signature, marks)
        inner = make_token_auth(login.login, url, marks)
        signed = SignedTokenAuth(inner, signature, signs_login=login.sign_login)
        return Credentials(signed, marks)
    if isinstance(login, Carried):
        return Credentials(make_token_auth(login, url, marks), marks)
    return Credentials(_make_fixed(login), marks)


def _make_fixed(  # noqa: PLR0911 - one for each kind
    login: keys.NoLogin
    | keys.BasicLogin
    | keys.BearerLogin
    | keys.HeaderLogin
    | keys.QueryLogin
    | keys.BodyLogin
    | keys.OAuth1Login,
) -> Auth:
    """Credentials that go into each request as they are."""
    match login:
        case keys.NoLogin():
            return NoAuth()
        case keys.BasicLogin():
            return BasicAuth(login.username, _reveal(login.password))
        case keys.BearerLogin():
            return BearerAuth(_reveal(login.token))
        case keys.HeaderLogin():
            return HeaderAuth(login.name, _reveal(login.value), prefix=login.prefix)
        case keys.QueryLogin():
            return QueryAuth({name: _reveal(value) for name, value in login.parameters.items()})
        case keys.BodyLogin():
            return BodyAuth({name: _reveal(value) for name, value in login.fields.items()})
        case _:
            return OAuth1Auth(
                login.consumer_key, _reveal(login.consumer_secret), digest=login.digest
            )


def _make_hmac(login: HmacLogin) -> HmacAuth:
    form, zone = login.timestamp, login.zone
    return HmacAuth(
        _reveal(login.secret),
        template=login.message,
        header=login.header,
        parameter=login.parameter,
        field=login.field,
        prefix=login.prefix,
        headers=login.headers,
        query=login.query,
        fields=login.fields,
        sorting=Sorting(
            of=login.parameters.of,
            pair=login.parameters.pair,
            between=login.parameters.between,
            leave_out=frozenset(login.parameters.leave_out),
            empty=login.parameters.empty,
            encoded=login.parameters.encoded,
        ),
        digest=login.digest,
        keyed=login.keyed,
        encoding=login.encoding,
        write_time=lambda now: (
            as_text(write_time(datetime.fromtimestamp(now, UTC), form, zone)) or ""
        ),
    )


def _reveal(secret: SecretStr) -> str:
    return secret.get_secret_value()
