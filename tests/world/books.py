"""Portside's own books of an example: in memory, or in a real SQLite file, which costs four times
the time of a short example.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.interface import ExportStorage
from proxy.storage.times import Clock
from tests.databases import make_migrated_file
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
        url = make_migrated_file(Path(folder) / "books.db")
        async with Database.open(url, clock=clock) as database:
            yield DatabaseExportStorage(database)


BOOKS: dict[str, OpenBooks] = {"memory": open_memory, "sqlite": open_file}
"""All kinds, by name."""
