"""Databases that another version of Portside made: used where that is safe, else refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text, update

from connectors.shipments import Shipment
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.migrations import COMPATIBLE_FROM
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import PutResult
from proxy.storage.schema import SchemaState, newest_revision
from proxy.storage.tables import installation

PARCEL = Shipment(order_number="1001", tracking_number="1Z1", carrier="UPS")


async def make_newer(database: Database, compatible_from: str) -> None:
    """As a later Portside would leave it: one more revision, with a column we have not heard of."""
    await database.migrate()
    async with database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
        await connection.execute(text("alter table deliveries add column parcel_color varchar(9)"))
        await connection.execute(update(installation).values(compatible_from=compatible_from))


async def test_a_newer_database_that_may_be_used_is_used_as_it_is(url: str) -> None:
    async with Database.open(url) as database:
        await make_newer(database, compatible_from=newest_revision())
        await database.migrate()
        await database.try_writing()
        assert (await DatabaseOutbox(database).put("north", PARCEL, lease=60))[
            0
        ] is PutResult.LEASED
        state = await database.read_state()
    assert (state.revision, state.compatible_from) == ("9999", newest_revision())


async def test_a_newer_database_that_may_not_be_used_is_left_alone_and_told_in_one_line(
    url: str,
) -> None:
    async with Database.open(url) as database:
        await make_newer(database, compatible_from="9999")
        for work in (database.migrate, database.check, database.try_writing):
            with pytest.raises(StorageError) as refused:
                await work()
            assert str(refused.value).startswith("a newer Portside made this database")
            assert "\n" not in str(refused.value)
        assert (await database.read_state()).revision == "9999"


async def test_a_migration_notes_which_versions_may_go_on(url: str) -> None:
    async with Database.open(url) as database:
        await database.migrate()
        state = await database.read_state()
    assert state == SchemaState(newest_revision(), COMPATIBLE_FROM)


def test_an_older_database_says_who_brings_it_up_to_date() -> None:
    with pytest.raises(StorageError, match="`portside serve` brings it up to date"):
        SchemaState("0001").refuse()


@given(st.integers(1, 9999), st.one_of(st.just(""), st.integers(1, 9999).map("{:04}".format)))
def test_only_newer_tables_that_do_not_name_us_are_refused_to_a_migration(
    revision: int, compatible_from: str
) -> None:
    state = SchemaState(f"{revision:04}", compatible_from)
    mine = int(newest_revision())
    usable = revision <= mine or (compatible_from != "" and int(compatible_from) <= mine)
    try:
        state.refuse_newer()
    except StorageError:
        assert not usable
    else:
        assert usable
