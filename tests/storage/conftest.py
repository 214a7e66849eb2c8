"""The three ways to keep an outbox, behind one fixture, with a clock that stands still until a test
moves it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Deliveries, Outbox
from proxy.storage.outbox.operator import DatabaseDeliveries
from tests.databases import copy_migrated
from tests.postgres import PostgresServer
from tests.storage.memory_outbox import MemoryOutbox


class HandClock:
    """A clock a test winds by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Kept:
    """One outbox as two processes see it (`outbox` and `other`), and its operator's side."""

    outbox: Outbox
    other: Outbox
    deliveries: Deliveries
    clock: HandClock


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = HandClock()
    if request.param == "memory":
        memory = MemoryOutbox(clock)
        yield Kept(outbox=memory, other=memory, deliveries=memory, clock=clock)
        return
    url = copy_migrated(request, request.param, tmp_path)
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(Database.open(url, clock=clock)) for _ in range(2)
        ]
        yield Kept(
            outbox=DatabaseOutbox(one),
            other=DatabaseOutbox(other),
            deliveries=DatabaseDeliveries(one),
            clock=clock,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kept.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.create()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind with all tables and no rows."""
    return copy_migrated(request, request.param, tmp_path)
