"""The small values settings are made of: durations, rates, addresses, database URLs.

Each parser says what it expected and what came.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

import msgspec
from pydantic import BeforeValidator, PlainSerializer, PlainValidator, SecretStr, WithJsonSchema

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d|w))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_RATE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*/\s*(?:(s|m|h|d))", re.ASCII)
_LONGEST = timedelta(days=3650)
_LAST_PORT = 65_535
_DURATION_HINT = "a duration such as 30s, 10m, 2h or 90d"
_RATE_HINT = "a rate such as 5/s or 300/m"


def parse_duration(value: object) -> timedelta:
    """Read `90s`, `1h30m`, `2d`; a bare number is refused, for nobody can tell whether it means
    seconds or minutes.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if not isinstance(value, str) or not _DURATION.fullmatch(text):
        raise ValueError(f"expected {_DURATION_HINT}, found {_shown(value)}")
    seconds = sum(
        Decimal(number) * Decimal(str(_UNITS[unit])) for number, unit in _PART.findall(text)
    )
    if seconds > Decimal(_LONGEST.total_seconds()):
        raise ValueError(f"expected at most {_LONGEST.days}d, found {_shown(value)}")
    return timedelta(microseconds=int(seconds * 1_000_000))


def write_duration(value: timedelta) -> str:
    """The shortest spelling that `parse_duration` reads back as the same duration."""
    left = value // timedelta(microseconds=1)
    parts = []
    for unit in ("d", "h", "m"):
        size = round(_UNITS[unit] * 1_000_000)
        if left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    if left or not parts:
        seconds = f"{Decimal(left) / 1_000_000:f}"
        parts.append(f"{seconds.rstrip('0').rstrip('.') if '.' in seconds else seconds}s")
    return "".join(parts)


def parse_rate(value: object) -> float:
    """Read `5/s`, `300/m`, `1000/h` as requests a second."""
    if isinstance(value, float) and value > 0:
        return value
    match = _RATE.fullmatch(str(value).strip()) if isinstance(value, str) else None
    if match is None or not float(match[1]):
        raise ValueError(f"expected {_RATE_HINT}, found {_shown(value)}")
    return float(match[1]) / _UNITS[match[2]]


def write_rate(value: float) -> str:
    """A rate as a person would type it; exact for whole numbers a second, a minute, an hour or a
    day.
    """
    for unit in ("s", "m", "h", "d"):
        number = round(value * _UNITS[unit], 6)
        if number == int(number) and number >= 1:
            return f"{int(number)}/{unit}"
    return f"{value:.6f}/s"


class ListenAddress(msgspec.Struct, frozen=True):
    """Where to listen: `host:port`, the host being a name or an address; IPv6 in brackets.

    Port 0 lets the system choose.
    """

    host: str
    port: int

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read `0.0.0.0:8080`, `localhost:9090`, `[::1]:8080`."""
        if isinstance(value, cls):
            return value
        host, colon, port = str(value).strip().rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        bare = host[1:-1] if bracketed else host
        if (
            not isinstance(value, str)
            or not colon
            or not bare
            or not (port.isascii() and port.isdecimal())
            or (":" in bare) != bracketed
        ):
            raise ValueError(f"expected an address such as 0.0.0.0:8080, found {_shown(value)}")
        if int(port) > _LAST_PORT:
            raise ValueError(f"expected a port from 0 to {_LAST_PORT}, found {port}")
        return cls(host=bare, port=int(port))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_database(value: object) -> SecretStr:
    """Check the shape of a database URL.

    It may hold a password, so it travels as a secret and is never echoed.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str):
        scheme, separator, rest = text.partition("://")
        if separator and scheme == "sqlite" and rest.startswith("/") and rest.strip("/"):
            return SecretStr(text)
        if separator and scheme in ("postgresql", "postgres") and rest:
            return SecretStr(f"postgresql://{rest}")
    raise ValueError(
        "expected sqlite:///file.db (sqlite:////absolute/file.db) or"
        " postgresql://user:password@host/name, found something else"
    )


def _shown(value: object) -> str:
    return (
        repr(value)
        if isinstance(value, str)
        else f"the number {value}"
        if isinstance(value, int | float)
        else "something else"
    )


def _text_schema(pattern: str, description: str) -> Any:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(write_duration),
    _text_schema(r"([0-9.]+(ms|s|m|h|d|w))+", _DURATION_HINT),
]
"""A length of time. In settings always with its unit."""

Rate = Annotated[
    float,
    BeforeValidator(parse_rate),
    PlainSerializer(write_rate),
    _text_schema(r"[0-9.]+ */ *[smhd]", _RATE_HINT),
]
"""Requests a second. In settings always with its unit."""

Listen = Annotated[
    ListenAddress,
    PlainValidator(ListenAddress.parse),
    PlainSerializer(str),
    _text_schema(r".+:.+", "host:port, e.g. 0.0.0.0:8080"),
]
"""An address to listen on."""

DatabaseUrl = Annotated[
    SecretStr,
    BeforeValidator(parse_database),
    _text_schema(r"(sqlite|postgresql|postgres)://.+", "sqlite:///file.db or postgresql://…"),
]
"""Where Portside keeps what outlives a request."""
