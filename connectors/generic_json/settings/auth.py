"""How the shop knows us."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.fieldmap.blocks import Block
from connectors.interface import Duration
from connectors.places import MisplacedError, Path

_DOTTED: Final = re.compile(r"[A-Za-z0-9_$@-]+(\.[A-Za-z0-9_$@-]+)*")
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SIGNED: Final = ("method", "path", "url", "timestamp", "body", "body_sha256")


class NoLogin(Block):
    """The shop asks for nothing."""

    kind: Literal["none"] = "none"


class BasicLogin(Block):
    """User name and password in HTTP's own way; either may be empty."""

    kind: Literal["basic"]
    username: str = ""
    """The user name, or the key where a shop wants it there."""
    password: SecretStr = SecretStr("")
    """The password."""


class BearerLogin(Block):
    """A token that does not expire, as `Authorization: Bearer`."""

    kind: Literal["bearer"]
    token: SecretStr
    """The token."""


class HeaderLogin(Block):
    """A key in a header."""

    kind: Literal["header"]
    name: str = Field(pattern=r"^[A-Za-z0-9-]+$")
    """The header's name."""
    value: SecretStr
    """The key."""
    prefix: str = ""
    """What stands before the key, e.g. `Token ` (mind the blank)."""


class QueryLogin(Block):
    """Keys in the query."""

    kind: Literal["query"]
    parameters: dict[str, SecretStr] = Field(min_length=1)
    """Each parameter and its secret."""


class OAuth1Login(Block):
    """OAuth 1.0a with a consumer key alone."""

    kind: Literal["oauth1"]
    consumer_key: str
    """The key."""
    consumer_secret: SecretStr
    """Its secret."""
    digest: Literal["sha256", "sha1"] = "sha256"
    """The signature's digest."""


class Carried(Block):
    """How a token that was asked for travels in requests, and where it stays."""

    kind: str
    """The way to log in."""
    header: str = "Authorization"
    """The header that carries the token."""
    prefix: str = "Bearer "
    """What stands before the token in it."""
    keep: str = ""
    """A file that keeps the token between runs, readable by Portside's user alone; empty: each run
    asks for a new token.
    """


class ClientCredentialsLogin(Carried):
    """OAuth 2 client credentials: a token for a client id and secret, renewed before it ends."""

    kind: Literal["client_credentials"]
    token_url: str
    """Where the token is asked for: a path behind `url`, or an address on an allowed host."""
    client_id: str
    """The client's id."""
    client_secret: SecretStr
    """Its secret."""
    scope: str = ""
    """The rights asked for."""
    send: Literal["form", "json", "basic"] = "form"
    """Where id and secret stand: in a form, in JSON, or in the Basic header."""


class RefreshTokenLogin(Carried):
    """OAuth 2 with a refresh token that was obtained once by hand."""

    kind: Literal["refresh_token"]
    token_url: str
    """Where the token is asked for."""
    refresh_token: SecretStr
    """The refresh token."""
    client_id: str = ""
    """The client's id, if the shop wants it."""
    client_secret: SecretStr = SecretStr("")
    """The client's secret, if the shop wants it."""
    send: Literal["form", "json"] = "form"
    """How the fields are sent."""


class CallLogin(Carried):
    """A login call of the shop's own: user name and password in, a token out of the body or a
    header.
    """

    kind: Literal["login"]
    path: str
    """The call's path."""
    body: dict[str, object] = Field(default={})
    """The call's JSON body."""
    headers: dict[str, str] = Field(default={})
    """Headers of the call."""
    token: str = ""
    """The dotted path to the token in the answer, e.g. `data.token`."""
    token_header: str = ""
    """Or the header of the answer that holds it."""
    lifetime: Duration | None = None
    """How long a token is good, if the answer does not say."""
    lifetime_path: str = ""
    """The dotted path to the seconds it is good for."""
    refusals: tuple[int, ...] = (400,)
    """Statuses besides 401 and 403 that mean a wrong password here."""
    secrets: tuple[SecretStr, ...] = ()
    """What of the body must never be shown; passwords are known by their name."""

    @model_validator(mode="after")
    def _check_token_place(self) -> Self:
        if bool(self.token) == bool(self.token_header):
            raise ValueError(
                "expected token (a path in the answer's body) or token_header, one of the two"
            )
        for name in ("token", "lifetime_path"):
            path = getattr(self, name)
            if path and not _DOTTED.fullmatch(path):
                raise MisplacedError(
                    (name,),
                    f"expected a dotted path such as data.token or items.0.token, found {path!r};"
                    " expressions are not understood here",
                )
        return self


class HmacLogin(Block):
    """Each request is signed with a key."""

    kind: Literal["hmac"]
    secret: SecretStr
    """The key."""
    message: str = "{method}\n{path}\n{timestamp}\n{body}"
    """What is signed, out of {method}, {path}, {url}, {timestamp}, {body} and {body_sha256}."""
    header: str = "X-Signature"
    """The header that carries the signature."""
    prefix: str = ""
    """What stands before it."""
    headers: dict[str, str] = Field(default={"X-Timestamp": "{timestamp}"})
    """Other headers of each request; {timestamp} may stand in them."""
    digest: Literal["sha256", "sha1", "sha512"] = "sha256"
    """The digest."""
    encoding: Literal["hex", "base64"] = "hex"
    """How the signature is written."""

    @model_validator(mode="after")
    def _check_placeholders(self) -> Self:
        _check_placeholders(("message",), self.message, _SIGNED)
        for name, value in self.headers.items():
            _check_placeholders(("headers", name), value, ("timestamp",))
        return self


def _check_placeholders(path: Path, text: str, known: Sequence[str]) -> None:
    """Raise `MisplacedError` if `{name}` stands in a text for what is not filled in."""
    verb, listed = "is" if len(known) == 1 else "are", ", ".join(f"{{{each}}}" for each in known)
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            raise MisplacedError(path, f"there is no {{{name}}} here; there {verb} {listed}")


Login = Annotated[
    NoLogin
    | BasicLogin
    | BearerLogin
    | HeaderLogin
    | QueryLogin
    | OAuth1Login
    | ClientCredentialsLogin
    | RefreshTokenLogin
    | CallLogin
    | HmacLogin,
    Field(discriminator="kind"),
]
"""One way to log in, told apart by `kind`."""
