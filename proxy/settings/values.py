"""The small values settings are made of: rates, addresses, database URLs.

Each parser says what it expected and found.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Self

import msgspec
from pydantic import BeforeValidator, PlainSerializer, PlainValidator, SecretStr, WithJsonSchema

from connectors.reading.durations import UNIT_SECONDS, describe_found

_RATE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*/\s*(?:(s|m|h|d))", re.ASCII)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HOST = re.compile(r"[a-z0-9]([a-z0-9_.-]{0,252})?", re.ASCII)
_LAST_PORT = 65_535
_RATE_HINT = "a rate such as 5/s or 300/m"


def parse_rate(value: object) -> float:
    """Read `5/s`, `300/m`, `1000/h` as requests a second."""
    if isinstance(value, float) and value > 0:
        return value
    match = _RATE.fullmatch(str(value).strip()) if isinstance(value, str) else None
    if match is None or not float(match[1]):
        raise ValueError(f"expected {_RATE_HINT}, found {describe_found(value)}")
    return float(match[1]) / UNIT_SECONDS[match[2]]


def write_rate(value: float) -> str:
    """A rate as a person would type it; exact for whole numbers a second, a minute, an hour or a
    day.
    """
    for unit in ("s", "m", "h", "d"):
        number = round(value * UNIT_SECONDS[unit], 6)
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
            raise ValueError(
                f"expected an address such as 0.0.0.0:8080, found {describe_found(value)}"
            )
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


def parse_network(value: object) -> Network:
    """Read an address, or a network such as `10.0.0.0/8`."""
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    try:
        return ipaddress.ip_network(str(value).strip() if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(
            "expected an IP address or a network such as 10.0.0.0/8 (its lowest address and the"
            f" length of its prefix), found {describe_found(value)}"
        ) from error


def write_network(value: Network) -> str:
    """The network, or its only address."""
    return str(value.network_address if value.num_addresses == 1 else value)


def parse_host(value: object) -> str:
    """Read a name or address as it stands in a `Host` header, without the port; in lower case."""
    text = value.strip().lower() if isinstance(value, str) else ""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if _HOST.fullmatch(bare) or (":" in bare and _is_address(bare)):
        return bare
    raise ValueError(
        "expected a host's name or address without a port, such as portside.example, found"
        f" {describe_found(value)}"
    )


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text).version)
    except ValueError:
        return False


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


def make_text_schema(pattern: str, description: str) -> Any:
    """What the JSON Schema says of a text with a form of its own."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


Rate = Annotated[
    float,
    BeforeValidator(parse_rate),
    PlainSerializer(write_rate),
    make_text_schema(r"[0-9.]+ */ *[smhd]", _RATE_HINT),
]
"""Requests a second. In settings always with its unit."""

Listen = Annotated[
    ListenAddress,
    PlainValidator(ListenAddress.parse),
    PlainSerializer(str),
    make_text_schema(r".+:.+", "host:port, e.g. 0.0.0.0:8080"),
]
"""An address to listen on."""

TrustedNetwork = Annotated[
    Network,
    PlainValidator(parse_network),
    PlainSerializer(write_network),
    make_text_schema(r"[0-9a-fA-F.:]+(/[0-9]+)?", "an IP address or a network, e.g. 10.0.0.0/8"),
]
"""Addresses of proxies."""

HostName = Annotated[
    str,
    PlainValidator(parse_host),
    make_text_schema(r"[^/@]+", "a host's name or address without a port"),
]
"""What a `Host` header may say."""

DatabaseUrl = Annotated[
    SecretStr,
    BeforeValidator(parse_database),
    make_text_schema(r"(sqlite|postgresql|postgres)://.+", "sqlite:///file.db or postgresql://…"),
]
"""Where Portside keeps what outlives a request."""
