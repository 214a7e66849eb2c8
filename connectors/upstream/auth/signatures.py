"""Requests that are signed: a keyed digest over parts of the request, among them its parameters in
sorted order.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import msgspec

from connectors.upstream.auth.auth import Auth, FixedAuth, Send
from connectors.upstream.auth.body_fields import read_body_fields, set_body_fields
from connectors.upstream.request import Request, encode_text
from connectors.upstream.response import Reply

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?:\.([^{}\s]{1,100}))?\}")
"""`{path}`, `{query.app_key}`."""
SIGNED: Final = (
    "method",
    "path",
    "bare_path",
    "url",
    "timestamp",
    "nonce",
    "parameters",
    "secret",
    "body",
    "body_sha256",
)
"""What may stand in the text that is signed, besides `{query.NAME}` and `{header.NAME}`."""

Encoding = Literal["hex", "upper_hex", "base64", "base64url"]
Part = Literal["query", "body"]


class Sorting(msgspec.Struct, frozen=True, kw_only=True):
    """How the parameters of a request become `{parameters}`: those of its query, and the fields of
    its form or JSON object, sorted by name and value.

    `pair` stands between a name and its value, `between` between two parameters. `leave_out` are
    not signed, nor are empty ones unless `empty`. `encoded`: percent-encoded, as RFC 3986 has it.
    """

    of: tuple[Part, ...] = ("query", "body")
    pair: str = "="
    between: str = "&"
    leave_out: frozenset[str] = frozenset()
    empty: bool = True
    encoded: bool = False

    def write(self, request: Request, without: str) -> str:
        """The parameters in order; `without` the one that holds the signature."""
        pairs = list[tuple[str, str]]()
        if "query" in self.of:
            pairs += parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        if "body" in self.of:
            pairs += read_body_fields(request)
        left = sorted(
            (name, value)
            for name, value in pairs
            if name != without and name not in self.leave_out and (value or self.empty)
        )
        write = encode_text if self.encoded else str
        return self.between.join(f"{write(name)}{self.pair}{write(value)}" for name, value in left)


class HmacAuth(FixedAuth):
    """A keyed digest of the request, for shops that sign each call.

    `template` is the text that is signed, out of `{method}`, `{path}` (with query), `{bare_path}`
    (without), `{url}`, `{timestamp}`, `{nonce}`, `{parameters}` (see `Sorting`), `{secret}`,
    `{body}`, `{body_sha256}`, `{query.NAME}` and `{header.NAME}`. `headers`, `query` and `fields`
    (of the body) are set before that and may hold `{timestamp}` and `{nonce}`. The signature goes
    into the `parameter` of the query or the `field` of the body, else into the `header`. Not
    `keyed`: a plain digest, for a template that holds the secret itself. `write_time` turns Unix
    seconds into the timestamp.
    """

    def __init__(
        self,
        secret: str,
        *,
        template: str = "{method}\n{path}\n{timestamp}\n{body}",
        header: str = "X-Signature",
        parameter: str = "",
        field: str = "",
        prefix: str = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        sorting: Sorting = Sorting(),  # noqa: B008 - it is frozen
        digest: str = "sha256",
        keyed: bool = True,
        encoding: Encoding = "hex",
        write_time: Callable[[float], str] = lambda now: str(int(now)),
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._secret = secret
        self._template = template
        self._header = header
        self._parameter = parameter
        self._field = field
        self._prefix = prefix
        self._headers = dict(headers if headers is not None else {"X-Timestamp": "{timestamp}"})
        self._query = dict(query or {})
        self._fields = dict(fields or {})
        self._sorting = sorting
        self._digest = digest
        self._keyed = keyed
        self._encoding = encoding
        self._write_time = write_time
        self._clock = clock
        self._nonce = nonce

    @property
    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self._secret,)

    def sign(self, request: Request) -> Request:
        """Set the signature and what it needs to be checked."""
        made = {"timestamp": self._write_time(self._clock()), "nonce": self._nonce()}
        for name, value in self._headers.items():
            request = request.with_header(name, _fill_plainly(value, made))
        set_now = [(name, _fill_plainly(value, made)) for name, value in self._query.items()]
        bare = request.without_params(*filter(None, (self._parameter, *self._query)))
        if set_now:
            bare = bare.with_params(*set_now)
        if self._fields:
            told = {name: _fill_plainly(value, made) for name, value in self._fields.items()}
            bare = set_body_fields(bare, told)
        shown = f"{self._prefix}{self._write_digest(self._write_text(bare, made))}"
        if self._parameter:
            return bare.with_params((self._parameter, shown))
        if self._field:
            return set_body_fields(bare, {self._field: shown})
        return bare.with_header(self._header, shown)

    def _write_digest(self, text: bytes) -> str:
        found = (
            hmac.new(self._secret.encode(), text, self._digest).digest()
            if self._keyed
            else hashlib.new(self._digest, text).digest()
        )
        match self._encoding:
            case "hex":
                return found.hex()
            case "upper_hex":
                return found.hex().upper()
            case "base64":
                return base64.b64encode(found).decode()
            case _:
                return base64.urlsafe_b64encode(found).decode().rstrip("=")

    def _write_text(self, request: Request, made: Mapping[str, str]) -> bytes:
        """The text that is signed, filled in at one go: what is put in is not looked at again."""
        parts = urlsplit(request.url)
        plain: Mapping[str, Callable[[], str | bytes]] = {
            "method": lambda: request.method,
            "path": lambda: urlunsplit(("", "", parts.path or "/", parts.query, "")),
            "bare_path": lambda: parts.path or "/",
            "url": lambda: request.url,
            "parameters": lambda: self._sorting.write(request, self._parameter or self._field),
            "secret": lambda: self._secret,
            "body": lambda: request.body,
            "body_sha256": lambda: hashlib.sha256(request.body).hexdigest(),
            **{name: lambda name=name: made[name] for name in made},  # type: ignore[misc]
        }

        def find(name: str, inner: str | None) -> str | bytes:
            if not inner:
                return plain[name]()
            if name == "header":
                return request.read_header(inner)
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            return next((value for each, value in pairs if each == inner), "")

        filled, end = list[str | bytes](), 0
        for place in PLACEHOLDER.finditer(self._template):
            filled += [self._template[end : place.start()], find(place[1], place[2])]
            end = place.end()
        filled.append(self._template[end:])
        return b"".join(part if isinstance(part, bytes) else part.encode() for part in filled)


class SignedTokenAuth:
    """Requests that hold a token and are signed after that; `signs_login`: the call that asks for
    the token is signed too.
    """

    def __init__(self, token: Auth, signature: HmacAuth, *, signs_login: bool = False) -> None:
        self._token = token
        self._signature = signature
        self._signs_login = signs_login

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those of both."""
        return (*self._token.secrets, *self._signature.secrets)

    def sign(self, request: Request) -> Request:
        """Put the token in, and sign."""
        return self._signature.sign(self._token.sign(request))

    async def ready(self, send: Send) -> None:
        """Get the token, if it is missing or about to expire."""
        await self._token.ready(self._sign_login(send))

    async def renew(self, refused: Request, send: Send) -> bool:
        """Get a new token."""
        return await self._token.renew(refused, self._sign_login(send))

    def _sign_login(self, send: Send) -> Send:
        async def send_signed(request: Request) -> Reply:
            return await send(self._signature.sign(request))

        return send_signed if self._signs_login else send


def _fill_plainly(text: str, made: Mapping[str, str]) -> str:
    return text.replace("{timestamp}", made["timestamp"]).replace("{nonce}", made["nonce"])


def list_unknown(text: str, known: Iterable[str], prefixes: Iterable[str] = ()) -> list[str]:
    """The placeholders in a text that are none of the known ones, nor `{prefix.NAME}` of one of
    the prefixes; each as it is written.
    """
    plain, dotted = set(known), set(prefixes)
    return [
        found[0]
        for found in PLACEHOLDER.finditer(text)
        if (found[1] not in dotted if found[2] else found[1] not in plain)
    ]
