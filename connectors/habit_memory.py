"""What a shop has shown of its lists, known again after a restart.

a walk begins    the first one recalls what the process before knew
a walk ends      what it learned is put into the connector's memory
a day after the first of it was learned, all of it is forgotten, here and in the memory: a shop
                 that was mended is believed again, one that has got worse is doubted
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec

from connectors.interface import Memory

LIFETIME = timedelta(days=1)
_KEY = "habits"
_Facts = dict[str, bool | int | float | None]


class _Kept(msgspec.Struct, frozen=True):
    """`learned_at` is in seconds since 1970."""

    facts: _Facts
    learned_at: float


_KEPT = msgspec.json.Decoder(_Kept)


class HabitMemory:
    """Keeps the named attributes of some objects of one connector: flags and numbers, no two of one
    name. As they are now, nothing has been learned yet.
    """

    def __init__(
        self,
        memory: Memory,
        *holders: tuple[object, Sequence[str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._memory = memory
        self._holders = {name: holder for holder, names in holders for name in names}
        self._clock = clock
        self._fresh = self._kept = self._list_facts()
        self._learned_at: float | None = None
        self._is_new = True

    @asynccontextmanager
    async def keep(self) -> AsyncIterator[None]:
        """For one walk: what is known before it, and what it learns."""
        await self._recall()
        try:
            yield
        finally:
            await self._store()

    async def _recall(self) -> None:
        if self._is_new:
            self._is_new = False
            kept = _decode(await self._memory.get(_KEY))
            if kept is not None and kept.facts.keys() == self._fresh.keys():
                self._set_facts(kept.facts)
                self._learned_at = kept.learned_at
        if self._count_left() <= 0:
            self._set_facts(self._fresh)
            self._learned_at = None

    async def _store(self) -> None:
        facts = self._list_facts()
        if facts == self._kept:
            return
        self._kept = facts
        if self._learned_at is None:
            self._learned_at = self._clock()
        if (left := self._count_left()) > 0:
            kept = msgspec.json.encode(_Kept(facts, self._learned_at)).decode()
            await self._memory.put(_KEY, kept, timedelta(seconds=left))

    def _count_left(self) -> float:
        """For how many seconds what was learned may be believed."""
        whole = LIFETIME.total_seconds()
        if self._learned_at is None:
            return whole
        age = self._clock() - self._learned_at
        # A clock that was set back must not make it last.
        return whole - age if age >= 0 else 0.0

    def _list_facts(self) -> _Facts:
        return {name: getattr(holder, name) for name, holder in self._holders.items()}

    def _set_facts(self, facts: _Facts) -> None:
        self._kept = facts
        for name, value in facts.items():
            setattr(self._holders[name], name, value)


def _decode(text: str | None) -> _Kept | None:
    """None for what another version has written."""
    try:
        return None if text is None else _KEPT.decode(text)
    except msgspec.DecodeError:
        return None
