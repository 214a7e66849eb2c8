"""Portside's own books of an example: in memory, or in a real SQLite file, which costs four times
the time of a short example.
"""

from __future__ import annotations

import asyncio
import functools
import shutil
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.interface import ExportStorage
from proxy.storage.times import Clock
from tests.storage.memory_export import MemoryExportStorage

OpenBooks = Callable[[Clock], AbstractAsyncContextManager[ExportStorage]]


@asynccontextmanager
async def open_memory(clock: Clock) -> AsyncIterator[ExportStorage]:
    """Empty books in memory."""
    yield MemoryExportStorage(clock)


@asynccontextmanager
async def open_file(clock: Clock) -> AsyncIterator[ExportStorage]:
    """Empty books in a file that goes with the example."""
    with TemporaryDirectory() as folder:
        shutil.copy(Path(_make_template().name, "books.db"), folder)
        async with Database.open(f"sqlite:///{folder}/books.db", clock=clock) as database:
            yield DatabaseExportStorage(database)


BOOKS: dict[str, OpenBooks] = {"memory": open_memory, "sqlite": open_file}
"""All kinds, by name."""


@functools.cache
def _make_template() -> TemporaryDirectory[str]:
    """A file with all tables, to be copied: making them takes longer than most examples. In a
    thread of its own, because a loop is running.
    """
    folder = TemporaryDirectory()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_migrate(f"sqlite:///{folder.name}/books.db"))).result()
    return folder


async def _migrate(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()
