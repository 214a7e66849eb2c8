"""All that an operator is shown of all stores at once, in a few statements whose number does not
grow with the stores, and whose cost does not grow with what is finished.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.rules.coverage import Coverage
from proxy.rules.lateness import ShopList
from proxy.rules.policy import HeldKind
from proxy.storage.account.audits import AuditResult, read_audits
from proxy.storage.account.refreshes import read_silenced
from proxy.storage.database import Database
from proxy.storage.export.records import Gap, SnapshotState
from proxy.storage.failed_logins import COUNTED_FOR
from proxy.storage.rhythms import Rhythm, read_rhythms
from proxy.storage.shops.interface import KEPT_FOR, KeptRemark
from proxy.storage.shops.states import ShopState
from proxy.storage.store_lists import list_stores
from proxy.storage.tables import (
    coverage,
    deliveries,
    failed_logins,
    gaps,
    held_orders,
    pollers,
    remarks,
    shop_lists,
    shop_states,
    snapshot_sends,
    snapshots,
    walks,
)

# The planner finds the index of open deliveries by these very words.
_IS_OPEN = text("deliveries.state in ('waiting', 'dead')")


class WalkUnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """The newest snapshot of a store: read since `began_at`, given since `handed_at`; `pages` are
    promised, None until known, and `sent` have been sent.

    `is_read`: the shop has been read to the end. `lease_until` is its builder's.
    """

    began_at: datetime
    handed_at: datetime | None
    used_at: datetime
    lease_until: datetime
    is_read: bool
    pages: int | None
    sent: int


class Pile(msgspec.Struct, frozen=True, kw_only=True):
    """So many, the oldest of them since `oldest`."""

    count: int = 0
    oldest: datetime | None = None


class FailedLogins(msgspec.Struct, frozen=True, kw_only=True):
    """The last failed login and the address it came from; `recent` of them in the last hour."""

    last_at: datetime
    client: str
    recent: int = 0


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the database knows at `read_at`, each by store; what is not there is left out."""

    read_at: datetime
    coverage: Mapping[str, Coverage]
    finished_until: Mapping[str, datetime]
    gaps: Mapping[str, Sequence[Gap]]
    walks: Mapping[str, WalkUnderWay]
    rhythms: Mapping[str, Rhythm]
    held: Mapping[str, Mapping[str, int]]
    open_deliveries: Mapping[str, Mapping[str, Pile]]
    shops: Mapping[str, ShopState]
    lists: Mapping[str, ShopList]
    second_pollers: Mapping[str, datetime]
    failed_logins: Mapping[str, FailedLogins]
    remarks: Mapping[str, Sequence[KeptRemark]]
    audits: Mapping[str, AuditResult]
    silenced: Mapping[str, datetime]


async def read_overview(database: Database) -> Overview:
    """What there is of all stores. Raises StorageError."""
    async with database.reading() as connection:
        now = await database.now(connection)
        gaps_found = await _group(connection, select(gaps).order_by(gaps.c.start))
        kept = select(remarks).where(remarks.c.last_seen > now - KEPT_FOR).order_by(remarks.c.about)
        kept_found = await _group(connection, kept)
        return Overview(
            read_at=now,
            coverage=await _read_coverage(connection),
            finished_until=await _read_finished(connection),
            gaps={store: [Gap(**row) for row in rows] for store, rows in gaps_found.items()},
            walks=await _read_walks(connection),
            rhythms=await read_rhythms(connection),
            held=await _count_held(connection),
            open_deliveries=await _count_open(connection),
            shops={
                store: ShopState(**row)
                for store, row in (await _by_store(connection, select(shop_states))).items()
            },
            lists=await _read_lists(connection),
            second_pollers=await _read_second_pollers(connection),
            failed_logins=await _count_failed_logins(connection, now),
            remarks={
                store: [KeptRemark(**row) for row in rows] for store, rows in kept_found.items()
            },
            audits=await read_audits(connection, now),
            silenced=await read_silenced(connection),
        )


async def _rows(connection: AsyncConnection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(statement)).mappings().all()]


async def _by_store(
    connection: AsyncConnection, statement: Select[Any]
) -> dict[str, dict[str, Any]]:
    """One row a store, the last one if there are more, without its name."""
    return {row.pop("store"): row for row in await _rows(connection, statement)}


