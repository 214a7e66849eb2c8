"""Signed assertions (JSON Web Tokens, RFC 7519) by which a service account proves who it is."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from uuid import uuid4

import msgspec

from connectors.upstream.auth.auth import FixedAuth, Token
from connectors.upstream.auth.tokens import Place
from connectors.upstream.request import Request

Algorithm = Literal["RS256", "RS512", "ES256", "HS256", "HS512"]
"""How an assertion is signed (RFC 7518, 3.1): RS and ES with a private key, HS with a secret."""

# Shops refuse an assertion of the future, and their clocks may be behind ours.
_BACKDATED: Final = 30
# An assertion is made again this long before its end, but never before half of its life is over.
_EARLY: Final = 60.0


class AssertionSigner:
    """Makes assertions with one key.

    `claims` are said in each, beside `iat`, `exp` and a `jti` of its own; `key_id` is the header
    `kid`. `lifetime` in seconds; `clock` gives Unix seconds. Raises `ValueError` with a sentence
    for a key that the algorithm cannot use.
    """

    def __init__(
        self,
        key: str,
        *,
        algorithm: Algorithm = "RS256",
        claims: Mapping[str, Any] | None = None,
        key_id: str = "",
        lifetime: float = 300.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = key
        self._algorithm = algorithm
        self._claims = dict(claims or {})
        self._headers = {"kid": key_id} if key_id else {}
        self._lifetime = lifetime
        self._clock = clock
        self._newest: tuple[str, ...] = ()
        check_key(key, algorithm)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key, and the last two assertions, of which one may still be on its way."""
        return (self._key, *self._newest)

    @property
    def lifetime(self) -> float:
        """For how many seconds an assertion is good once it is made."""
        return self._lifetime - _BACKDATED

    def make(self) -> str:
        """A new assertion."""
        begun = int(self._clock()) - _BACKDATED
        told = {"iat": begun, "exp": begun + int(self._lifetime), "jti": uuid4().hex}
        made = _encode({**told, **self._claims}, self._key, self._algorithm, self._headers)
        self._newest = (made, *self._newest[:1])
        return made


class AssertionAuth(FixedAuth):
    """Signs each request with an assertion itself, for shops that want no login call; a new one is
    made before the last one ends. `place` puts it into a request.
    """

    def __init__(
        self,
        signer: AssertionSigner,
        place: Place,
        *,
        secrets: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._signer = signer
        self._configured = secrets
        self._place = place
        self._clock = clock
        self._made = ""
        self._ends = 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        """What was configured, the key, and the assertions of the moment."""
        return (*self._configured, *self._signer.secrets)

    def sign(self, request: Request) -> Request:
        """Put the assertion of the moment into the request."""
        now = self._clock()
        if not self._made or now >= self._ends:
            life = self._signer.lifetime
            self._made, self._ends = self._signer.make(), now + max(life - _EARLY, life / 2)
        return self._place(Token(value=self._made), request)


def check_key(key: str, algorithm: Algorithm) -> None:
    """Raise `ValueError` unless assertions can be signed with this key; it is not repeated."""
    if algorithm.startswith("HS"):
        if not key:
            raise ValueError(f"expected a secret to sign with {algorithm}, found an empty text")
        return
    kind = "RSA" if algorithm.startswith("RS") else "P-256"
    try:
        _encode({}, key, algorithm, {})
    except Exception:  # noqa: BLE001 - every library below has errors of its own for a wrong key
        raise ValueError(
            f"expected a private {kind} key in PEM (-----BEGIN PRIVATE KEY-----) to sign with"
            f" {algorithm}, found something else; take it from a file, as in file:shop.pem"
        ) from None


def _encode(
    claims: Mapping[str, Any], key: str, algorithm: Algorithm, headers: Mapping[str, str]
) -> str:
    import jwt  # noqa: PLC0415 - its cryptography takes as long to load as all else of a connector

    with warnings.catch_warnings():
        # A shop's secret may be shorter than the standard wants; we cannot choose it.
        warnings.simplefilter("ignore")
        # Texts out of a settings file know their place, which the package does not take for text.
        plain = msgspec.json.decode(msgspec.json.encode(dict(claims), enc_hook=str))
        return jwt.encode(plain, key, algorithm=algorithm, headers=dict(headers) or None)
