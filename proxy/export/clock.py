"""The two things exports do with time besides reading the storage's clock: measure a wait, and wait
for something but not for ever.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Waiting, so that tests can play with time."""

    def monotonic(self) -> float:
        """Seconds since some moment; never runs backwards."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until `event` is set, for at most `seconds`. True if it was set."""
        ...


class SystemClock:
    """The machine's time."""

    def monotonic(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """See `Clock`."""
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False
