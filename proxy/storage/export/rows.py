"""The rows of one store within one transaction: what reading and writing them has in common for all
tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

# Both engines limit the values of one statement; SQLite's limit was 999 for long.
_AT_ONCE = 500
# What becomes of further columns of a row that is there already, by the row that takes its place.
Derived = Callable[[Any], dict[str, ColumnElement[Any]]]


def derive_nothing(_excluded: Any) -> dict[str, ColumnElement[Any]]:
    """Leave the other columns as they are."""
    return {}


class StoreRows:
    """The rows of `store` on a connection with an open transaction, which began at `now`."""

    def __init__(self, connection: AsyncConnection, store: str, now: datetime) -> None:
        self._connection = connection
        self._store = store
        self.now = now

    def _own(self, table: Table) -> ColumnElement[bool]:
        return table.c.store == self._store

    async def _put(
        self,
        table: Table,
        rows: Sequence[dict[str, Any]],
        changed: Sequence[str],
        derived: Derived = derive_nothing,
    ) -> None:
        await upsert(
            self._connection,
            table,
            [row | {"store": self._store} for row in rows],
            changed,
            derived,
        )

    async def _all(self, statement: Any) -> Sequence[dict[str, Any]]:
        return [dict(row) for row in (await self._connection.execute(statement)).mappings()]

    async def _first(self, statement: Any) -> dict[str, Any] | None:
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else dict(row)


def portions(order_ids: Collection[str]) -> Iterable[list[str]]:
    """The ids in as many lists as statements are needed."""
    ids = list(order_ids)
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    changed: Sequence[str],
    derived: Derived = derive_nothing,
) -> None:
    """Insert `rows`; where the primary key is there already, take over the columns named in
    `changed`, and set those that `derived` makes of the new row.
    """
    if not rows:
        return
    made = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key.columns]
    statement = made.on_conflict_do_update(
        index_elements=keys,
        set_={name: made.excluded[name] for name in changed} | derived(made.excluded),
    )
    await connection.execute(statement, list(rows))
