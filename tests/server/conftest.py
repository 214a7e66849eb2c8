"""A Portside in front of a stall, and a client that speaks to it as ShipStation does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth

from proxy.cli.serve import choose_loop
from tests.builders import build_order
from tests.log_scan import log
from tests.server.stall import Stall, open_front

__all__ = ["log"]

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
WINDOW = {
    "action": "export",
    "start_date": "03/24/2026 00:00",
    "end_date": "03/25/2026 00:00",
    "page": "1",
}


def pytest_asyncio_loop_factories() -> Mapping[str, Any]:
    """The loop that `portside serve` runs on: its transports are not asyncio's."""
    return {"serve": choose_loop() or asyncio.new_event_loop}


@pytest.fixture
def stall() -> Stall:
    return Stall([build_order()])


@pytest.fixture
async def url(stall: Stall, tmp_path: Path) -> AsyncIterator[str]:
    async with open_front(stall, tmp_path) as portside:
        yield f"http://{portside.public}/stores/north"


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session
