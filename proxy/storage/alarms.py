"""The alarms, in the database, and what of them people have heard: each beginning and each end is
told by one replica, the first that claims it.

    (none)   -> waiting   the alarm holds
    waiting  -> told      its beginning was sent
    waiting  -> (none)    it ended before anybody was told
    told     -> ended     it holds no longer
    ended    -> told      it holds again before its end was sent
    ended    -> (none)    its end was sent

What is to be sent is claimed for a while. A claim that lapses, because its holder died or could not
send, is claimed again: a message may come twice, none is lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import and_, delete, insert, or_, select, update

from proxy.rules.alarms import Alarm, AlarmKind, compare_alarms
from proxy.storage.database import Database
from proxy.storage.tables import alarms as table

# Longer than any message takes to be sent.
CLAIM = timedelta(minutes=2)
_LOCK = int.from_bytes(hashlib.blake2b(b"alarms", digest_size=8).digest(), "big", signed=True)


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller is to tell now: what has begun, and what is over."""

    began: Sequence[Alarm] = ()
    ended: Sequence[Alarm] = ()

    def __bool__(self) -> bool:
        return bool(self.began or self.ended)


class AlarmBook:
    """The alarms of the fleet. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self, holding: Sequence[Alarm], *, quiet: bool, urgent: Collection[AlarmKind]
    ) -> Claimed:
        """These alarms hold now: what of it is to be told, claimed for the caller. While it is
        `quiet` that is only what is `urgent`.
        """
        async with self._database.writing() as connection:
            now = await self._database.locked_now(connection, [_LOCK])
            known = {(row.kind, row.store) for row in await connection.execute(select(table))}
            changes = compare_alarms(known, holding)
            if changes.began:
                rows = [_write_alarm(alarm, now) for alarm in changes.began]
                await connection.execute(insert(table), rows)
            await connection.execute(
                update(table).where(_are({alarm.key for alarm in holding})).values(ended_at=None)
            )
            over = _are(changes.ended)
            await connection.execute(delete(table).where(over, table.c.told_at.is_(None)))
            await connection.execute(
                update(table).where(over, table.c.ended_at.is_(None)).values(ended_at=now)
            )
            due = and_(
                or_(table.c.told_at.is_(None), table.c.ended_at.is_not(None)),
                or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now),
            )
            if quiet:
                due = and_(due, table.c.kind.in_([kind.value for kind in urgent]))
            claim = update(table).where(due).values(claimed_until=now + CLAIM).returning(table)
            rows = [dict(row) for row in (await connection.execute(claim)).mappings()]
        return Claimed(
            began=_sort(row for row in rows if row["ended_at"] is None),
            ended=_sort(row for row in rows if row["ended_at"] is not None),
        )

    async def settle(self, claimed: Claimed) -> None:
        """All of it has been told."""
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            began = _are({alarm.key for alarm in claimed.began})
            ended = _are({alarm.key for alarm in claimed.ended})
            await connection.execute(
                update(table).where(began).values(told_at=now, claimed_until=None)
            )
            await connection.execute(delete(table).where(ended, table.c.ended_at.is_not(None)))
            await connection.execute(update(table).where(ended).values(claimed_until=None))


def _are(keys: Collection[tuple[str, str]]) -> Any:
    """A condition: the row is one of these."""
    each = (and_(table.c.kind == kind, table.c.store == store) for kind, store in sorted(keys))
    return or_(table.c.kind.in_([]), *each)


def _write_alarm(alarm: Alarm, now: datetime) -> dict[str, Any]:
    return {
        "kind": alarm.kind.value,
        "store": alarm.store,
        "text": alarm.text.replace("\0", ""),
        "advice": alarm.advice,
        "began_at": now,
    }


def _sort(rows: Any) -> tuple[Alarm, ...]:
    kinds = list(AlarmKind)
    alarms = (
        Alarm(
            kind=AlarmKind(row["kind"]), store=row["store"], text=row["text"], advice=row["advice"]
        )
        for row in rows
    )
    return tuple(sorted(alarms, key=lambda alarm: (kinds.index(alarm.kind), alarm.store)))
