"""Quiet logs, and a world on each kind of storage."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.interface import ExportStorage
from tests.databases import copy_migrated
from tests.export.play.virtual_time import VirtualClock
from tests.export.play.world import World
from tests.log_scan import capturing_log, commands
from tests.storage.memory_export import MemoryExportStorage

__all__ = ["commands"]

_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """Thousands of walks say nothing that a failing test needs, and nothing of a buyer's."""
    with capturing_log("json", "info"):
        yield


class OpenWorld(Protocol):
    """Makes a world with these options; see `World`."""

    async def __call__(self, **options: Any) -> World: ...


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
    """Making a database takes PostgreSQL longer than most tests: there, each has a store of its
    own.
    """
    if request.param == "postgresql":
        return str(request.getfixturevalue("migrated_postgres"))
    return copy_migrated(request, "sqlite", directory)


@pytest.fixture
async def world(open_world: OpenWorld) -> World:
    """The plain world: pages of three orders."""
    return await open_world()
