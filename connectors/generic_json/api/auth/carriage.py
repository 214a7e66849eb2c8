"""How what a login brought gets into requests: by `header` and `prefix`, by `carry:`, and where a
request says `{{ token.NAME }}`.

A request is filled in before it is known which token it will be sent with, and it is sent again
with the next one. So marks stand in for the token until the request is signed: texts that nobody
else can know and that every encoding leaves as they are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from urllib.parse import quote
from xml.sax.saxutils import escape

import msgspec

from connectors.errors import RefusedError
from connectors.generic_json.settings.auth.tokens import TOKEN, Carried, CarrySettings
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text
from connectors.upstream.auth.auth import HeaderAuth, Token, TokenField
from connectors.upstream.auth.body_fields import is_form, set_body_fields
from connectors.upstream.request import Request

_LEAST_VISIBLE = " "


class TokenMarks:
    """The marks of one login: `names` are what `token` holds in templates."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._nonce = secrets.token_hex(16)
        self._of = {name: f"Token{at}x{self._nonce}" for at, name in enumerate(names)}

    @property
    def values(self) -> Mapping[str, str]:
        """What templates are given as `token`; nothing where the login brings none."""
        return self._of

    @property
    def texts(self) -> tuple[str, ...]:
        """The marks, which mean nothing to a reader of a log or an error."""
        return tuple(self._of.values())

    def replace(self, request: Request, found: Mapping[str, TokenField]) -> Request:
        """The request with what the login brought in the place of the marks."""
        if not self._of:
            return request
        url, headers, body = request.url, request.headers, request.body
        if self._nonce in url:
            url = self._fill(url, found, lambda text: quote(text, safe=""))
        if any(self._nonce in value for _, value in headers):
            headers = tuple((name, self._fill(value, found, str)) for name, value in headers)
        if self._nonce.encode() in body:
            body = self._fill_body(request, found)
        return msgspec.structs.replace(request, url=url, headers=headers, body=body)

    def _fill(self, text: str, found: Mapping[str, TokenField], write: Callable[[str], str]) -> str:
        for name, mark in self._of.items():
            text = text.replace(mark, write(str(found.get(name, ""))))
        return text

    def _fill_body(self, request: Request, found: Mapping[str, TokenField]) -> bytes:
        body = request.body.decode("utf-8", "surrogateescape")
        if is_form(request):
            body = self._fill(body, found, lambda text: quote(text, safe=""))
        elif "xml" in request.read_header("Content-Type").lower():
            body = self._fill(body, found, lambda text: escape(text, {'"': "&quot;"}))
        else:
            for name, mark in self._of.items():
                whole = msgspec.json.encode(found.get(name)).decode()
                body = body.replace(f'"{mark}"', whole)
            body = self._fill(body, found, lambda text: msgspec.json.encode(text).decode()[1:-1])
        return body.encode("utf-8", "surrogateescape")


class Carriage:
    """Puts what a login brought into requests, as its settings say."""

    def __init__(self, login: Carried, marks: TokenMarks, *, bare: bool, cookie: str = "") -> None:
        self._carry = login.carry
        self._marks = marks
        self._header, self._prefix = login.header, login.prefix
        if cookie and not {"header", "prefix"} & login.model_fields_set:
            self._header, self._prefix = "Cookie", f"{cookie}="
        self._bare = bare

    def place(self, token: Token, request: Request) -> Request:
        """The request with the token. Raises `RefusedError` for one that cannot stand there."""
        found = {TOKEN: token.value, **token.fields}
        request = self._marks.replace(request, found)
        if self._carry is not None:
            return _carry(self._carry, found, request)
        if self._bare:
            return request
        return HeaderAuth(self._header, token.value, prefix=self._prefix).sign(request)


def _carry(carry: CarrySettings, found: Mapping[str, TokenField], request: Request) -> Request:
    values = {"token": found}
    try:
        for name, template in carry.headers.items():
            request = request.with_header(name, _check_line(as_text(template(values)) or ""))
        if carry.query:
            told = [(name, as_text(text(values)) or "") for name, text in carry.query.items()]
            request = request.with_params(*told)
        if carry.body:
            request = set_body_fields(request, {n: text(values) for n, text in carry.body.items()})
    except EvaluationError as error:
        raise RefusedError(
            f"What the login brought cannot be put into requests: {error}; see auth.carry."
        ) from None
    return request


def _check_line(text: str) -> str:
    if any(char < _LEAST_VISIBLE for char in text):
        raise EvaluationError("a header would hold a line break")
    return text
