from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import StatementError

from connectors.shipments import Shipment
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import PutResult
from proxy.storage.outbox.rows import new_row
from proxy.storage.tables import deliveries, metadata
from tests.postgres import PostgresServer
from tests.storage.conftest import HandClock

PARCEL = Shipment(order_number="1001", tracking_number="1Z1", carrier="UPS")


async def test_the_migrations_build_what_the_code_expects(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()
        async with database.writing() as connection:

            def differences(sync: Connection) -> list[object]:
                return list(compare_metadata(MigrationContext.configure(sync), metadata))

            assert await connection.run_sync(differences) == []


async def test_any_number_of_processes_may_migrate_at_once(url: str) -> None:
    async with Database.open(url) as one, Database.open(url) as two, Database.open(url) as three:
        await asyncio.gather(*(database.migrate() for database in (one, two, three, one)))
        await one.check()


async def test_a_database_without_its_tables_is_not_ready(url: str) -> None:
    async with Database.open(url) as database:
        with pytest.raises(
            StorageError, match="no tables of Portside's; `portside serve` makes them"
        ):
            await database.check()


async def test_times_come_back_as_they_were_written_in_utc(url: str) -> None:
    moment = datetime(2026, 3, 1, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-7)))
    async with Database.open(url, clock=lambda: moment) as database:
        await database.migrate()
        async with database.writing() as connection:
            await connection.execute(insert(deliveries), [new_row("north", PARCEL, moment)])
        async with database.reading() as connection:
            kept = (
                await connection.execute(select(deliveries.c.created_at, deliveries.c.finished_at))
            ).one()
    assert kept == (moment, None)
    assert kept[0].tzinfo is UTC


async def test_a_time_without_its_zone_is_refused(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()
        async with database.writing() as connection:
            with pytest.raises(StatementError, match="expected a time with its zone"):
                await connection.execute(
                    insert(deliveries),
                    [new_row("north", PARCEL, datetime(2026, 3, 1))],  # noqa: DTZ001
                )


async def test_without_a_clock_of_its_own_the_fleet_goes_by_the_databases_time(url: str) -> None:
    async with Database.open(url) as database, database.reading() as connection:
        now = await database.now(connection)
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
    assert now.tzinfo is not None


async def test_the_time_under_a_lock_is_the_time_when_it_was_had(postgres: PostgresServer) -> None:
    url = postgres.create()
    async with Database.open(url) as one, Database.open(url) as other:

        async def wait_for_it() -> datetime:
            async with other.writing() as connection:
                return await other.locked_now(connection, [7, 8])

        async with asyncio.TaskGroup() as group, one.writing() as connection:
            await one.locked_now(connection, [7])
            waiting = group.create_task(wait_for_it())
            waits = text(
                "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            )
            while not (await connection.execute(waits)).scalar_one():
                pass
            freed = await one.now(connection)
    assert waiting.result() >= freed


async def test_sqlite_keeps_a_log_and_syncs_every_commit(tmp_path: Path) -> None:
    async with (
        Database.open(f"sqlite:///{tmp_path}/kept.db") as database,
        database.reading() as connection,
    ):
        answers = [
            (await connection.exec_driver_sql(f"pragma {name}")).scalar_one()
            for name in ("journal_mode", "synchronous")
        ]
    assert answers == ["wal", 2], "2 is FULL"


async def test_a_transaction_that_fails_leaves_nothing_behind(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()

        async def stumble() -> None:
            async with database.writing() as connection:
                await connection.execute(
                    insert(deliveries), [new_row("north", PARCEL, datetime.now(UTC))]
                )
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await stumble()
        async with database.reading() as connection:
            assert (await connection.execute(select(deliveries.c.id))).all() == []


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@host/db",
        "sqlite",
        "postgresql+psycopg://u:secret@host/db",
        "",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
async def test_a_database_of_another_kind_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(StorageError, match="expected a database") as refused:
        async with Database.open(url):
            pass
    assert "secret" not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such pipes")
async def test_a_pipe_in_the_place_of_the_database_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with Database.open(f"sqlite:///{tmp_path}/pipe") as database:
        with pytest.raises(StorageError, match="pipe"):
            await database.migrate()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "postgresql://u:secret@127.0.0.1:1/db",
            "cannot be reached: Connection refused (127.0.0.1:1/db)",
        ),
        ("postgresql://u:secret@nowhere.invalid/db", "(nowhere.invalid:5432/db)"),
        (
            "sqlite:////no/such/folder/kept.db",
            (
                "refused: unable to open database file; see that its folder is there and Portside"
                " may write to it (/no/such/folder/kept.db)"
            ),
        ),
    ],
)
async def test_a_database_that_cannot_be_reached_is_one_readable_line(url: str, words: str) -> None:
    async with Database.open(url) as database:
        with pytest.raises(StorageError) as failed:
            await database.check()
    assert str(failed.value).startswith("the database ")
    assert str(failed.value).endswith(words)
    assert "secret" not in str(failed.value)
    assert "\n" not in str(failed.value)


