"""What is kept about exports, in memory: for tests, and for a try without a database.

Gone with the process.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count, groupby

import msgspec

from proxy.rules.coverage import Coverage, Walk
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.records import Gap, HeldOrder, Member, Part, Snapshot, Told
from proxy.storage.times import Clock, system_clock


class _Hint:
    def __init__(self, due_at: datetime) -> None:
        self.due_at = due_at
        self.carried_by: int | None = None


class _StoreMemory:
    """All that is kept for one store."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.windows: dict[tuple[datetime, datetime], int] = {}
        self.snapshots: dict[int, Snapshot] = {}
        self.parts: dict[int, dict[tuple[int, int], Part]] = defaultdict(dict)
        self.sends: dict[int, dict[int, bool]] = defaultdict(dict)
        self.coverage: Coverage | None = None
        self.walks: dict[int, Walk] = {}
        self.gaps: dict[datetime, Gap] = {}
        self.told: dict[str, tuple[Told, datetime]] = {}
        self.told_by: dict[int, set[str]] = defaultdict(set)
        self.hints: dict[str, _Hint] = {}
        self.held: dict[str, HeldOrder] = {}
        self.sweep_due_at: datetime | None = None


class _MemoryRows:
    """`ExportRows` over a store's memory. Its methods do what their protocol says, at once."""

    def __init__(self, memory: _StoreMemory, numbers: Iterable[int], now: datetime) -> None:
        self._memory = memory
        self._numbers = iter(numbers)
        self.now = now

    async def find_snapshot(self, start: datetime, end: datetime) -> Snapshot | None:
        """See `SnapshotRows`, as for all below."""
        return self._memory.snapshots.get(self._memory.windows.get((start, end), 0))

    async def link_window(self, start: datetime, end: datetime, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        self._memory.windows[start, end] = snapshot_id

    async def snapshot(self, snapshot_id: int) -> Snapshot | None:
        """See `SnapshotRows`."""
        return self._memory.snapshots.get(snapshot_id)

    async def snapshots(self) -> Sequence[Snapshot]:
        """See `SnapshotRows`."""
        return sorted(self._memory.snapshots.values(), key=lambda snapshot: -snapshot.id)

    async def add_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """See `SnapshotRows`."""
        numbered = msgspec.structs.replace(snapshot, id=next(self._numbers))
        self._memory.snapshots[numbered.id] = numbered
        return numbered

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """See `SnapshotRows`."""
        self._memory.snapshots[snapshot.id] = snapshot

    async def drop_snapshot(self, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        memory = self._memory
        memory.windows = {
            window: number for window, number in memory.windows.items() if number != snapshot_id
        }
        memory.snapshots.pop(snapshot_id, None)
        memory.parts.pop(snapshot_id, None)
        memory.sends.pop(snapshot_id, None)

    async def add_part(self, snapshot_id: int, part: Part) -> None:
        """See `SnapshotRows`."""
        self._memory.parts[snapshot_id][part.page, part.part] = part

    async def parts(self, snapshot_id: int, page: int) -> Sequence[Part]:
        """See `SnapshotRows`."""
        return [
            part
            for (number, _), part in sorted(
                self._memory.parts[snapshot_id].items(), key=lambda entry: entry[0]
            )
            if number == page
        ]

    async def members(self, snapshot_id: int) -> Sequence[tuple[int, Member]]:
        """See `SnapshotRows`."""
        return [
            (part.page, member)
            for part in self._memory.parts[snapshot_id].values()
            for member in part.members
        ]

    async def sends(self, snapshot_id: int) -> Mapping[int, bool]:
        """See `SnapshotRows`."""
        return dict(self._memory.sends[snapshot_id])

    async def put_send(self, snapshot_id: int, page: int, *, sent: bool) -> None:
        """See `SnapshotRows`."""
        self._memory.sends[snapshot_id][page] = sent

    async def clear_sends(self, snapshot_id: int) -> None:
        """See `SnapshotRows`."""
        self._memory.sends[snapshot_id].clear()

    async def coverage(self) -> Coverage | None:
        """See `CoverageRows`."""
        return self._memory.coverage

    async def put_coverage(self, coverage: Coverage) -> None:
        """See `CoverageRows`."""
        self._memory.coverage = coverage

    async def walks(self) -> Sequence[Walk]:
        """See `CoverageRows`."""
        return list(self._memory.walks.values())

    async def put_walk(self, walk: Walk) -> None:
        """See `CoverageRows`."""
        self._memory.walks[walk.id] = walk

    async def drop_walk(self, walk_id: int) -> None:
        """See `CoverageRows`."""
        self._memory.walks.pop(walk_id, None)

    async def gaps(self) -> Sequence[Gap]:
        """See `CoverageRows`."""
        return sorted(self._memory.gaps.values(), key=lambda gap: gap.start)

    async def put_gap(self, gap: Gap) -> None:
        """See `CoverageRows`."""
        known = self._memory.gaps.get(gap.start)
        self._memory.gaps[gap.start] = (
            gap if known is None else msgspec.structs.replace(gap, noted_at=known.noted_at)
        )

    async def drop_gap(self, start: datetime) -> bool:
        """See `CoverageRows`."""
        return self._memory.gaps.pop(start, None) is not None

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """See `OrderRows`."""
        return {
            order_id: self._memory.told[order_id][0]
            for order_id in order_ids
            if order_id in self._memory.told
        }

    async def put_told(self, told: Iterable[Told]) -> None:
        """See `OrderRows`."""
        for each in told:
            self._memory.told[each.order_id] = (each, self.now)
            self._memory.told_by[each.snapshot_id].add(each.order_id)

    async def confirm_told(self, snapshot_id: int) -> None:
        """See `OrderRows`."""
        for told in (await self.find_told(self._memory.told_by.pop(snapshot_id, set()))).values():
            if told.snapshot_id == snapshot_id:
                entry = (
                    msgspec.structs.replace(told, confirmed=True),
                    self._memory.told[told.order_id][1],
                )
                self._memory.told[told.order_id] = entry

    async def add_hints(self, order_ids: Iterable[str], due_at: datetime) -> None:
        """See `OrderRows`."""
        for order_id in order_ids:
            known = self._memory.hints.get(order_id)
            self._memory.hints[order_id] = _Hint(
                due_at if known is None else min(due_at, known.due_at)
            )

    async def carry_hints(self, snapshot_id: int, limit: int) -> Sequence[str]:
        """See `OrderRows`."""
        due = sorted(
            (hint.due_at, order_id)
            for order_id, hint in self._memory.hints.items()
            if hint.due_at <= self.now
        )[:limit]
        for _, order_id in due:
            self._memory.hints[order_id].carried_by = snapshot_id
        return [order_id for _, order_id in due]

    async def carried_hints(self, snapshot_id: int) -> Sequence[str]:
        """See `OrderRows`."""
        return sorted(
            order_id
            for order_id, hint in self._memory.hints.items()
            if hint.carried_by == snapshot_id
        )

    async def drop_carried_hints(self, snapshot_id: int) -> None:
        """See `OrderRows`."""
        self._memory.hints = {
            order_id: hint
            for order_id, hint in self._memory.hints.items()
            if hint.carried_by != snapshot_id
        }

    async def hold(self, held: Iterable[HeldOrder]) -> None:
        """See `OrderRows`."""
        for each in held:
            known = self._memory.held.get(each.order_id)
            self._memory.held[each.order_id] = (
                each
                if known is None
                else msgspec.structs.replace(each, first_seen=known.first_seen)
            )

    async def release(self, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        for order_id in order_ids:
            self._memory.held.pop(order_id, None)

    async def list_held(self, limit: int) -> Sequence[HeldOrder]:
        """See `OrderRows`."""
        return _newest(self._memory.held.values())[:limit]

    async def sweep_due_at(self) -> datetime | None:
        """See `CoverageRows`."""
        return self._memory.sweep_due_at

    async def put_sweep_due_at(self, due_at: datetime) -> None:
        """See `CoverageRows`."""
        if self._memory.coverage is not None:
            self._memory.sweep_due_at = due_at

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """See `OrderRows`."""
        memory = self._memory
        memory.told = {
            order_id: entry for order_id, entry in memory.told.items() if entry[1] >= told_before
        }
        by_kind = groupby(
            sorted(_newest(memory.held.values()), key=lambda held: held.kind),
            key=lambda held: held.kind,
        )
        memory.held = {
            held.order_id: held for _, group in by_kind for held in list(group)[:held_limit]
        }

    async def forget(self) -> None:
        """See `ExportRows`."""
        fresh = _StoreMemory()
        fresh.lock = self._memory.lock
        vars(self._memory).update(vars(fresh))


def _newest(held: Iterable[HeldOrder]) -> list[HeldOrder]:
    return sorted(
        sorted(held, key=lambda each: each.order_id), key=lambda each: each.last_seen, reverse=True
    )


class MemoryExportStorage:
    """`ExportStorage` in this process."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._stores: dict[str, _StoreMemory] = defaultdict(_StoreMemory)
        self._numbers = count(1)

    @asynccontextmanager
    async def writing(self, store: str) -> AsyncIterator[ExportRows]:
        """One at a time a store.

        What was done before an error stays done, so decide before you act.
        """
        memory = self._stores[store]
        async with memory.lock:
            yield _MemoryRows(memory, self._numbers, self._clock())

    @asynccontextmanager
    async def reading(self, store: str) -> AsyncIterator[ExportRows]:
        """See `ExportStorage`."""
        yield _MemoryRows(self._stores[store], self._numbers, self._clock())
