"""The answer to a login: the token in it, how long it is good for, and what renews it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connectors.errors import AuthenticationError
from connectors.upstream.auth.auth import Token
from connectors.upstream.response import Reply


def read_oauth2(reply: Reply) -> Token:
    """The token of an OAuth 2 answer (RFC 6749, 5.1).

    Raises `AuthenticationError` if there is none.
    """
    body = reply.json()
    value = _find_value(body, "access_token")
    if not isinstance(value, str) or not value:
        raise AuthenticationError(f"{reply.where}: the login brought no access_token.")
    refresh = _find_value(body, "refresh_token")
    return Token(
        value=value,
        lifetime=_read_seconds(_find_value(body, "expires_in")),
        refresh=refresh if isinstance(refresh, str) else "",
    )


def make_token_reader(
    *, path: str = "", header: str = "", lifetime: float | None = None, lifetime_path: str = ""
) -> Callable[[Reply], Token]:
    """How to read a login's answer: the token at a dotted `path` of its body (`data.token`), or in
    a response `header` (Vendure).
    """

    def read(reply: Reply) -> Token:
        value = reply.headers.get(header) if header else _find_value(reply.json(), path)
        if not isinstance(value, str) or not value:
            place = f"header {header}" if header else f"field {path}"
            raise AuthenticationError(
                f"{reply.where}: the login brought no token in {place}; check user name and"
                " password."
            )
        told = _read_seconds(_find_value(reply.json(), lifetime_path)) if lifetime_path else None
        return Token(value=value, lifetime=told if told is not None else lifetime)

    return read


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
    except ValueError:
        return None
