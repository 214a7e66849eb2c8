"""The real `portside`, whose time is another process's: that process sets it, and sees when this
one has nothing left to do.

Started as `python -m tests.account.mass.simulated serve …`, or with any other command; it also
knows the shop of tests, the shelf.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import selectors
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

# The time as seconds since 1970 and how often it was set; of how often it was set when the process
# last looked, and how often running it has then found nothing to do.
_TIME, _SEEN = struct.Struct("<dQ"), struct.Struct("<QQ")
_SIZE = _TIME.size + _SEEN.size
# Real seconds: how long the process waits, at most, before it looks at the time again.
_NAP = 0.001
# So many naps without anything to do, and it is idle: threads may take longer than one of them.
_NAPS = 10


class SharedClock:
    """A clock that stands still until it is set, in a file that two processes see."""

    def __init__(self, file: Path, now: datetime | None = None) -> None:
        if now is not None:
            file.write_bytes(bytes(_SIZE))
        self.file = file
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _SIZE)
        if now is not None:
            self.set(now)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.read()[0], UTC)

    def read(self) -> tuple[float, int]:
        """The time in seconds, and how often it was set."""
        seconds, times = _TIME.unpack_from(self._memory)
        return seconds, times

    def set(self, now: datetime) -> None:
        """Jump to a time."""
        _TIME.pack_into(self._memory, 0, now.timestamp(), self.read()[1] + 1)

    def note_idle(self, times: int, naps: int) -> None:
        """The process that lives by this clock saw it set so often, and found nothing to do in so
        many naps running.
        """
        _SEEN.pack_into(self._memory, _TIME.size, times, naps)

    async def wait_until_idle(
        self, is_alive: Callable[[], bool], count_answers: Callable[[], int]
    ) -> None:
        """Wait until that process has done all that the time makes due, or is dead.

        It also naps while it waits for an answer of ours, so that its naps count only from when
        `count_answers` last changed.
        """
        times, answers, first = self.read()[1], count_answers(), 0
        while is_alive():
            await asyncio.sleep(_NAP)
            seen, naps = _SEEN.unpack_from(self._memory, _TIME.size)
            has_answered, answers = count_answers() != answers, count_answers()
            first = naps if has_answered else min(first, naps)
            if seen == times and naps >= first + _NAPS:
                return


class _Engagements:
    """How many answers of a database or a shop the process waits for: while there are any, it is
    not idle, however long they take.
    """

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def engage(self) -> Iterator[None]:
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1

    def watch(self, owner: type, name: str) -> None:
        """Count the calls of this method that are not over: of a coroutine, or of a block."""
        method = getattr(owner, name)

        @asynccontextmanager
        async def hold(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            with self.engage():
                async with method(*args, **kwargs) as value:
                    yield value

        async def call(*args: Any, **kwargs: Any) -> Any:
            with self.engage():
                return await method(*args, **kwargs)

        setattr(owner, name, call if iscoroutinefunction(method) else hold)


class _Selector(selectors.DefaultSelector):
    """Never waits longer than a nap, whatever the simulated time until something is due."""

    def __init__(self, clock: SharedClock, engagements: _Engagements) -> None:
        super().__init__()
        self._clock = clock
        self._engagements = engagements
        self._naps, self._times = 0, 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        is_busy = timeout is not None and timeout <= 0
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0 if is_busy else _NAP)
        times = self._clock.read()[1]
        is_busy = is_busy or self._engagements.count > 0
        is_idle = not found and not is_busy and times == self._times
        self._naps, self._times = self._naps + 1 if is_idle else 0, times
        self._clock.note_idle(times, self._naps)
        return found


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose timers go by the shared clock."""

    def __init__(self, clock: SharedClock, engagements: _Engagements) -> None:
        super().__init__(_Selector(clock, engagements))
        self._clock = clock
        # Small numbers, for asyncio counts in nanoseconds.
        self._began = clock.read()[0]

    def time(self) -> float:
        return self._clock.read()[0] - self._began


def _run() -> None:
    from asyncio import events  # noqa: PLC0415 -- who plays the clock needs none of this

    from aiohttp import ClientSession  # noqa: PLC0415

    from proxy.cli import serve  # noqa: PLC0415
    from proxy.storage.database import Database  # noqa: PLC0415
    from tests.account.mass.play import build_orders  # noqa: PLC0415
    from tests.delivery.shelf import ShelfConnector  # noqa: PLC0415

    clock = SharedClock(Path(os.environ["SIMULATED_CLOCK"]))
    engagements = _Engagements()
    for owner, name in ((Database, "reading"), (Database, "writing"), (ClientSession, "_request")):
        engagements.watch(owner, name)
    make_loop = partial(_Loop, clock, engagements)
    setattr(serve, "choose_loop", lambda: make_loop)  # noqa: B010 -- no such switch in the product
    setattr(events, "new_event_loop", make_loop)  # noqa: B010 -- for commands
    setattr(Database, "open", partial(Database.open, clock=clock))  # noqa: B010 -- the same
    ShelfConnector.orders = tuple(build_orders(int(os.environ["SHELF_ORDERS"])))
    import tests.acceptance.shelved  # noqa: F401, PLC0415 -- runs the command


if __name__ == "__main__":
    _run()
