"""What the parts of the contract share: policies without waits, a window, and a walk to its end."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from connectors.errors import ConnectorError
from connectors.interface import Connector
from connectors.orders import Order, RejectedOrder, Window
from connectors.upstream.policy import UpstreamPolicy

E = TypeVar("E", bound=ConnectorError)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WINDOW = Window(start=START, end=START + timedelta(hours=2))
# No wait between attempts, none for the rate; the breaker stays out of it.
QUICK = UpstreamPolicy(
    rate=10_000, timeout=30, attempts=3, backoff=0.001, patience=0.05, trip_after=1000
)
# One short attempt: for a shop that does not answer.
HASTY = UpstreamPolicy(
    rate=10_000, timeout=0.05, attempts=1, backoff=0.001, patience=0.05, trip_after=1000
)


def at(minutes: float) -> datetime:
    """So many minutes after the window's start."""
    return START + timedelta(minutes=minutes)


async def walk(connector: Connector, window: Window = WINDOW) -> list[Order | RejectedOrder]:
    """All that the connector lists."""
    return [found async for found in connector.list_orders(window)]


async def ids(connector: Connector, window: Window = WINDOW) -> list[str]:
    """The ids of all that the connector lists."""
    return [found.id for found in await walk(connector, window)]


async def failure(attempt: Awaitable[Any], kind: type[E]) -> E:
    """The error of this kind that `attempt` must raise; its text must be one readable line."""
    try:
        outcome = await attempt
    except kind as error:
        text = str(error)
        assert text, f"{kind.__name__} says nothing"
        assert "\n" not in text, f"{kind.__name__} says more than a line: {text!r}"
        assert "Traceback" not in text
        return error
    except ConnectorError as error:
        raise AssertionError(
            f"expected {kind.__name__}, got {type(error).__name__}: {error}"
        ) from error
    raise AssertionError(f"expected {kind.__name__}, got {outcome!r}")
