"""Each store's last poll, and how it polls.

The history keeps thousands of polls of a store. What is wanted are its last few, so each statement
goes to the index once for a store, and what it costs does not grow with the history.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import CTE, ScalarSelect, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.export.polls import Poll, PollOutcome, read_poll
from proxy.storage.store_lists import list_stores
from proxy.storage.tables import polls

_FRUITFUL = [
    outcome.value for outcome in (PollOutcome.GIVEN, PollOutcome.ALL_HELD, PollOutcome.UNDER_WAY)
]

_BEFORE_ALL = datetime.fromtimestamp(0, UTC)


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """The poll that began last, the usual time between polls (see `rules.rhythm`; None where they
    are too few), and since when, in a row, the last ones brought nothing: None where the last one
    did.
    """

    last: Poll
    usual_interval: timedelta | None = None
    fruitless_since: datetime | None = None


async def read_rhythms(connection: AsyncConnection, only: str | None = None) -> dict[str, Rhythm]:
    """Of all stores that have polls, or of `only` one."""
    stores = (
        list_stores(polls.c.store)
        if only is None
        else select(literal(only).label("store")).cte("stores")
    )
    each = polls.alias("each")
    # Of those that began at once, the one kept last.
    last = (
        select(each.c.id)
        .where(each.c.store == stores.c.store)
        .order_by(each.c.at.desc(), each.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = select(polls, _find_fruitless(stores).label("fruitless_since")).join_from(
        stores, polls, polls.c.id == last
    )
    rows = (await connection.execute(wanted)).mappings().all()
    return {
        row["store"]: Rhythm(
            last=read_poll({name: row[name] for name in Poll.__struct_fields__}),
            usual_interval=_read_span(row["usual_seconds"]),
            fruitless_since=row["fruitless_since"],
        )
        for row in rows
    }


def _find_fruitless(stores: CTE) -> ScalarSelect[datetime]:
    """When the first poll began after the last that brought something."""
    fruitful, after = polls.alias("fruitful"), polls.alias("after")
    last_fruitful = (
        select(fruitful.c.at)
        .where(fruitful.c.store == stores.c.store, fruitful.c.outcome.in_(_FRUITFUL))
        .order_by(fruitful.c.at.desc())
        .limit(1)
        .correlate(stores)
        .scalar_subquery()
    )
    is_later = after.c.at > func.coalesce(last_fruitful, literal(_BEFORE_ALL, after.c.at.type))
    return (
        select(after.c.at)
        .where(after.c.store == stores.c.store, is_later)
        .order_by(after.c.at)
        .limit(1)
        .scalar_subquery()
    )


def _read_span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
