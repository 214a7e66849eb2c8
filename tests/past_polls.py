"""Polls of the past, put into a database as if ShipStation had made them then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert

from proxy.storage.database import Database
from proxy.storage.export.polls import PollHistory, PollOutcome, PollResult
from proxy.storage.tables import polls


async def add_polls(
    database: Database,
    store: str,
    ages: Sequence[timedelta],
    outcome: PollOutcome = PollOutcome.GIVEN,
    *,
    kind: str = "",
    reason: str = "",
) -> None:
    """Polls that began so long ago, with one outcome. The newest is kept as Portside keeps it."""
    *older, newest = sorted(ages, reverse=True)
    row = {"store": store, "outcome": outcome.value, "kind": kind, "reason": reason, "seconds": 1.0}
    async with database.writing() as connection:
        now = await database.now(connection)
        if older:
            await connection.execute(insert(polls), [row | {"at": now - age} for age in older])
    result = PollResult(outcome=outcome, kind=kind, reason=reason, seconds=newest.total_seconds())
    await PollHistory(database).keep(store, result, is_first=True)
