"""What is recorded about single orders, in memory; and all that is kept for one store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from proxy.rules.coverage import Coverage, Walk
from proxy.rules.lateness import ShopList
from proxy.rules.matching import GivenOrder
from proxy.rules.policy import HeldKind
from proxy.rules.pollers import Pollers
from proxy.storage.export.records import (
    Gap,
    HeldOrder,
    HintReason,
    Part,
    Snapshot,
    Told,
    WaitingHint,
)


class _Hint:
    def __init__(self, due_at: datetime, reason: HintReason, *, said_at: datetime) -> None:
        self.due_at = due_at
        self.reason = reason
        self.said_at = said_at
        self.carried_by: int | None = None


class StoreMemory:
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
        self.given: dict[str, GivenOrder] = {}
        self.hints: dict[str, _Hint] = {}
        self.held: dict[str, HeldOrder] = {}
        self.sweep_due_at: datetime | None = None
        self.shop_list = ShopList()
        self.pollers = Pollers()


class MemoryOrderRows:
    """`OrderRows` over a store's memory."""

    def __init__(self, memory: StoreMemory, now: datetime) -> None:
        self._memory = memory
        self.now = now

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """See `OrderRows`."""
        return {
            order_id: self._memory.told[order_id][0]
            for order_id in order_ids
            if order_id in self._memory.told
        }

    async def put_given(self, given: Iterable[GivenOrder]) -> None:
        """See `OrderRows`."""
        self._memory.given.update({each.id: each for each in given})

    async def find_given(self, shop_id: str) -> Sequence[GivenOrder]:
        """See `OrderRows`."""
        mine = (each for each in self._memory.given.values() if each.shop_id == shop_id)
        return sorted(mine, key=lambda each: each.part)

    async def list_divided(self) -> Collection[str]:
        """See `OrderRows`."""
        return {each.shop_id for each in self._memory.given.values() if each.part}

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

    async def doubt_told(self, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        for order_id in self._memory.told.keys() & set(order_ids):
            told, told_at = self._memory.told[order_id]
            doubted = msgspec.structs.replace(told, confirmed=False)
            self._memory.told[order_id] = (doubted, told_at)

    async def add_hints(
        self, order_ids: Collection[str], due_at: datetime, reason: HintReason
    ) -> None:
        """See `OrderRows`."""
        for order_id in order_ids:
            known = self._memory.hints.get(order_id)
            waits = known is not None and known.carried_by is None
            earliest = min(due_at, known.due_at) if known is not None and waits else due_at
            self._memory.hints[order_id] = _Hint(earliest, reason, said_at=self.now)

    async def list_waiting_hints(
        self, reasons: Collection[HintReason], limit: int
    ) -> Sequence[WaitingHint]:
        """See `OrderRows`."""
        found = [
            WaitingHint(order_id=order_id, said_at=hint.said_at)
            for order_id, hint in sorted(self._memory.hints.items())
            if hint.carried_by is None and hint.due_at <= self.now and hint.reason in reasons
        ]
        return sorted(found, key=lambda hint: hint.said_at or self.now, reverse=True)[:limit]

    async def carry_hints(self, snapshot_id: int, limit: int) -> None:
        """See `OrderRows`."""
        due = sorted(
            (hint.reason is HintReason.HELD, hint.due_at, order_id)
            for order_id, hint in self._memory.hints.items()
            if hint.due_at <= self.now
        )[:limit]
        for _, _, order_id in due:
            self._memory.hints[order_id].carried_by = snapshot_id

    async def carried_hints(self, snapshot_id: int) -> Mapping[str, HintReason]:
        """See `OrderRows`."""
        mine = sorted(
            (hint.due_at, order_id, hint.reason)
            for order_id, hint in self._memory.hints.items()
            if hint.carried_by == snapshot_id
        )
        return {order_id: reason for _, order_id, reason in mine}

    async def put_back_hints(self, snapshot_id: int, order_ids: Collection[str]) -> None:
        """See `OrderRows`."""
        for order_id in order_ids:
            hint = self._memory.hints.get(order_id)
            if hint is not None and hint.carried_by == snapshot_id:
                hint.carried_by = None

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

    async def find_held(self, order_ids: Collection[str]) -> Collection[str]:
        """See `OrderRows`."""
        return self._memory.held.keys() & set(order_ids)

    async def list_held(self, limit: int) -> Sequence[HeldOrder]:
        """See `OrderRows`."""
        urgency = {HeldKind.UNREADABLE.value: 0, HeldKind.INVALID.value: 1}
        return sorted(
            _newest(self._memory.held.values()), key=lambda held: urgency.get(held.kind, 2)
        )[:limit]

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """See `OrderRows`."""
        memory = self._memory
        memory.told = {
            order_id: entry for order_id, entry in memory.told.items() if entry[1] >= told_before
        }
        by_kind = groupby(
            sorted(
                _newest(each for each in memory.held.values() if each.last_seen >= told_before),
                key=lambda held: held.kind,
            ),
            key=lambda held: held.kind,
        )
        memory.held = {
            held.order_id: held for _, group in by_kind for held in list(group)[:held_limit]
        }


def _newest(held: Iterable[HeldOrder]) -> list[HeldOrder]:
    return sorted(
        sorted(held, key=lambda each: each.order_id), key=lambda each: each.last_seen, reverse=True
    )
