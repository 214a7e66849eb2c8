"""What the account will do later, and its clock: a simulated one, so that tests need not wait, or
the machine's.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Protocol, runtime_checkable

Action = Callable[[], Awaitable[None]]


class Clock(Protocol):
    """Gives the time, aware UTC."""

    def __call__(self) -> datetime:
        """The time at this moment."""
        ...


@runtime_checkable
class SettableClock(Clock, Protocol):
    """A clock that stands still until it is set."""

    def set(self, now: datetime) -> None:
        """Jump to a time."""
        ...


class Agenda:
    """Actions in the order of their time, and of their planning where they share one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._actions: list[tuple[datetime, int, Action]] = []
        self._numbers = count()
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    def plan(self, due: datetime, action: Action) -> None:
        """Plan `action` for `due`; `run_due` performs it then or later."""
        heapq.heappush(self._actions, (due, next(self._numbers), action))
        self._changed.set()

    def find_due(self) -> datetime | None:
        """When the next action is due."""
        return self._actions[0][0] if self._actions else None

    async def run_due(self) -> None:
        """Perform every action that is due, and those that become due meanwhile, one at a time."""
        async with self._turn:
            while (due := self.find_due()) is not None and due <= self.clock():
                await heapq.heappop(self._actions)[2]()

    async def advance(self, span: timedelta) -> None:
        """Move a simulated clock on, stopping at each action's time to do it.

        Raises TypeError for a clock that cannot be set.
        """
        clock = self.clock
        if not isinstance(clock, SettableClock):
            raise TypeError("expected a clock that can be set, found one that runs by itself")
        await self.run_due()
        until = clock() + span
        while (due := self.find_due()) is not None and due <= until:
            clock.set(max(due, clock()))
            await self.run_due()
        clock.set(until)

    async def follow(self) -> None:
        """Do everything when it is due, by a clock that runs by itself, until cancelled."""
        while True:
            await self.run_due()
            self._changed.clear()
            due = self.find_due()
            wait = None if due is None else max((due - self.clock()).total_seconds(), 0.0)
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                continue
