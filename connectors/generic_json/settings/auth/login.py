"""One way to log in, told apart by `kind`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from connectors.generic_json.settings.auth.keys import (
    BasicLogin,
    BearerLogin,
    BodyLogin,
    HeaderLogin,
    NoLogin,
    OAuth1Login,
    QueryLogin,
)
from connectors.generic_json.settings.auth.login_call import CallLogin
from connectors.generic_json.settings.auth.signing import HmacLogin
from connectors.generic_json.settings.auth.tokens import (
    AssertionLogin,
    Carried,
    ClientCredentialsLogin,
    PasswordLogin,
    RefreshTokenLogin,
)

Login = Annotated[
    NoLogin
    | BasicLogin
    | BearerLogin
    | HeaderLogin
    | QueryLogin
    | BodyLogin
    | OAuth1Login
    | ClientCredentialsLogin
    | RefreshTokenLogin
    | PasswordLogin
    | AssertionLogin
    | CallLogin
    | HmacLogin,
    Field(discriminator="kind"),
]
"""One way to log in."""


def find_token_names(login: Login) -> tuple[str, ...]:
    """What `token` holds in templates; nothing where the login brings no token."""
    inner = login.login if isinstance(login, HmacLogin) else login
    return inner.names if isinstance(inner, Carried) else ()
