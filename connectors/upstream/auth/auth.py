"""How a request proves who we are: each `Auth` signs one request; those with tokens also get and
renew them.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import msgspec

from connectors.upstream.request import Request, encode_text
from connectors.upstream.response import Reply

Send = Callable[[Request], Awaitable[Reply]]
TokenField = str | int
"""What a login's answer holds besides the token: a session's name, the number of a user."""


class Auth(Protocol):
    """Credentials of one shop. `secrets` are the texts that must appear in no log and no error."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret text known at this moment."""
        ...

    def sign(self, request: Request) -> Request:
        """The request with credentials; an earlier signature of the same kind is replaced."""
        ...

    async def ready(self, send: Send) -> None:
        """Get what `sign` needs, e.g. a token, if it is missing or about to expire."""
        ...

    async def renew(self, refused: Request, send: Send) -> bool:
        """The shop refused this signed request: get new credentials.

        False if there are none to get.
        """
        ...


class FixedAuth:
    """The part of an `Auth` that is the same for all credentials that never change."""

    async def ready(self, send: Send) -> None:
        """Nothing to get."""

    async def renew(self, refused: Request, send: Send) -> bool:  # noqa: ARG002 - the protocol's names
        """Nothing newer to get."""
        return False


class NoAuth(FixedAuth):
    """A shop that asks for no credentials."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """None."""
        return ()

    def sign(self, request: Request) -> Request:
        """The request as it is."""
        return request


class HeaderAuth(FixedAuth):
    """A secret in a header of any name, behind a prefix such as `Token ` if the shop wants one."""

    def __init__(self, name: str, value: str, *, prefix: str = "") -> None:
        self._name = name
        self._value = value
        self._prefix = prefix

    @property
    def secrets(self) -> tuple[str, ...]:
        """The header's value without the prefix."""
        return (self._value,)

    def sign(self, request: Request) -> Request:
        """Set the header."""
        return request.with_header(self._name, f"{self._prefix}{self._value}")


class BearerAuth(HeaderAuth):
    """`Authorization: Bearer TOKEN`."""

    def __init__(self, token: str) -> None:
        super().__init__("Authorization", token, prefix="Bearer ")


class BasicAuth(HeaderAuth):
    """`Authorization: Basic …`; either part may be empty (Medusa's secret key is a user name
    without password).
    """

    def __init__(self, username: str, password: str) -> None:
        self._parts = tuple(part for part in (username, password) if part)
        super().__init__(
            "Authorization",
            base64.b64encode(f"{username}:{password}".encode()).decode(),
            prefix="Basic ",
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Both parts, and the two as they are sent."""
        return (*self._parts, *super().secrets)


class QueryAuth(FixedAuth):
    """Secrets in the query string, e.g.

    `consumer_key` and `consumer_secret` for hosts that drop the Authorization header.
    """

    def __init__(self, params: Mapping[str, str]) -> None:
        self._params = dict(params)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the parameters."""
        return tuple(self._params.values())

    def sign(self, request: Request) -> Request:
        """Set the parameters."""
        return request.with_params(*self._params.items())


class OAuth1Auth(FixedAuth):
    """OAuth 1.0a with a consumer key alone ("one-legged"), as WooCommerce wants it over plain http
    (RFC 5849).

    The signature covers method, URL and query, not the body. It goes into the query string, which
    no host strips. `digest` is `sha256` or `sha1`.
    """

    def __init__(
        self,
        consumer_key: str,
        consumer_secret: str,
        *,
        digest: str = "sha256",
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._key = consumer_key
        self._secret = consumer_secret
        self._digest = digest
        self._clock = clock
        self._nonce = nonce

    @property
    def secrets(self) -> tuple[str, ...]:
        """Key and secret."""
        return (self._key, self._secret)

    def sign(self, request: Request) -> Request:
        """Add the OAuth parameters, with a nonce and a time for each call: a shop accepts a nonce
        only once.
        """
        stated = (
            ("oauth_consumer_key", self._key),
            ("oauth_nonce", self._nonce()),
            ("oauth_signature_method", f"HMAC-{self._digest.upper()}"),
            ("oauth_timestamp", str(int(self._clock()))),
            ("oauth_version", "1.0"),
        )
        bare = request.with_params(("oauth_signature", ""), *stated)
        text = signature_base(bare.method, bare.url)
        key = f"{quote(self._secret, safe='')}&"
        signature = base64.b64encode(
            hmac.new(key.encode(), text.encode(), self._digest).digest()
        ).decode()
        return bare.with_params(("oauth_signature", signature))


def signature_base(method: str, url: str) -> str:
    """The text that OAuth 1.0a signs (RFC 5849, 3.4.1): method, URL without query and default port,
    and all parameters in order.
    """
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in {None, default} else "")
    pairs = [
        (encode_text(name), encode_text(value))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    told = "&".join(f"{name}={value}" for name, value in sorted(pairs) if name != "oauth_signature")
    bare = urlunsplit((parts.scheme, host, parts.path or "/", "", ""))
    # What is encoded already holds no other reserved characters than these.
    again = told.replace("%", "%25").replace("&", "%26").replace("=", "%3D")
    return "&".join((method.upper(), quote(bare, safe=""), again))


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a login gave: the token (empty where only `fields` count), for how many seconds it is
    good (None: not said), what to renew it with, if anything, and other `fields` of the answer by
    name.
    """

    value: str
    lifetime: float | None = None
    refresh: str = ""
    fields: Mapping[str, TokenField] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it that must appear in no log and no error."""
        found = (self.value, self.refresh, *map(str, self.fields.values()))
        return tuple(text for text in found if text)
