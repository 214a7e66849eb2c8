"""Requests that are signed, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.fieldmap.blocks import Block
from connectors.generic_json.settings.auth.login_call import CallLogin
from connectors.generic_json.settings.auth.tokens import (
    AssertionLogin,
    ClientCredentialsLogin,
    PasswordLogin,
    RefreshTokenLogin,
)
from connectors.generic_json.settings.values import TimeForm, Zone
from connectors.places import MisplacedError, Path
from connectors.upstream.auth.signatures import SIGNED, Encoding, Part, list_unknown

_SET_BEFORE = ("timestamp", "nonce")
TokenLogin = Annotated[
    ClientCredentialsLogin | RefreshTokenLogin | PasswordLogin | AssertionLogin | CallLogin,
    Field(discriminator="kind"),
]
"""A login that brings a token."""


class SortedParameters(Block):
    """How parameters become `{parameters}`, sorted by name and value."""

    of: tuple[Part, ...] = Field(default=("query", "body"), min_length=1)
    """Whose: those of the query, and the fields of a form or a JSON object."""
    pair: str = "="
    """What stands between a name and its value; may be empty."""
    between: str = "&"
    """What stands between two parameters; may be empty."""
    leave_out: tuple[str, ...] = ()
    """The names of those that are not signed. The signature itself never is."""
    empty: bool = True
    """Whether those without a value are signed."""
    encoded: bool = False
    """Whether names and values are percent-encoded."""


class HmacLogin(Block):
    """Each request is signed with a key."""

    kind: Literal["hmac"]
    secret: SecretStr
    """The key."""
    message: str = "{method}\n{path}\n{timestamp}\n{body}"
    """What is signed, out of {method}, {path} (with query), {bare_path} (without), {url},
    {timestamp}, {nonce}, {parameters}, {secret}, {body}, {body_sha256}, {query.NAME} and
    {header.NAME}.
    """
    parameters: SortedParameters = SortedParameters()
    """How {parameters} are written."""
    header: str = "X-Signature"
    """The header that carries the signature."""
    parameter: str = ""
    """Or the parameter of the query that does."""
    field: str = ""
    """Or the field of the body that does, a form or a JSON object."""
    prefix: str = ""
    """What stands before it."""
    headers: dict[str, str] = Field(default={"X-Timestamp": "{timestamp}"})
    """Other headers of each request; {timestamp} and {nonce} may stand in them."""
    query: dict[str, str] = Field(default={})
    """Other parameters of each request; {timestamp} and {nonce} may stand in them."""
    fields: dict[str, str] = Field(default={})
    """Other fields of each body; {timestamp} and {nonce} may stand in them."""
    timestamp: TimeForm = "epoch"
    """How {timestamp} is written."""
    zone: Zone = "UTC"
    """Its zone, for a form that has none."""
    digest: Literal["sha256", "sha1", "sha512", "md5"] = "sha256"
    """The digest."""
    keyed: bool = True
    """Whether the digest takes the key (HMAC). If not, {secret} stands in the message."""
    encoding: Encoding = "hex"
    """How the signature is written."""
    login: TokenLogin | None = None
    """A login whose token goes into each request before that is signed."""
    sign_login: bool = False
    """Whether the login's own call is signed too."""

    @model_validator(mode="after")
    def _check_placeholders(self) -> Self:
        _check_placeholders(("message",), self.message, SIGNED, ("query", "header"))
        for block in ("headers", "query", "fields"):
            for name, value in getattr(self, block).items():
                _check_placeholders((block, name), value, _SET_BEFORE)
        return self

    @model_validator(mode="after")
    def _check_places(self) -> Self:
        named = [
            name
            for name in ("header", "parameter", "field")
            if name in self.model_fields_set and getattr(self, name)
        ]
        if len(named) > 1:
            raise MisplacedError(
                (named[-1],),
                f"expected one place for the signature, found {' and '.join(named)}; remove one",
            )
        if not self.keyed and "{secret}" not in self.message:
            raise MisplacedError(
                ("message",),
                "expected {secret} in message, because keyed: false; otherwise anyone could sign",
            )
        if "parameters" in self.model_fields_set and "{parameters}" not in self.message:
            raise MisplacedError(
                ("parameters",),
                "expected {parameters} in message; otherwise no parameter is signed",
            )
        if self.sign_login and self.login is None:
            raise MisplacedError(("sign_login",), "expected a login block, because it is signed")
        return self


def _check_placeholders(
    path: Path, text: str, known: Sequence[str], prefixes: Sequence[str] = ()
) -> None:
    """Raise `MisplacedError` if `{name}` stands in a text for what is not filled in."""
    names = [*(f"{{{each}}}" for each in known), *(f"{{{each}.NAME}}" for each in prefixes)]
    verb, listed = "is" if len(names) == 1 else "are", ", ".join(names)
    for unknown in list_unknown(text, known, prefixes):
        raise MisplacedError(path, f"there is no {unknown} here; there {verb} {listed}")