async def test_what_sqlite_cannot_write_is_not_claimed_as_stored_and_goes_once_it_can(
    tmp_path: Path,
) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/kept.db", pool_size=1) as database:
        await database.migrate()
        outbox = DatabaseOutbox(database)
        async with database.reading() as connection:
            await connection.exec_driver_sql("pragma query_only = on")
        with pytest.raises(StorageError, match="readonly database"):
            await outbox.put("north", PARCEL, lease=60)
        async with database.reading() as connection:
            await connection.exec_driver_sql("pragma query_only = off")
        assert (await outbox.put("north", PARCEL, lease=60))[0] is PutResult.LEASED


async def test_what_postgresql_cannot_write_is_not_claimed_as_stored_and_goes_once_it_can(
    postgres: PostgresServer,
) -> None:
    url = postgres.create()
    name = url.partition("?")[0].rpartition("/")[2]
    kick = "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name + "';"  # noqa: S608 - our own name
    async with Database.open(url) as database:
        await database.migrate()
        outbox = DatabaseOutbox(database)
        postgres.psql(f"alter database {name} set default_transaction_read_only = on;")
        postgres.psql(kick)
        with pytest.raises(StorageError, match="read-only transaction"):
            await outbox.put("north", PARCEL, lease=60)
        postgres.psql(f"alter database {name} set default_transaction_read_only = off;")
        postgres.psql(kick)
        assert (await outbox.put("north", PARCEL, lease=60))[0] is PutResult.LEASED


FULL_DISK = """
import asyncio, resource, sys
from connectors.shipments import Shipment
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.outbox.database import DatabaseOutbox

async def main(url):
    async with Database.open(url) as database:
        await database.migrate()
        outbox = DatabaseOutbox(database)
        limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        stored = []
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))
        try:
            for order in range(2000):
                shipment = Shipment(order_number=str(order), tracking_number="1")
                await outbox.put("north", shipment, lease=None)
                stored.append(order)
        except StorageError as error:
            print("full", len(stored), error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
        await outbox.put("north", Shipment(order_number="after", tracking_number="1"), lease=None)
        print("after")

asyncio.run(main(sys.argv[1]))
"""


async def test_on_a_full_disk_exactly_what_was_stored_is_stored_and_space_is_all_it_takes(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    root = Path(__file__).parents[2]
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", FULL_DISK, url],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    full, after = ran.stdout.splitlines()
    stored = int(full.split()[1])
    assert full.startswith(f"full {stored} the database refused: ")
    assert after == "after"
    async with Database.open(url) as database, database.reading() as connection:
        kept = [
            row.order_number
            for row in await connection.execute(
                select(deliveries.c.order_number).order_by(deliveries.c.id)
            )
        ]
    assert kept == [*(str(order) for order in range(stored)), "after"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 200_000, (
        "only the other process was held short"
    )


async def test_a_clock_set_by_hand_is_the_one_that_counts(url: str) -> None:
    clock = HandClock()
    async with Database.open(url, clock=clock) as database:
        await database.migrate()
        _, delivery = await DatabaseOutbox(database).put("north", PARCEL, lease=60)
    assert delivery.created_at == clock()
