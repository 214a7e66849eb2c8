"""Each store's last poll and when those of late began.

The history keeps thousands of polls of a store. What is wanted are its last few, so each statement
goes to the index once for a store, and what it costs does not grow with the history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    and_,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.export.polls import Poll, PollOutcome, read_poll
from proxy.storage.tables import polls

# The polls that a store's rhythm is made of.
_RHYTHM_OF = timedelta(days=3)
_MOST_BEGUN = 30
# The moments of those days of which it is asked which interval covered them. An odd number of
# minutes apart, so that they do not keep step with polls on the hour.
_MOMENTS = tuple(timedelta(minutes=119) * number for number in range(1, 37))
_FRUITFUL = frozenset(
    {PollOutcome.GIVEN.value, PollOutcome.ALL_HELD.value, PollOutcome.UNDER_WAY.value}
)


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """When polls of late began, oldest first, and since when, in a row, the last ones brought
    nothing: None where the last one did. `covering` are the times between the two polls around each
    of some moments spread evenly over those days, where there are two.
    """

    began: tuple[datetime, ...] = ()
    fruitless_since: datetime | None = None
    covering: tuple[timedelta, ...] = ()

    @property
    def last_at(self) -> datetime | None:
        """When the last poll began."""
        return self.began[-1] if self.began else None


async def read_last_polls(connection: AsyncConnection) -> dict[str, Poll]:
    """The poll of each store that began last; of those that began at once, the one kept last."""
    stores = _list_stores()
    each = polls.alias("each")
    last = (
        select(each.c.id)
        .where(each.c.store == stores.c.store)
        .order_by(each.c.at.desc(), each.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    names = Poll.__struct_fields__
    wanted = select(polls.c.store, *(polls.c[name] for name in names)).join_from(
        stores, polls, polls.c.id == last
    )
    rows = (await connection.execute(wanted)).mappings().all()
    return {row["store"]: read_poll({name: row[name] for name in names}) for row in rows}


async def read_rhythms(
    connection: AsyncConnection, now: datetime, only: str | None = None
) -> dict[str, Rhythm]:
    """By the polls of the last days, at most `_MOST_BEGUN` of a store; of all stores, or of `only`
    one.
    """
    stores = _list_stores() if only is None else select(literal(only).label("store")).cte("stores")
    since = literal(now - _RHYTHM_OF, polls.c.at.type)
    first = select(stores.c.store, func.coalesce(_find_first(stores, since), since).label("at"))
    firsts = first.subquery("firsts")
    is_late = and_(polls.c.store == firsts.c.store, polls.c.at >= firsts.c.at)
    # Sorted here, for when SQLite is to sort, it makes an index of its own over all polls first.
    wanted = select(polls.c.store, polls.c.at, polls.c.outcome).join_from(firsts, polls, is_late)
    begun: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for store, at, outcome in (await connection.execute(wanted)).all():
        begun[store].append((at, outcome))
    covering = await _read_covering(connection, now, stores)
    return {
        store: _find_rhythm(sorted(each)[-_MOST_BEGUN:], covering[store])
        for store, each in begun.items()
    }


async def _read_covering(
    connection: AsyncConnection, now: datetime, stores: CTE
) -> dict[str, list[timedelta]]:
    """By store, the intervals that covered the moments: two steps into the index for each, however
    many polls there are.
    """
    each = [select(literal(now - ago, polls.c.at.type).label("at")) for ago in _MOMENTS]
    moments = union_all(*each).subquery("moments")
    before, after = polls.alias("before"), polls.alias("after")
    earlier = select(func.max(before.c.at)).where(
        before.c.store == stores.c.store, before.c.at <= moments.c.at
    )
    later = select(func.min(after.c.at)).where(
        after.c.store == stores.c.store, after.c.at > moments.c.at
    )
    wanted = select(
        stores.c.store, earlier.scalar_subquery().label("was"), later.scalar_subquery().label("is")
    ).select_from(stores.join(moments, true()))
    found: dict[str, list[timedelta]] = defaultdict(list)
    for store, was, then in (await connection.execute(wanted)).all():
        if was is not None and then is not None:
            found[store].append(then - was)
    return found


def _list_stores() -> CTE:
    """The stores that have polls: the first by name, and the one after each."""
    stores = select(func.min(polls.c.store).label("store")).cte("stores", recursive=True)
    following = (
        select(func.min(polls.c.store)).where(polls.c.store > stores.c.store).scalar_subquery()
    )
    return stores.union_all(select(following).where(stores.c.store.is_not(None)))


def _find_first(stores: CTE, since: ColumnElement[datetime]) -> ScalarSelect[datetime]:
    """When the oldest of a store's last `_MOST_BEGUN` polls began; null where there are fewer since
    then.
    """
    each = polls.alias("each")
    late = select(each.c.at).where(each.c.store == stores.c.store, each.c.at >= since)
    return late.order_by(each.c.at.desc()).offset(_MOST_BEGUN - 1).limit(1).scalar_subquery()


def _find_rhythm(begun: Sequence[tuple[datetime, str]], covering: Sequence[timedelta]) -> Rhythm:
    fruitless_since = None
    for at, outcome in begun:
        if outcome in _FRUITFUL:
            fruitless_since = None
        elif fruitless_since is None:
            fruitless_since = at
    return Rhythm(
        began=tuple(at for at, _ in begun),
        fruitless_since=fruitless_since,
        covering=tuple(covering),
    )
