"""The database behind everything we keep: SQLite in a file, or PostgreSQL for any number of
replicas.

One implementation serves both. What differs stands here: how a write transaction begins, where the
time comes from, and how the migrations are kept from running twice at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import func, select, text, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from proxy.storage.errors import StorageError
from proxy.storage.failures import errors_as_ours
from proxy.storage.schema import SchemaState, read_state, upgrade
from proxy.storage.sqlite import (
    BUSY_SECONDS,
    WRITES,
    FileWatch,
    SqliteThreads,
    make_private_file,
    measure_free_space,
    measure_size,
    prepare,
)
from proxy.storage.tables import installation
from proxy.storage.times import Clock, system_clock

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
# Any constant will do, as long as every Portside uses the same.
_MIGRATION_LOCK = 0x706F727473696465


class Database:
    """An open database. Use `Database.open`; every transaction goes through `reading` or `writing`.

    `clock` is for tests that play with time. Without it PostgreSQL's own clock is the fleet's, and
    on SQLite the machine's.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock | None) -> None:
        self._engine = engine
        self._clock = clock
        # SQLite takes one writer at a time and lets the others poll for their turn; here they queue
        # up in order instead.
        self._turn = None if self.is_postgresql else asyncio.Lock()
        self._watch = None if self.is_postgresql else FileWatch(Path(self.place))

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, clock: Clock | None = None, pool_size: int = 10
    ) -> AsyncIterator[Self]:
        """Connects when first used, not here.

        `url`: `sqlite:///file.db` or `postgresql://user:password@host/name`.

        Raises StorageError for a URL that names neither.
        """
        target = _driver_url(url)
        if target.drivername == _DRIVERS["sqlite"]:
            make_private_file(Path(str(target.database)))
            threads = SqliteThreads()
            engine = create_async_engine(
                target, **_pool(pool_size), connect_args={"async_creator_fn": threads.connect}
            )
            prepare(engine)
        else:
            threads = None
            # A connection over a network may have died since it was last used.
            engine = create_async_engine(target, **_pool(pool_size), pool_pre_ping=True)
        try:
            yield cls(engine, clock)
        finally:
            await engine.dispose()
            if threads is not None:
                await threads.wait_until_ended()

    @property
    def place(self) -> str:
        """Where the database is, for the operator's eyes: SQLite's file, or PostgreSQL's host and
        name; no login.
        """
        url = self._engine.url
        return (
            f"{url.host}:{url.port or 5432}/{url.database or ''}"
            if self.is_postgresql
            else str(url.database)
        )

    def measure_free_space(self) -> int | None:
        """The bytes free on SQLite's disk; None for PostgreSQL, whose disk we do not see."""
        return None if self.is_postgresql else measure_free_space(Path(self.place))

    def measure_size(self) -> int | None:
        """The bytes of SQLite's file; None for PostgreSQL."""
        return None if self.is_postgresql else measure_size(Path(self.place))

    @property
    def is_postgresql(self) -> bool:
        """Whether several processes may share this database."""
        return self._engine.dialect.name == "postgresql"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only looks.

        On SQLite what it sees stays the same throughout; on PostgreSQL each statement sees the
        newest.

        Raises StorageError if the database does not answer.
        """
        with errors_as_ours():
            async with self._engine.connect() as connection:
                if self.is_postgresql:
                    await connection.execution_options(isolation_level="AUTOCOMMIT")
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed, to the disk, once the block ends; rolled back if it
        raises.

        On SQLite it holds the only write lock from its first statement on, so what it has read
        stays true until it commits.

        Raises StorageError if it could not be committed to the file that the settings name.
        """
        with errors_as_ours():
            if self._turn is None:
                async with self._engine.begin() as connection:
                    yield connection
                return
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(**{WRITES: True})
                async with connection.begin():
                    yield connection
            if self._watch is not None:
                self._watch.refuse_another_file()

    async def now(self, connection: AsyncConnection) -> datetime:
        """The time that leases and schedules go by: the same for every process on this database."""
        if self._clock is not None:
            return self._clock()
        if self.is_postgresql:
            moment: datetime = (
                await connection.execute(select(func.clock_timestamp()))
            ).scalar_one()
            return moment
        return system_clock()

    def moment(self) -> Any:
        """The same time as a value for a statement, where it need not be known here: PostgreSQL
        fills it in by itself.
        """
        if self._clock is None and self.is_postgresql:
            return func.clock_timestamp()
        return (self._clock or system_clock)()

    async def locked_now(self, connection: AsyncConnection, locks: Iterable[int]) -> datetime:
        """The time, once this transaction holds the advisory locks of these numbers; on SQLite it
        holds the only write lock anyway.

        They are taken in one sequence by everybody, so that two who want the same cannot block each
        other.
        """
        if not self.is_postgresql:
            return await self.now(connection)
        taken = (func.pg_advisory_xact_lock(number) for number in sorted(locks))
        # From left to right, so that the time is read once all locks are had, however long that
        # took.
        row = (await connection.execute(select(*taken, func.clock_timestamp()))).one()
        moment: datetime = row[-1]
        return self._clock() if self._clock else moment

    async def migrate(self) -> None:
        """Bring the tables up to date.

        Safe to start in many processes at once: one works, the others wait and find it done.
        """
        with self._named_in_errors():
            await self._migrate()

    async def _migrate(self) -> None:
        async with self.writing() as connection:
            if self.is_postgresql:
                await connection.execute(
                    text("select pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK}
                )
            await connection.run_sync(upgrade)

    async def check(self) -> None:
        """Raises StorageError unless the database answers and this Portside can work on its
        tables.
        """
        with self._named_in_errors():
            if self._watch is not None:
                # A connection made now would open, or make, the other file.
                self._watch.refuse_another_file()
        state = await self.read_state()
        with self._named_in_errors():
            state.refuse()

    async def read_state(self) -> SchemaState:
        """Where its tables stand.

        Raises StorageError if the database does not answer.
        """
        with self._named_in_errors():
            async with self.reading() as connection:
                return await connection.run_sync(read_state)

    async def try_writing(self) -> None:
        """Write the time to the disk.

        Raises StorageError if what is written now would not be kept, and as `check`.
        """
        await self.check()
        with self._named_in_errors():
            async with self.writing() as connection:
                await connection.execute(update(installation).values(tried_at=self.moment()))

    @contextmanager
    def _named_in_errors(self) -> Iterator[None]:
        """Where only the operator listens, errors say which database they are about."""
        try:
            yield
        except StorageError as error:
            raise StorageError(f"{error} ({self.place})") from error


def _pool(size: int) -> dict[str, Any]:
    return {"pool_size": size, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StorageError(
            "expected a database like sqlite:///portside.db or postgresql://user:password@host/name"
        ) from error
    driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
    if driver not in _DRIVERS.values():
        raise StorageError(
            f"expected a database of sqlite or postgresql, found {parsed.drivername}"
        )
    if driver == _DRIVERS["sqlite"] and parsed.database in {None, "", ":memory:"}:
        raise StorageError(
            "expected a database in a file, like sqlite:///portside.db; one in memory would forget"
            " what it promised to keep"
        )
    return parsed.set(drivername=driver)
