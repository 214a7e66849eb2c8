"""When the periodic jobs of a key of ShipStation's API are due, kept so that a restart or another
replica goes on where the last one stopped.

A job that was never run is due. One that was broken off stays due. One that is asked for while it
runs is due again when it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select, update

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import account_jobs

_OTHERWISE = timedelta(microseconds=1)


class DueJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that is due: since when, and when it was read that it is."""

    name: str
    due_at: datetime
    seen_at: datetime


class JobPace(msgspec.Struct, frozen=True, kw_only=True):
    """How often a job is run: by itself, and at the most when it is asked for."""

    every: timedelta
    at_most_every: timedelta

    def choose_due(self, due_at: datetime | None, now: datetime) -> datetime:
        """When a job that is due at `due_at` is due once it is asked for. One that is due already
        stays so, however often it is asked for, but by another time, which tells who runs it that
        it was asked for meanwhile. One asked for before stays as it is.
        """
        if due_at is None:
            return now
        if due_at <= now:
            return max(now, due_at + _OTHERWISE)
        if due_at <= now + self.at_most_every:
            return due_at
        return min(due_at, max(now, due_at - self.every + self.at_most_every))


class JobTimes:
    """The times of the jobs of one key; `key` as in `RequestBudget`. Every method raises
    StorageError.
    """

    def __init__(self, database: Database, key: str) -> None:
        self._database = database
        self._key = key

    async def find_due(self, intervals: Mapping[str, timedelta]) -> Sequence[DueJob]:
        """Those of these jobs that are due, the longest due first. A time further ahead than the
        job's interval was written before the clock was set back: it is due, too.
        """
        wanted = select(account_jobs.c.name, account_jobs.c.due_at).where(
            account_jobs.c.key == self._key
        )
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
            known = {name: due_at for name, due_at in (await connection.execute(wanted)).all()}  # noqa: C416 -- rows are not pairs to mypy
        due = [
            DueJob(name=name, due_at=known.get(name, now), seen_at=now)
            for name, interval in intervals.items()
            if not now < known.get(name, now) <= now + interval
        ]
        return sorted(due, key=lambda job: (job.due_at, job.name))

    async def finish(self, job: DueJob, pace: JobPace) -> None:
        """It was done: due again an interval after it was seen to be due, or already when its pace
        allows if it was asked for since then.
        """
        await self._move(job, job.seen_at + pace.every, pace)

    async def put_off(self, job: DueJob, wait: timedelta, pace: JobPace) -> None:
        """It failed: due again after this wait, or already when its pace allows if it was asked for
        since it was seen to be due.
        """
        async with self._database.reading() as connection:
            now = await self._database.now(connection)
        await self._move(job, now + wait, pace)

    async def ask_for(self, jobs: Mapping[str, JobPace]) -> None:
        """Make these jobs due as soon as their pace allows, so that many askers cost one run."""
        mine = (account_jobs.c.key == self._key, account_jobs.c.name.in_(jobs))
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            wanted = select(account_jobs.c.name, account_jobs.c.due_at).where(*mine)
            known = {name: due_at for name, due_at in (await connection.execute(wanted)).all()}  # noqa: C416 -- rows are not pairs to mypy
            rows = [
                {"key": self._key, "name": name, "due_at": pace.choose_due(known.get(name), now)}
                for name, pace in jobs.items()
            ]
            await upsert(connection, account_jobs, rows, ("due_at",))

    async def _move(self, job: DueJob, next_at: datetime, pace: JobPace) -> None:
        mine = (account_jobs.c.key == self._key, account_jobs.c.name == job.name)
        rested_at = job.seen_at + pace.at_most_every
        is_unasked = account_jobs.c.due_at == job.due_at
        too_soon = (account_jobs.c.due_at != job.due_at, account_jobs.c.due_at < rested_at)
        async with self._database.writing() as connection:
            row = {"key": self._key, "name": job.name, "due_at": job.due_at}
            await upsert(connection, account_jobs, [row], ("name",))
            await connection.execute(
                update(account_jobs).where(*mine, *too_soon).values(due_at=rested_at)
            )
            await connection.execute(
                update(account_jobs).where(*mine, is_unasked).values(due_at=next_at)
            )
