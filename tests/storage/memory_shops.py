"""What is known about shops, in memory: for tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from connectors.interface import Remark
from proxy.storage.shops.interface import KEPT_FOR, MOST_REMARKS, KeptRemark, cut_remark
from proxy.storage.shops.memory import LONGEST_LIFETIME, MOST_ENTRIES, may_keep
from proxy.storage.times import Clock, system_clock


class MemoryMemory:
    """A connector's memory in this process."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[datetime, str, datetime]] = {}

    async def get(self, key: str) -> str | None:
        """See `Memory`."""
        _, value, ends_at = self._entries.get(key, (None, None, self._clock()))
        return value if ends_at > self._clock() else None

    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        """See `Memory`."""
        now = self._clock()
        self._entries.pop(key, None)
        if may_keep(key, value):
            self._entries[key] = (now, value, now + min(lifetime, LONGEST_LIFETIME))
        newest = sorted(self._entries.items(), key=lambda entry: entry[0])
        newest.sort(key=lambda entry: entry[1][0], reverse=True)
        self._entries = {
            name: entry for name, entry in newest[:MOST_ENTRIES] if entry[2] > self._clock()
        }


class MemoryRemarks:
    """`Remarks` in this process."""

    def __init__(self, clock: Clock = system_clock) -> None:
        self._clock = clock
        self._kept: dict[str, dict[str, KeptRemark]] = defaultdict(dict)

    async def note(self, store: str, remarks: Collection[Remark]) -> Sequence[Remark]:
        """See `Remarks`."""
        now = self._clock()
        known = {each.about: each for each in await self.list_kept(store)}
        newest = {short.about: short for short in map(cut_remark, remarks)}
        kept = known | {
            remark.about: KeptRemark(
                about=remark.about,
                text=remark.text,
                first_seen=known[remark.about].first_seen if remark.about in known else now,
                last_seen=now,
            )
            for remark in newest.values()
        }
        by_about = sorted(kept.values(), key=lambda each: each.about)
        by_about.sort(key=lambda each: each.last_seen, reverse=True)
        self._kept[store] = {each.about: each for each in by_about[:MOST_REMARKS]}
        return [
            remark
            for remark in newest.values()
            if remark.about not in known or known[remark.about].text != remark.text
        ]

    async def drop(self, store: str, about: str) -> bool:
        """See `Remarks`."""
        return self._kept[store].pop(about, None) is not None

    async def list_kept(self, store: str) -> Sequence[KeptRemark]:
        """See `Remarks`."""
        earliest = self._clock() - KEPT_FOR
        held = [each for each in self._kept[store].values() if each.last_seen > earliest]
        return sorted(held, key=lambda each: each.about)
