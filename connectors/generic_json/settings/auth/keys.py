"""Credentials that go into each request as they are."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from connectors.fieldmap.blocks import Block


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


class BodyLogin(Block):
    """Keys among the fields of each body, a form or a JSON object; a request without a body carries
    none.
    """

    kind: Literal["body"]
    fields: dict[str, SecretStr] = Field(min_length=1)
    """Each field and its secret."""


class OAuth1Login(Block):
    """OAuth 1.0a with a consumer key alone."""

    kind: Literal["oauth1"]
    consumer_key: str
    """The key."""
    consumer_secret: SecretStr
    """Its secret."""
    digest: Literal["sha256", "sha1"] = "sha256"
    """The signature's digest."""
