"""The answer to a login: the token and other fields in it, how long it is good for, and what renews
it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from connectors.errors import AuthenticationError, UnreadableResponseError
from connectors.upstream.auth.auth import Token, TokenField
from connectors.upstream.response import Reply

WHOLE: Final = "@"
"""The path of an answer that is nothing but the token, as JSON or as plain text."""

_MOST_TOKEN: Final = 16_384
# What may stand in a header.
_PRINTABLE: Final = re.compile(r"[ -~]*")
_MOST_COOKIES: Final = 50


def read_oauth2(reply: Reply, fields: Mapping[str, str] | None = None) -> Token:
    """The token of an OAuth 2 answer (RFC 6749, 5.1), and what stands at the paths of `fields`.

    Raises `AuthenticationError` if there is none.
    """
    body = reply.json()
    value = _find_value(body, "access_token")
    if not isinstance(value, str) or not value:
        raise AuthenticationError(f"{reply.where}: the login brought no access_token.")
    refresh = _find_value(body, "refresh_token")
    return Token(
        value=_check_text(value, "access_token", reply),
        lifetime=_read_seconds(_find_value(body, "expires_in")),
        refresh=_check_text(refresh, "refresh_token", reply) if isinstance(refresh, str) else "",
        fields=_read_fields(body, fields or {}, reply),
    )


def make_token_reader(
    *,
    path: str = "",
    header: str = "",
    cookie: str = "",
    fields: Mapping[str, str] | None = None,
    lifetime: float | None = None,
    lifetime_path: str = "",
) -> Callable[[Reply], Token]:
    """How to read a login's answer: the token at a dotted `path` of its body (`data.token`, or `@`
    for all of it), in a response `header` (Vendure) or in a `cookie`; none of the three where only
    `fields` count, which are dotted paths by name.
    """
    place = f"header {header}" if header else f"cookie {cookie}" if cookie else f"field {path}"

    def read(reply: Reply) -> Token:
        value: Any = ""
        if header:
            value = reply.headers.get(header)
        elif cookie:
            value = _find_cookie(reply, cookie)
        elif path:
            value = _read_whole(reply) if path == WHOLE else _find_value(reply.json(), path)
        if not isinstance(value, str) or (not value and (header or cookie or path)):
            raise AuthenticationError(
                f"{reply.where}: the login brought no token in {place}; check user name and"
                " password."
            )
        told = _read_seconds(_find_value(reply.json(), lifetime_path)) if lifetime_path else None
        return Token(
            value=_check_text(value, place, reply),
            lifetime=told if told is not None else lifetime,
            fields=_read_fields(reply.json(), fields, reply) if fields else {},
        )

    return read


def _read_fields(body: Any, fields: Mapping[str, str], reply: Reply) -> Mapping[str, TokenField]:
    found: dict[str, TokenField] = {}
    for name, path in fields.items():
        value = _find_value(body, path)
        # Odoo answers a wrong password with false in the place of a number.
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise AuthenticationError(
                f"{reply.where}: the login brought no {name} in field {path}; check user name and"
                " password."
            )
        found[name] = (
            _check_text(value, f"field {path}", reply) if isinstance(value, str) else value
        )
    return found


def _read_whole(reply: Reply) -> Any:
    """The answer as one text: JSON, or the text itself."""
    try:
        return reply.json()
    except UnreadableResponseError:
        return reply.content[: _MOST_TOKEN + 1].decode("utf-8", "replace").strip()


def _find_cookie(reply: Reply, name: str) -> str:
    """The newest value that the answer gives to a cookie; empty if it sets none."""
    found = ""
    for line in reply.headers.getall("Set-Cookie", [])[:_MOST_COOKIES]:
        told, _, value = line.partition(";")[0].partition("=")
        if told.strip() == name:
            found = value.strip()
    return found


def _check_text(text: str, place: str, reply: Reply) -> str:
    if len(text) > _MOST_TOKEN or not _PRINTABLE.fullmatch(text):
        raise AuthenticationError(
            f"{reply.where}: expected at most {_MOST_TOKEN} printable characters as token in"
            f" {place}, found something else; see what the shop answers to a login."
        )
    return text


def _find_value(value: Any, path: str) -> Any:
    """The value at a dotted path of maps and list positions; None where the path ends early."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _read_seconds(value: Any) -> float | None:
    """A span in seconds, as a number or as text; None if there is none."""
    try:
        return (
            float(value)
            if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool)
            else None
        )
    except (ValueError, OverflowError):
        return None
