"""Virtual time: stands still until somebody moves it, then lets all that waited for that moment go
on.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
BEGINNING = datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC)
# Rounds of the loop within which work that needs no real time gets on.
_ROUNDS = 300
_BLINK = 0.0005


class VirtualClock:
    """The storage's clock (call it), and the exporter's (`monotonic`, `wait`).

    `busy` counts what is at work in real time, a database: as long as it is not zero, virtual time
    stands still.
    """

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now
        self.busy = 0
        self._elapsed = 0.0
        self._timers: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = itertools.count()

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self._elapsed

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        rung = asyncio.Event()
        timer = (self._elapsed + seconds, next(self._numbers), rung)
        heapq.heappush(self._timers, timer)
        waits = {asyncio.ensure_future(event.wait()), asyncio.ensure_future(rung.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            with suppress(ValueError):
                self._timers.remove(timer)
                heapq.heapify(self._timers)
        return event.is_set()

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self._elapsed += seconds
        while self._timers and self._timers[0][0] <= self._elapsed:
            heapq.heappop(self._timers)[2].set()

    def ring(self) -> bool:
        """Let time pass until the next timer rings. False if there is none."""
        if not self._timers:
            return False
        self.forward(max(self._timers[0][0] - self._elapsed, 0.0))
        return True

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work; whenever it only waits for time, time passes."""
        task = asyncio.ensure_future(work)
        while not await self._got_on(task):
            self.ring()
        return task.result()

    async def _got_on(self, task: asyncio.Future[T]) -> bool:
        idle = 0
        while idle < _ROUNDS and not task.done():
            idle = 0 if self.busy else idle + 1
            await asyncio.sleep(_BLINK if self.busy else 0)
        return task.done()
