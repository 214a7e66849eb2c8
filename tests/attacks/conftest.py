"""A Portside to attack, its log, and an honest client."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession, TCPConnector

from proxy.cli.serve import choose_loop
from proxy.telemetry.logs import configure_logs
from tests.acceptance.buyers import find_buyers
from tests.builders import build_order
from tests.server.stall import Stall


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Any]:
    """The loop that `portside serve` runs on: its transports are not asyncio's. Python's own where
    steps are metered, which only that one shows.
    """
    if hasattr(getattr(item, "module", None), "metering"):
        return {"asyncio": asyncio.new_event_loop}
    return {"serve": choose_loop() or asyncio.new_event_loop}


class Log:
    """What was logged at the level that is usual."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """Those with this event, or all."""
        every = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in every if event in ("", line["event"])]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    found = Log()
    configure_logs("json", "info", found.stream)
    yield found
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    assert find_buyers(found.text.splitlines()) == []


@pytest.fixture
def stall() -> Stall:
    return Stall([build_order()])


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(force_close=True)) as session:
        yield session
