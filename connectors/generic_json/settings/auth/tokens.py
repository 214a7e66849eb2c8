"""Logins that bring a token: what is asked, what of the answer is kept, and how it travels in
requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from connectors.fieldmap.blocks import Block
from connectors.generic_json.settings.values import TemplateText
from connectors.interface import Duration
from connectors.language.templates import Template, check_names
from connectors.places import MisplacedError, Path
from connectors.upstream.auth.assertions import Algorithm, check_key

_DOTTED: Final = re.compile(r"[A-Za-z0-9_$@-]+(\.[A-Za-z0-9_$@-]+)*")
_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_ASSERTION: Final = timedelta(hours=24)
_SHORTEST_ASSERTION: Final = timedelta(minutes=1)
TOKEN: Final = "value"  # noqa: S105 - the name of a value in templates
"""How templates call the token itself."""


def _check_dotted(value: str) -> str:
    if value and not _DOTTED.fullmatch(value):
        raise ValueError(
            f"expected a dotted path such as data.token or items.0.token, found {value!r};"
            " expressions are not understood here"
        )
    return value


DottedPath = Annotated[str, AfterValidator(_check_dotted)]


class CarrySettings(Block):
    """Where what a login brought stands in each request: texts with `{{ token.value }}`, the token
    itself, and `{{ token.NAME }}` for each of `fields`.
    """

    headers: dict[str, TemplateText] = Field(default={})
    """Headers by name."""
    query: dict[str, TemplateText] = Field(default={})
    """Parameters of the query by name."""
    body: dict[str, TemplateText] = Field(default={})
    """Fields of a form or a JSON object by name; a request without a body carries none."""

    @property
    def templates(self) -> Iterator[tuple[Path, Template]]:
        """Every template in it, with the path that leads there."""
        for part in ("headers", "query", "body"):
            yield from (((part, name), text) for name, text in getattr(self, part).items())

    @model_validator(mode="after")
    def _check_something(self) -> Self:
        if not any(True for _ in self.templates):
            raise ValueError("expected headers, query or body with {{ token.value }}, found none")
        return self


class Carried(Block):
    """How a token that was asked for travels in requests, and where it stays."""

    kind: str
    """The way to log in."""
    header: str = "Authorization"
    """The header that carries the token."""
    prefix: str = "Bearer "
    """What stands before the token in it."""
    fields: dict[str, DottedPath] = Field(default={})
    """Other fields of the login's answer: a name, and the dotted path where it stands. Requests
    speak of them as `{{ token.NAME }}`.
    """
    carry: CarrySettings | None = None
    """In place of `header` and `prefix`, where the token or the fields stand otherwise."""
    keep: str = ""
    """A file that keeps the token between runs, readable by Portside's user alone; empty: each run
    asks for a new token.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """What `token` holds in templates."""
        return (TOKEN, *self.fields)

    @model_validator(mode="after")
    def _check_carrying(self) -> Self:
        for name, path in self.fields.items():
            if name == TOKEN or not _FIELD_NAME.fullmatch(name):
                raise MisplacedError(
                    ("fields", name),
                    "expected a name of small letters, digits and _, such as session, and not"
                    f" {TOKEN!r}, which is the token itself; found {name!r}",
                )
            if not path:
                raise MisplacedError(
                    ("fields", name), "expected a dotted path such as data.session, found none"
                )
        for at, template in self.carry.templates if self.carry is not None else ():
            try:
                check_names(template, {"token": self.names})
            except ValueError as error:
                raise MisplacedError(("carry", *at), str(error)) from None
        if self.carry is not None and {"header", "prefix"} & self.model_fields_set:
            raise MisplacedError(
                ("carry",),
                "expected carry or header and prefix, found both; write the header under"
                " carry.headers",
            )
        return self


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
    send: Literal["form", "json", "basic"] = "form"
    """How the fields are sent; basic: a form, with id and secret in the Basic header."""


class PasswordLogin(Carried):
    """OAuth 2 with the name and password of a user. Where the answer brings a refresh token, it
    renews the token.
    """

    kind: Literal["password"]
    token_url: str
    """Where the token is asked for."""
    username: str
    """The user's name."""
    password: SecretStr
    """The user's password."""
    client_id: str = ""
    """The client's id, if the shop wants it."""
    client_secret: SecretStr = SecretStr("")
    """The client's secret, if the shop wants it."""
    scope: str = ""
    """The rights asked for."""
    send: Literal["form", "json", "basic"] = "form"
    """How the fields are sent; basic: a form, with id and secret in the Basic header."""


class AssertionLogin(Carried):
    """A service account: a signed assertion (JSON Web Token) says who asks. It is exchanged for a
    token at `token_url`, or is itself the token where there is none.
    """

    kind: Literal["jwt"]
    key: SecretStr
    """The private key in PEM (RS, ES), e.g. `file:shop.pem`, or the shared secret (HS)."""
    algorithm: Algorithm = "RS256"
    """How it is signed."""
    key_id: str = ""
    """The key's name, where the shop knows several (`kid`)."""
    issuer: str = ""
    """Who asks (`iss`), e.g. the account's e-mail address."""
    subject: str = ""
    """For whom (`sub`)."""
    audience: str = ""
    """Who is asked (`aud`), e.g. the address of the token."""
    claims: dict[str, object] = Field(default={})
    """What else it says, by name; Google's `scope` stands here."""
    lifetime: Duration = timedelta(minutes=5)
    """How long an assertion is good."""
    token_url: str = ""
    """Where it is exchanged for a token; none: each request carries the assertion itself."""
    grant: Literal["assertion", "client"] = "assertion"
    """What it stands for at `token_url`: the grant itself, or a client's secret (client
    credentials).
    """
    client_id: str = ""
    """The client's id, if the shop wants it."""
    scope: str = ""
    """The rights asked for, beside the assertion."""
    send: Literal["form", "json"] = "form"
    """How the fields are sent."""

    @model_validator(mode="after")
    def _check_assertion(self) -> Self:
        if not _SHORTEST_ASSERTION <= self.lifetime <= _LONGEST_ASSERTION:
            raise MisplacedError(("lifetime",), "expected 1m to 24h, because a shop refuses others")
        try:
            check_key(self.key.get_secret_value(), self.algorithm)
        except ValueError as error:
            raise MisplacedError(("key",), str(error)) from None
        if not self.token_url and (self.fields or self.keep):
            name = "fields" if self.fields else "keep"
            raise MisplacedError(
                (name,),
                f"expected no {name} without token_url, because no call brings an answer",
            )
        return self
