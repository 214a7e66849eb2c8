"""Databases with all tables, for tests: made once in a process and copied, for making the tables
takes longer than most tests.
"""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proxy.storage.database import Database
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "kept.db"
    _migrate_apart(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresServer) -> str:
    """A PostgreSQL database with all tables, to be copied, or used by tests that have a store of
    their own in it.
    """
    url = postgres.create()
    _migrate_apart(url)
    return url


def copy_migrated(request: pytest.FixtureRequest, kind: str, directory: Path) -> str:
    """The URL of a new database of this kind, `sqlite` or `postgresql`, that has all tables and no
    rows.
    """
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.create(template=request.getfixturevalue("migrated_postgres"))
    shutil.copy(request.getfixturevalue("migrated_file"), directory / "kept.db")
    return f"sqlite:///{directory}/kept.db"


def _migrate_apart(url: str) -> None:
    """In a thread of its own, for the test that asks first has a loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_migrate(url))).result()


async def _migrate(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()
