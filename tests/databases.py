"""Databases with all tables, for tests: made once in a process and copied, for making the tables
takes longer than most tests.
"""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from proxy.storage.actions import OperatorActions
from proxy.storage.database import Database
from tests.postgres import PostgresServer


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
    return make_migrated_file(directory / "kept.db")


def make_migrated_file(path: Path) -> str:
    """The URL of this SQLite file; unless it is there, it is made with all tables and no rows."""
    if not path.exists():
        path.write_bytes(_migrated_bytes())
        path.chmod(0o600)
    return f"sqlite:///{path}"


@cache
def _migrated_bytes() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "kept.db"
        _migrate_apart(f"sqlite:///{path}")
        return path.read_bytes()


def _migrate_apart(url: str) -> None:
    """In a thread of its own, for the test that asks first has a loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_migrate(url))).result()


async def _migrate(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()


async def read_actions(url: str) -> list[tuple[str, str, str]]:
    """What operators did, the oldest first: what, in which store, and to what."""
    async with Database.open(url) as database:
        found = await OperatorActions(database).list_newest(100)
    return [(each.action, each.store, each.subject) for each in reversed(found)]
