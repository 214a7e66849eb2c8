"""What happened last, of all stores: polls, attempts at deliveries, and what operators did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.actions import Action
from proxy.storage.database import Database
from proxy.storage.export.polls import Poll, read_poll
from proxy.storage.tables import attempts, deliveries, operator_actions, polls

# How far back in the table is looked for one store's among all, so that no look costs more.
_LOOKED_AT = 20_000


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at a delivery, or an order to make one; without the shop's words."""

    delivery: int
    order: str
    outcome: str
    seconds: float


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, at which store; `store` is empty where it was about several."""

    at: datetime
    store: str
    what: Poll | Tried | Action


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far the events have been read: the newest row of each table."""

    poll: int = 0
    attempt: int = 0
    action: int = 0


class Events:
    """Reads them from the database, so that they are the same on every replica. Every method raises
    StorageError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_after(
        self, place: Place, limit: int, *, store: str | None = None
    ) -> tuple[Sequence[Event], Place]:
        """The last events behind `place`, at most `limit` of each sort, the newest first; and how
        far that is.
        """
        async with self._database.reading() as connection:
            newest = Place(
                poll=await _find_newest(connection, polls),
                attempt=await _find_newest(connection, attempts),
                action=await _find_newest(connection, operator_actions),
            )
            found = [
                *await _read_polls(connection, place, newest, store, limit),
                *await _read_attempts(connection, place, newest, store, limit),
                *await _read_actions(connection, place, store, limit),
            ]
        return sorted(found, key=lambda event: event.at, reverse=True)[:limit], newest


async def _find_newest(connection: AsyncConnection, table: Any) -> int:
    return (await connection.execute(select(func.max(table.c.id)))).scalar() or 0


async def _rows(connection: AsyncConnection, wanted: Select[Any]) -> Sequence[Any]:
    return list((await connection.execute(wanted)).mappings())


async def _read_polls(
    connection: AsyncConnection, place: Place, newest: Place, store: str | None, limit: int
) -> Sequence[Event]:
    after = max(place.poll, newest.poll - _LOOKED_AT)
    wanted = select(polls).where(polls.c.id > after).order_by(polls.c.id.desc()).limit(limit)
    if store is not None:
        wanted = wanted.where(polls.c.store == store)
    return [
        Event(at=row["at"], store=row["store"], what=read_poll(row))
        for row in await _rows(connection, wanted)
    ]


async def _read_attempts(
    connection: AsyncConnection, place: Place, newest: Place, store: str | None, limit: int
) -> Sequence[Event]:
    after = max(place.attempt, newest.attempt - _LOOKED_AT)
    columns = (attempts.c.at, attempts.c.outcome, attempts.c.seconds, attempts.c.delivery_id)
    order = func.coalesce(deliveries.c.order_number, deliveries.c.order_id, "").label("order")
    wanted = (
        select(*columns, deliveries.c.store, order)
        .join(deliveries, deliveries.c.id == attempts.c.delivery_id)
        .where(attempts.c.id > after)
        .order_by(attempts.c.id.desc())
        .limit(limit)
    )
    if store is not None:
        wanted = wanted.where(deliveries.c.store == store)
    return [
        Event(
            at=row["at"],
            store=row["store"],
            what=Tried(
                delivery=row["delivery_id"],
                order=row["order"],
                outcome=row["outcome"],
                seconds=row["seconds"],
            ),
        )
        for row in await _rows(connection, wanted)
    ]


async def _read_actions(
    connection: AsyncConnection, place: Place, store: str | None, limit: int
) -> Sequence[Event]:
    wanted = (
        select(operator_actions)
        .where(operator_actions.c.id > place.action)
        .order_by(operator_actions.c.id.desc())
        .limit(limit)
    )
    if store is not None:
        wanted = wanted.where(operator_actions.c.store == store)
    return [
        Event(at=row["at"], store=row["store"], what=Action(**row))
        for row in await _rows(connection, wanted)
    ]
