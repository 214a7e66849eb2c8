"""A kind of shop that exists for these tests alone, as a stranger's plug-in would bring one."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from pydantic import Field, SecretStr, field_validator

from connectors.interface import Connector, ConnectorContext, ConnectorSettings, ConnectorType
from connectors.registry import ConnectorTypeError


class ProductSettings(ConnectorSettings):
    """A section inside the block."""

    type: str = "products"
    batch: int = Field(default=50, ge=1, le=100)


class StandSettings(ConnectorSettings):
    """A shop stand."""

    url: str = Field(pattern="^https?://")
    consumer_key: SecretStr
    consumer_secret: SecretStr
    retries: int = 3
    products: ProductSettings = ProductSettings()

    @field_validator("url")
    @classmethod
    def _no_query(cls, value: str) -> str:
        if "?" in value:
            raise ValueError("expected a URL without a query")
        return value


def _open(
    _settings: StandSettings, _context: ConnectorContext
) -> AbstractAsyncContextManager[Connector]:
    raise ConnectionError("this stand is never open")


STAND = ConnectorType(name="stand", settings=StandSettings, open=_open)


def find_kind(name: str) -> ConnectorType:
    """The one kind there is."""
    if name != STAND.name:
        raise ConnectorTypeError(f"expected 'stand', found {name!r}")
    return STAND
