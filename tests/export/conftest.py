"""Quiet logs, and a world on each kind of storage."""

from __future__ import annotations

import asyncio
import itertools
import logging
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
import structlog

from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.interface import ExportStorage
from tests.export.play.virtual_time import VirtualClock
from tests.export.play.world import World
from tests.postgres import PostgresServer, postgres
from tests.storage.memory_export import MemoryExportStorage

__all__ = ["postgres"]
_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Thousands of walks say nothing that a failing test needs."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


class OpenWorld(Protocol):
    """Makes a world with these options; see `World`."""

    async def __call__(self, **options: Any) -> World: ...


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "kept.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(request: pytest.FixtureRequest) -> str:
    """A PostgreSQL database with all tables; each test has its own store in it."""
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create()
    _migrated(url)
    return url


def _migrated(url: str) -> None:
    """In a thread of its own, for the test that asks first has a loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_migrate(url))).result()


async def _migrate(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenWorld]:
    clock = VirtualClock()
    async with AsyncExitStack() as stack:
        storage: ExportStorage = MemoryExportStorage(clock)
        if request.param != "memory":
            storage = DatabaseExportStorage(
                await stack.enter_async_context(Database.open(_url(request, tmp_path), clock=clock))
            )

        async def made(**options: Any) -> World:
            world = World(
                clock=clock,
                storage=lambda _clock: storage,
                name=f"north-{next(_NUMBERS)}",
                **options,
            )
            stack.push_async_callback(world.close)
            return world

        yield made


def _url(request: pytest.FixtureRequest, directory: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("migrated_postgres"))
    shutil.copy(request.getfixturevalue("migrated_file"), directory / "kept.db")
    return f"sqlite:///{directory}/kept.db"


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """The plain world: pages of three orders."""
    return await open_world()
