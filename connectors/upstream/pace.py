"""How fast one shop is asked: a leaky bucket of our own, held back by what the shop's headers say
of its bucket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from aiolimiter import AsyncLimiter

# A bucket fuller than this is let drain before it is full.
_FULL_ENOUGH = 0.8
# Shopify's bucket empties in 20 seconds whatever the plan: 40 requests at 2 a second, 400 at 20 a
# second.
_SECONDS_TO_DRAIN = 20.0
_LONGEST_HOLD = 60.0
# Larger numbers in a reset header are a moment since 1970 rather than a span.
_EPOCH_NOT_SPAN = 1_000_000_000
_REMAINING_AND_RESET = (
    ("X-RateLimit-Remaining", "X-RateLimit-Reset", 1.0),
    ("RateLimit-Remaining", "RateLimit-Reset", 1.0),
    ("X-Rate-Limit-Requests-Left", "X-Rate-Limit-Time-Reset-Ms", 0.001),
)


class Pace:
    """`rate` requests a second on average and `burst` of them at once after a rest, at most
    `concurrency` at a time; `hold` makes every request wait.
    """

    def __init__(
        self,
        rate: float,
        concurrency: int,
        *,
        burst: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bucket = AsyncLimiter(burst, burst / rate)
        self.slots = asyncio.Semaphore(concurrency)
        self._clock = clock
        self._sleep = sleep
        self._held_until = clock()

    @property
    def held_for(self) -> float:
        """Seconds for which nothing will go; 0 or less when all may."""
        return self._held_until - self._clock()

    async def turn(self) -> None:
        """Wait until the next request may go."""
        await self._bucket.acquire()
        while (wait := self.held_for) > 0:
            await self._sleep(wait)

    def hold(self, seconds: float) -> None:
        """Let nothing go for the next `seconds`, a minute at most."""
        self._held_until = max(self._held_until, self._clock() + min(seconds, _LONGEST_HOLD))

    def follow_headers(self, headers: Mapping[str, str]) -> None:
        """Slow down as far as the shop's answer asks for it."""
        if (wait := read_wait(headers, datetime.now(UTC))) > 0:
            self.hold(wait)


def read_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to wait so that the shop's own bucket does not overflow; 0 if it says nothing.

    Understands Shopify's `X-Shopify-Shop-Api-Call-Limit: 38/40`, the widespread
    `X-RateLimit-Remaining` with `-Reset` (seconds or a moment), the IETF draft's names, and
    BigCommerce's milliseconds.
    """
    waits = [_read_call_limit(headers.get("X-Shopify-Shop-Api-Call-Limit"))]
    for remaining, reset, unit in _REMAINING_AND_RESET:
        left, span = _read_number(headers.get(remaining)), _read_number(headers.get(reset))
        if left is not None and span is not None and left <= 0:
            waits.append(
                span - now.timestamp() if span > _EPOCH_NOT_SPAN and unit == 1.0 else span * unit
            )
    return min(max(*waits, 0.0), _LONGEST_HOLD)


def _read_call_limit(value: str | None) -> float:
    used, slash, size = (value or "").partition("/")
    full, limit = _read_number(used), _read_number(size)
    if not slash or full is None or not limit:
        return 0.0
    return max(full - limit * _FULL_ENOUGH, 0.0) * _SECONDS_TO_DRAIN / limit


def _read_number(value: str | None) -> float | None:
    """A plain number of a header; None for anything else, infinities included."""
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
