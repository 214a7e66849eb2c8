"""The polls of the last days, in the database: what ShipStation asked for, and what became of it.

A row is a walk, written when its first page has been sent and again when its last one has; or a
request for a first page that failed. A request for a later page that fails is noted at its walk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import (
    Float,
    Integer,
    String,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.rules.rhythm import LOOKBACK, find_usual_interval
from proxy.storage.database import Database
from proxy.storage.store_lists import list_stores
from proxy.storage.tables import polls as table

KEPT_FOR = timedelta(days=7)
# Of one store; those asked last stay.
MOST_POLLS = 2_000
_LONGEST_KIND = 60
_LONGEST_REASON = 500
_SECONDS_OF_A_DAY = 86_400
_JULIAN_DAY_OF_1970 = 2_440_587.5


class PollOutcome(StrEnum):
    """What became of a poll.

    `given`: each page was sent to its end. `all_held`: so were they, and hold nothing, because all
    orders are held for one reason. `under_way`: pages are still to be asked for. `failed`: the
    client heard an error. `still_reading`: it heard to come again, and reading goes on. `deferred`:
    it was given an empty page in place of an error. `broken_off`: it left before its answer.
    """

    GIVEN = "given"
    ALL_HELD = "all_held"
    UNDER_WAY = "under_way"
    FAILED = "failed"
    STILL_READING = "still_reading"
    DEFERRED = "deferred"
    BROKEN_OFF = "broken_off"


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """One poll: `seconds` from the request for its first page to the end of its last answer so far.

    `kind` is the error's class, `reason` its sentence without the shop's words and without buyers'
    data; of an `all_held` poll the reason of the orders. `pages`, `orders` and `held` are None
    where they are not known.
    """

    at: datetime
    outcome: PollOutcome
    kind: str = ""
    reason: str = ""
    pages: int | None = None
    orders: int | None = None
    held: int | None = None
    seconds: float = 0.0


class PollResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a request has brought of its poll: `seconds` of this request, else as in `Poll`."""

    outcome: PollOutcome
    kind: str = ""
    reason: str = ""
    snapshot_id: int | None = None
    pages: int | None = None
    orders: int | None = None
    held: int | None = None
    seconds: float = 0.0


CellCount = tuple[int, PollOutcome, int]
"""The place of a cell, an outcome, and how many polls of the cell had it."""

_OUTCOMES: Mapping[str, PollOutcome] = {each.value: each for each in PollOutcome}


class PollHistory:
    """The polls of all stores. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, store: str, result: PollResult, *, is_first: bool) -> float:
        """Keep what a request has brought: a new poll where it asked for the first page, else at
        the walk it belongs to. Returns the seconds of the whole poll so far.
        """
        values = msgspec.structs.asdict(result) | {
            "outcome": result.outcome.value,
            "kind": result.kind[:_LONGEST_KIND],
            "reason": result.reason.replace("\0", "")[:_LONGEST_REASON],
        }
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            known = None if is_first else await _find_walk(connection, store, result.snapshot_id)
            if known is None:
                began_at = now - timedelta(seconds=result.seconds)
                usual = await _find_usual_seconds(connection, store, began_at)
                own = {"store": store, "at": began_at, "usual_seconds": usual}
                await connection.execute(insert(table).values(values | own))
                await _prune(connection, store, now)
                return result.seconds
            number, began_at = known
            seconds = max((now - began_at).total_seconds(), 0.0)
            changed = {name: value for name, value in values.items() if value is not None}
            await connection.execute(
                update(table).where(table.c.id == number).values(changed | {"seconds": seconds})
            )
            return seconds

    async def count_by_cell(self, span: timedelta, cells: int) -> Mapping[str, Sequence[CellCount]]:
        """The polls of so long a time, by store, in so many cells of equal length; the oldest is 0.

        The database packs them into a text a store: a row of its own for each poll takes ten times
        as long.
        """
        length = span.total_seconds() / cells
        async with self._database.reading() as connection:
            start = await self._database.now(connection) - span
            at = (
                extract("epoch", table.c.at)
                if self._database.is_postgresql
                else (func.julianday(table.c.at) - _JULIAN_DAY_OF_1970) * _SECONDS_OF_A_DAY
            )
            seconds = at - literal(start.timestamp(), Float)
            cell = cast(cast(func.floor(seconds / length), Integer), String)
            stores = list_stores(table.c.store)
            packed = (
                select(func.aggregate_strings(cell + " " + table.c.outcome, ","))
                .where(table.c.store == stores.c.store, table.c.at > start)
                .scalar_subquery()
            )
            rows = await connection.execute(select(stores.c.store, packed))
            return {store: _count_words(words, cells) for store, words in rows if words}


def _count_words(packed: str, cells: int) -> Sequence[CellCount]:
    # Plain tuples: an enum as a key costs a call for each look-up.
    counts = []
    for words, number in Counter(packed.split(",")).items():
        cell, _, outcome = words.partition(" ")
        counts.append((min(int(cell), cells - 1), _OUTCOMES[outcome], number))
    return counts


def read_poll(row: Mapping[str, object]) -> Poll:
    """The columns of a row that are named as `Poll`'s fields."""
    values = {name: row[name] for name in Poll.__struct_fields__}
    return Poll(**values | {"outcome": PollOutcome(str(values["outcome"]))})  # type: ignore[arg-type]  # a row's values have no types


async def _find_walk(
    connection: AsyncConnection, store: str, snapshot_id: int | None
) -> tuple[int, datetime] | None:
    """The newest poll of this snapshot, or of all; its number, and when it began."""
    newest = select(table.c.id, table.c.at).where(table.c.store == store)
    if snapshot_id is not None:
        newest = newest.where(table.c.snapshot_id == snapshot_id)
    row = (await connection.execute(newest.order_by(table.c.at.desc()).limit(1))).first()
    return None if row is None else (row.id, row.at)


async def _find_usual_seconds(
    connection: AsyncConnection, store: str, began_at: datetime
) -> float | None:
    """The usual time between polls, with one that has just begun."""
    late = table.c.at.between(began_at - LOOKBACK, began_at)
    earlier = select(table.c.at).where(table.c.store == store, late).order_by(table.c.at)
    began = (await connection.execute(earlier)).scalars().all()
    usual = find_usual_interval([*began, began_at])
    return None if usual is None else usual.total_seconds()


async def _prune(connection: AsyncConnection, store: str, now: datetime) -> None:
    own = table.c.store == store
    surplus = select(table.c.at).where(own).order_by(table.c.at.desc()).offset(MOST_POLLS).limit(1)
    await connection.execute(delete(table).where(own, table.c.at < now - KEPT_FOR))
    await connection.execute(delete(table).where(own, table.c.at <= surplus.scalar_subquery()))
