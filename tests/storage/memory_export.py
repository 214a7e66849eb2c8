"""What is kept about exports, in memory: for tests, and for a try without a database.

Gone with the process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count

import msgspec

from proxy.rules.coverage import Coverage, Walk
from proxy.rules.lateness import ShopList
from proxy.rules.pollers import Pollers
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.records import Gap, Member, Part, Snapshot
from proxy.storage.times import Clock, system_clock
from tests.storage.memory_orders import MemoryOrderRows, StoreMemory


class _MemoryRows(MemoryOrderRows):
    """`ExportRows` over a store's memory. Its methods do what their protocol says, at once."""

    def __init__(self, memory: StoreMemory, numbers: Iterable[int], now: datetime) -> None:
        super().__init__(memory, now)
        self._numbers = iter(numbers)

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

    async def shop_list(self) -> ShopList:
        """See `CoverageRows`."""
        return self._memory.shop_list

    async def put_shop_list(self, state: ShopList) -> None:
        """See `CoverageRows`."""
        self._memory.shop_list = state

    async def pollers(self) -> Pollers:
        """See `CoverageRows`."""
        return self._memory.pollers

    async def put_pollers(self, state: Pollers) -> None:
        """See `CoverageRows`."""
        self._memory.pollers = state

    async def sweep_due_at(self) -> datetime | None:
        """See `CoverageRows`."""
        return self._memory.sweep_due_at

    async def put_sweep_due_at(self, due_at: datetime) -> None:
        """See `CoverageRows`."""
        if self._memory.coverage is not None:
            self._memory.sweep_due_at = due_at

    async def forget(self) -> None:
        """See `ExportRows`."""
        fresh = StoreMemory()
        fresh.lock = self._memory.lock
        vars(self._memory).update(vars(fresh))


class MemoryExportStorage:
    """`ExportStorage` in this process."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._stores: dict[str, StoreMemory] = defaultdict(StoreMemory)
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
