"""Snapshots of windows in the database, SQLite or PostgreSQL: windows, pages and what became of
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, insert, select, update

from proxy.storage.export.records import Member, Part, Snapshot, SnapshotState
from proxy.storage.export.rows import StoreRows, upsert
from proxy.storage.tables import snapshot_parts, snapshot_sends, snapshot_windows, snapshots

_MEMBERS = tuple[Member, ...]


class DatabaseSnapshotRows(StoreRows):
    """`SnapshotRows` on a connection with an open transaction."""

    async def find_snapshot(self, start: datetime, end: datetime) -> Snapshot | None:
        """See `SnapshotRows`, as for all below."""
        window = (
            (snapshot_windows.c.store == self._store)
            & (snapshot_windows.c.start == start)
            & (snapshot_windows.c.end == end)
        )
        return await self._one(
            select(snapshots)
            .join(snapshot_windows, snapshot_windows.c.snapshot_id == snapshots.c.id)
            .where(window)
        )

    async def link_window(self, start: datetime, end: datetime, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        row = {"store": self._store, "start": start, "end": end, "snapshot_id": snapshot_id}
        await upsert(self._connection, snapshot_windows, [row], ("snapshot_id",))

    async def snapshot(self, snapshot_id: int) -> Snapshot | None:
        """See `SnapshotRows`."""
        return await self._one(select(snapshots).where(snapshots.c.id == snapshot_id))

    async def snapshots(self) -> Sequence[Snapshot]:
        """See `SnapshotRows`."""
        rows = await self._connection.execute(
            select(snapshots)
            .where(snapshots.c.store == self._store)
            .order_by(snapshots.c.id.desc())
        )
        return [_read_snapshot(row) for row in rows.mappings()]

    async def add_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """See `SnapshotRows`."""
        values = _write_snapshot(snapshot) | {"store": self._store}
        del values["id"]
        row = (
            (await self._connection.execute(insert(snapshots).values(values).returning(snapshots)))
            .mappings()
            .one()
        )
        return _read_snapshot(row)

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """See `SnapshotRows`."""
        await self._connection.execute(
            update(snapshots).where(snapshots.c.id == snapshot.id).values(_write_snapshot(snapshot))
        )

    async def drop_snapshot(self, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        await self._connection.execute(delete(snapshots).where(snapshots.c.id == snapshot_id))

    async def add_part(self, snapshot_id: int, part: Part) -> None:
        """See `SnapshotRows`."""
        values = msgspec.structs.asdict(part) | {
            "snapshot_id": snapshot_id,
            "members": msgspec.json.encode(part.members).decode(),
        }
        await self._connection.execute(insert(snapshot_parts).values(values))

    async def parts(self, snapshot_id: int, page: int) -> Sequence[Part]:
        """See `SnapshotRows`."""
        where = (snapshot_parts.c.snapshot_id == snapshot_id) & (snapshot_parts.c.page == page)
        rows = await self._connection.execute(
            select(snapshot_parts).where(where).order_by(snapshot_parts.c.part)
        )
        return [
            Part(
                page=row["page"],
                part=row["part"],
                orders=row["orders"],
                members=msgspec.json.decode(row["members"], type=_MEMBERS),
                stored_at=row["stored_at"],
            )
            for row in rows.mappings()
        ]

    async def members(self, snapshot_id: int) -> Sequence[tuple[int, Member]]:
        """See `SnapshotRows`."""
        wanted = select(snapshot_parts.c.page, snapshot_parts.c.members).where(
            snapshot_parts.c.snapshot_id == snapshot_id
        )
        rows = (await self._connection.execute(wanted)).all()
        return [
            (page, member)
            for page, members in rows
            for member in msgspec.json.decode(members, type=_MEMBERS)
        ]

    async def sends(self, snapshot_id: int) -> Mapping[int, bool]:
        """See `SnapshotRows`."""
        wanted = select(snapshot_sends.c.page, snapshot_sends.c.sent).where(
            snapshot_sends.c.snapshot_id == snapshot_id
        )
        return {page: sent for page, sent in (await self._connection.execute(wanted)).all()}  # noqa: C416 -- rows are not pairs to mypy

    async def put_send(self, snapshot_id: int, page: int, *, sent: bool) -> None:
        """See `SnapshotRows`."""
        row = {"snapshot_id": snapshot_id, "page": page, "sent": sent}
        await upsert(self._connection, snapshot_sends, [row], ("sent",))

    async def clear_sends(self, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        await self._connection.execute(
            delete(snapshot_sends).where(snapshot_sends.c.snapshot_id == snapshot_id)
        )

    async def _one(self, statement: Any) -> Snapshot | None:
        row = (await self._connection.execute(statement)).mappings().first()
        return None if row is None else _read_snapshot(row)


def _read_snapshot(row: RowMapping) -> Snapshot:
    values: dict[str, Any] = {**row}
    del values["store"]
    return Snapshot(**values | {"state": SnapshotState(values["state"])})


def _write_snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return msgspec.structs.asdict(snapshot) | {"state": snapshot.state.value}
