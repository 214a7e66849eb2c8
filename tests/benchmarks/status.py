"""How long it takes to read how all stores stand, and to show it on the operator's page, beside the
same in an empty database.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # the driver brings no types
import msgspec
from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Table,
    case,
    cast,
    column,
    insert,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.shipments import Shipment
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.plain import plain_status
from proxy.operator.status.reading import read_status
from proxy.storage.database import Database
from proxy.storage.export.polls import PollOutcome
from proxy.storage.outbox.interface import DeliveryState
from proxy.storage.outbox.rows import new_row
from proxy.storage.tables import deliveries, held_orders, polls
from tests.benchmarks._page import describe_pages, measure_pages
from tests.postgres import postgres_server

_READINGS = 45
# Of a store's deliveries each so many-th waits, or is dead; the shop has the others.
_WAITS, _DEAD = 50, 200
_KINDS = ("filtered", "early", "invalid", "unreadable")
_POLLS_EVERY = timedelta(minutes=15)


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """What a database is filled with: so many stores, and of each so much of the rest."""

    stores: int = 100
    deliveries: int = 10_000
    held: int = 1_000
    polls: int = 600


def run(amounts: Amounts | None = None) -> Iterator[str]:
    """A line for the status of each database, and one for each page."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(durable=False) as server,
        asyncio.Runner() as runner,
    ):
        for kind, empty, full in (
            ("SQLite", f"sqlite:///{folder}/empty.db", f"sqlite:///{folder}/full.db"),
            ("PostgreSQL", server.create(), server.create()),
        ):
            yield from runner.run(compare(kind, empty, full, amounts or Amounts()))


async def compare(kind: str, empty_url: str, full_url: str, amounts: Amounts) -> list[str]:
    """The readings with nothing there, and with all of it, a line each."""
    stores = amounts.stores
    async with Database.open(empty_url) as empty, Database.open(full_url) as full:
        for database in (empty, full):
            await database.migrate()
        await fill(full, amounts)
        await tidy(full_url)
        nothing, everything = await measure((empty, full), stores)
        pages = await measure_pages((empty, full), stores)
    line = (
        f"{kind}: {everything * 1000:.0f} ms with {stores} stores,"
        f" {stores * amounts.deliveries:,} deliveries, {stores * amounts.held:,} held orders and"
        f" {stores * amounts.polls:,} polls; {nothing * 1000:.0f} ms with none;"
        f" ratio {everything / nothing:.1f}"
    )
    return [line, *describe_pages(kind, *pages)]


async def measure(databases: Sequence[Database], stores: int) -> list[float]:
    """The median of the seconds that a status takes, from each database to plain values.

    They are read in turn, so that whatever else the machine does slows all of them.
    """
    names = [f"store{number}" for number in range(stores)]
    times: list[list[float]] = [[] for _ in databases]
    for _ in range(_READINGS):
        for database, taken in zip(databases, times, strict=True):
            began = time.perf_counter()
            status = await read_status(database, names)
            plain_status(status, list_alarms(status))
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in times]


async def fill(database: Database, amounts: Amounts) -> None:
    """Deliveries of which most are finished, held orders of each kind, and polls of a week.

    The database makes the rows itself, a store at a time: sent one by one they take minutes.
    """
    for number in range(amounts.stores):
        store = f"store{number}"
        async with database.writing() as connection:
            now = await database.now(connection)
            await _add_deliveries(connection, store, now, amounts.deliveries)
            await _add_held(connection, store, now, amounts.held)
            polled = [
                {"store": store, "at": now - _POLLS_EVERY * place} | _POLL
                for place in range(amounts.polls)
            ]
            await connection.execute(insert(polls), polled)


async def tidy(url: str) -> None:
    """What a PostgreSQL server does by itself a while after such a change; SQLite has no such
    thing.
    """
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        try:
            await connection.execute("vacuum analyze")
        finally:
            await connection.close()


_POLL = {
    "outcome": PollOutcome.GIVEN.value,
    "kind": "",
    "reason": "",
    "seconds": 1.0,
    "usual_seconds": _POLLS_EVERY.total_seconds(),
}
# The row's place among its store's, from 0.
_PLACE = column("place", Integer)
_TEXT = cast(_PLACE, String)


async def _add_deliveries(
    connection: AsyncConnection, store: str, now: datetime, amount: int
) -> None:
    shipment = Shipment(order_number="1", carrier="UPS", tracking_number="1Z")
    state = case(
        (_PLACE % _DEAD == 0, DeliveryState.DEAD.value),
        (_PLACE % _WAITS == 0, DeliveryState.WAITING.value),
        else_=DeliveryState.DELIVERED.value,
    )
    own = {"order_number": _TEXT, "key": _TEXT, "parcel": _TEXT, "state": state}
    await _add_rows(connection, deliveries, new_row(store, shipment, now) | own, amount)


async def _add_held(connection: AsyncConnection, store: str, now: datetime, amount: int) -> None:
    kind = case(
        *((_PLACE % len(_KINDS) == place, kind) for place, kind in enumerate(_KINDS)),
    )
    values = {
        "store": store,
        "order_id": _TEXT,
        "number": _TEXT,
        "kind": kind,
        "reason": "a filter says so",
        "first_seen": now,
        "last_seen": now,
    }
    await _add_rows(connection, held_orders, values, amount)


async def _add_rows(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], amount: int
) -> None:
    """Rows of these values, of which some are made of the row's place."""
    first = select(literal(0).label("place")).cte("places", recursive=True)
    following = select(first.c.place + 1).where(first.c.place + 1 < amount)
    columns = [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]
    await connection.execute(
        insert(table).from_select(
            list(values), select(*columns).select_from(first.union_all(following))
        )
    )
