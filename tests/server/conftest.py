"""A Portside in front of a stall, and a client that speaks to it as ShipStation does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth

from tests.builders import build_order
from tests.server.stall import Stall, open_front

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
WINDOW = {
    "action": "export",
    "start_date": "03/24/2026 00:00",
    "end_date": "03/25/2026 00:00",
    "page": "1",
}


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