async def _group(
    connection: AsyncConnection, statement: Select[Any]
) -> dict[str, list[dict[str, Any]]]:
    """The rows by store, without its name."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in await _rows(connection, statement):
        found[row.pop("store")].append(row)
    return found


async def _read_coverage(connection: AsyncConnection) -> dict[str, Coverage]:
    names = Coverage.__struct_fields__
    wanted = select(coverage.c.store, *(coverage.c[name] for name in names))
    return {store: Coverage(**row) for store, row in (await _by_store(connection, wanted)).items()}


async def _read_finished(connection: AsyncConnection) -> dict[str, datetime]:
    wanted = select(walks.c.store, func.max(walks.c.until).label("until")).group_by(walks.c.store)
    return {store: row["until"] for store, row in (await _by_store(connection, wanted)).items()}


async def _read_walks(connection: AsyncConnection) -> dict[str, WalkUnderWay]:
    sent = (
        select(func.count())
        .where(snapshot_sends.c.snapshot_id == snapshots.c.id, snapshot_sends.c.sent)
        .scalar_subquery()
    )
    names = ("began_at", "handed_at", "used_at", "lease_until", "pages")
    columns = (snapshots.c[name] for name in names)
    is_read = (snapshots.c.state == SnapshotState.READY.value).label("is_read")
    alive = snapshots.c.state != SnapshotState.FAILED.value
    wanted = select(snapshots.c.store, *columns, is_read, sent.label("sent")).where(alive)
    rows = await _by_store(connection, wanted.order_by(snapshots.c.id))
    return {store: WalkUnderWay(**row) for store, row in rows.items()}


async def _count_held(connection: AsyncConnection) -> dict[str, dict[str, int]]:
    # Each count reads its part of an index and no more: to group, SQLite would compare each row
    # with the one before it, and take more than twice as long.
    stores = list_stores(held_orders.c.store)
    counts = (
        select(func.count())
        .where(held_orders.c.store == stores.c.store, held_orders.c.kind == kind.value)
        .scalar_subquery()
        .label(kind.value)
        for kind in HeldKind
    )
    wanted = select(stores.c.store, *counts).where(stores.c.store.is_not(None))
    return await _by_store(connection, wanted)


async def _count_open(connection: AsyncConnection) -> dict[str, dict[str, Pile]]:
    store, state = deliveries.c.store, deliveries.c.state
    wanted = (
        select(
            store,
            state,
            func.count().label("count"),
            func.min(deliveries.c.queued_at).label("oldest"),
        )
        .where(_IS_OPEN)
        .group_by(state, store)
    )
    rows = await _group(connection, wanted)
    return {store: {row.pop("state"): Pile(**row) for row in each} for store, each in rows.items()}


async def _read_lists(connection: AsyncConnection) -> dict[str, ShopList]:
    columns = (shop_lists.c[name] for name in ShopList.__struct_fields__)
    rows = await _by_store(connection, select(shop_lists.c.store, *columns))
    return {
        store: ShopList(
            **row | {name: timedelta(seconds=row[name]) for name in ("lookback", "clock_behind")}
        )
        for store, row in rows.items()
    }


async def _read_second_pollers(connection: AsyncConnection) -> dict[str, datetime]:
    wanted = select(pollers.c.store, pollers.c.second_at).where(pollers.c.second_at.is_not(None))
    rows = await _by_store(connection, wanted)
    return {store: row["second_at"] for store, row in rows.items()}


async def _count_failed_logins(
    connection: AsyncConnection, now: datetime
) -> dict[str, FailedLogins]:
    since = literal(now - COUNTED_FOR, failed_logins.c.began_at.type)
    recent = func.sum(failed_logins.c.count).filter(failed_logins.c.began_at > since)
    latest = select(
        failed_logins.c.store,
        func.max(failed_logins.c.began_at).label("began_at"),
        func.coalesce(recent, 0).label("recent"),
    ).group_by(failed_logins.c.store)
    each = latest.subquery()
    wanted = select(
        each.c.store, failed_logins.c.last_at, failed_logins.c.client, each.c.recent
    ).join(
        failed_logins,
        and_(failed_logins.c.store == each.c.store, failed_logins.c.began_at == each.c.began_at),
    )
    rows = await _by_store(connection, wanted)
    return {store: FailedLogins(**row) for store, row in rows.items()}
