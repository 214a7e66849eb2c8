"""SQLite's side of the database: how its connections are made, set up and seen off."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any
from weakref import WeakSet

import aiosqlite
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from proxy.storage.errors import StorageError

# How long a connection waits for another process' write, and how long a thread may take to end.
BUSY_SECONDS = 10
# Marks a connection whose next transaction writes.
WRITES = "portside_writes"


class SqliteThreads:
    """Each connection works in a thread of its own.

    A thread's last word must find the event loop open, or it ends with a traceback.
    """

    def __init__(self) -> None:
        self._threads: WeakSet[Thread] = WeakSet()

    def connect(self, *where: Any, **how: Any) -> Awaitable[aiosqlite.Connection]:
        """A connection, as SQLAlchemy asks for it."""
        connection = aiosqlite.connect(*where, **how)
        thread = connection._thread  # noqa: SLF001 -- aiosqlite lends no other handle to it, and SQLAlchemy takes this one as well
        thread.daemon = True
        self._threads.add(thread)
        return connection

    async def wait_until_ended(self) -> None:
        """Wait until all threads have ended; closing their connections is what ends them."""
        for thread in list(self._threads):
            if thread.is_alive():
                await asyncio.to_thread(thread.join, BUSY_SECONDS)


def missing_file(url: str) -> Path | None:
    """The file that a `sqlite:///` URL names, if it is not there; opening it would make it."""
    file = Path(url.removeprefix("sqlite:///").partition("?")[0])
    return file if url.startswith("sqlite:") and not file.exists() else None


def make_private_file(file: Path) -> None:
    """Make the database's file, if it is not there, so that only we may read it; SQLite gives the
    files that it makes beside it the same rights.
    """
    with suppress(OSError):  # what keeps the file from being made, SQLite says in its own words
        # A pipe in its place is not waited for.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NONBLOCK", 0), 0o600))


class FileWatch:
    """Whether a path still names the file that was opened under it.

    What is written to a file that was deleted or replaced is gone with the last connection to it,
    and SQLite says nothing of that.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened = _identify(file)

    def refuse_another_file(self) -> None:
        """Raises StorageError if the file was deleted or another one was put in its place."""
        if self._opened is not None and _identify(self._file) != self._opened:
            raise StorageError(
                "the database's file was deleted or replaced while Portside ran, so that nothing"
                " written now would be kept; put the right file there and restart Portside"
            )


def _identify(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def measure_free_space(file: Path) -> int | None:
    """The bytes free where the file lies, None if that cannot be told."""
    try:
        return shutil.disk_usage(file.absolute().parent).free
    except OSError:
        return None


def measure_size(file: Path) -> int | None:
    """The bytes of the database's file and of what waits beside it to be written into it, None if
    that cannot be told.
    """
    try:
        beside = [file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm")]
        return file.stat().st_size + sum(each.stat().st_size for each in beside if each.exists())
    except OSError:
        return None


def may_others_read(file: Path) -> bool:
    """Whether other users of this machine may read the database's file."""
    try:
        return os.name == "posix" and bool(file.stat().st_mode & 0o077)
    except OSError:
        return False


def prepare(engine: AsyncEngine) -> None:
    """WAL with full synchronisation: a commit that was answered is on the disk, even if the power
    fails the next moment.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def set_up_connection(connection: Any, _record: Any) -> None:
        # The driver's own idea of when a transaction begins would leave reads outside of it; see
        # `begin_transaction`.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = wal",
            "synchronous = full",
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "foreign_keys = on",
        ):
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")
