"""The cost budget of one shop's GraphQL: a bucket of points that each query draws from and that
refills at a steady rate.

Every query reserves what it is expected to cost before it is sent, so that requests at the same
time never overdraw a small bucket together:

    before the first answer    nothing is known of the bucket: one query at a time
    a query not asked before   is expected to cost as much as any query may
    an answer                  says what the bucket holds; what ended while that query ran is taken
                               off, because the shop may have counted it later
    an error                   gives back what was reserved; the next answer says what is left

Waits are bounded: a shop that reports nonsense is asked nevertheless, and throttles us itself.

Source: https://shopify.dev/docs/api/usage/limits, "Rate limits", GraphQL Admin API.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import msgspec

# The most that one query may cost, whatever the plan.
DEAREST = 1000.0
# The rate of Shopify's smallest plan, until the shop states its own.
_RESTORE_RATE = 100.0
_LONGEST_WAIT = 30.0


class Throttle(msgspec.Struct, frozen=True, rename="camel"):
    """What the shop says of its bucket, in points and points a second."""

    maximum_available: float = 0.0
    currently_available: float = 0.0
    restore_rate: float = _RESTORE_RATE


class Cost(msgspec.Struct, frozen=True, rename="camel"):
    """What the shop says of the cost of a query."""

    requested_query_cost: float | None = None
    throttle_status: Throttle | None = None


class Reservation:
    """What one running query may cost; `passed` is what others have cost that ended meanwhile."""

    def __init__(self, query: str, size: int, points: float) -> None:
        self.query = query
        self.size = size
        self.points = points
        self.passed = 0.0


class Budget:
    """One shop's bucket, shared by all that ask it. The rules stand at the top of this module."""

    def __init__(self) -> None:
        self._costs: dict[str, float] = {}
        self._throttle: Throttle | None = None
        self._available = self._told_at = 0.0
        self._running: set[Reservation] = set()
        self._turn = asyncio.Lock()
        self._ended = asyncio.Event()

    def count_affordable(self, query: str, *, at_first: int, most: int) -> int:
        """How many rows this query may ask for, by the cost that the shop has stated, at least one;
        `at_first` before its first answer.
        """
        cost = self._costs.get(query)
        if cost is None:
            return min(at_first, most)
        return max(min(int(min(DEAREST, self.ceiling or DEAREST) / cost), most), 1)

    @property
    def ceiling(self) -> float | None:
        """The most the bucket holds; None before the first answer."""
        return self._throttle.maximum_available if self._throttle else None

    @asynccontextmanager
    async def reserve(self, query: str, size: int) -> AsyncGenerator[Reservation, None]:
        """Wait until the bucket holds what a query for `size` rows will cost, and keep that for it
        as long as it runs.
        """
        async with self._turn:
            reservation = Reservation(query, size, await self._wait_for(query, size))
            self._running.add(reservation)
        try:
            yield reservation
        finally:
            self._running.discard(reservation)
            self._ended.set()
            self._ended = asyncio.Event()

    def settle(self, reservation: Reservation, cost: Cost | None) -> None:
        """Take in what the answer says of the bucket and of its own cost."""
        if cost is None or cost.throttle_status is None:
            return
        self._throttle, self._told_at = cost.throttle_status, time.monotonic()
        self._available = max(self._throttle.currently_available - reservation.passed, 0.0)
        if requested := cost.requested_query_cost:
            self._costs[reservation.query] = requested / reservation.size
            for other in self._running - {reservation}:
                other.passed += requested

    async def _wait_for(self, query: str, size: int) -> float:
        """Wait for the points that a query is expected to cost, and give their number."""
        until = time.monotonic() + _LONGEST_WAIT
        while True:
            points = self._expect(query, size)
            wait = min(self._find_wait(points), until - time.monotonic())
            if wait <= 0:
                return points
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), wait)

    def _expect(self, query: str, size: int) -> float:
        known = self._costs.get(query)
        points = DEAREST if known is None else known * size
        return points if self._throttle is None else min(points, self._throttle.maximum_available)

    def _find_wait(self, points: float) -> float:
        """Seconds until the bucket holds this many points beside the reserved ones, if no query
        ends before.
        """
        if self._throttle is None:
            return _LONGEST_WAIT if self._running else 0.0
        if (rate := self._throttle.restore_rate) <= 0:
            return 0.0
        refilled = self._available + (time.monotonic() - self._told_at) * rate
        reserved = sum(one.points for one in self._running)
        return (points + reserved - min(refilled, self._throttle.maximum_available)) / rate


def compute_wait(cost: Cost | None) -> float:
    """Seconds until the bucket holds what a throttled query asks for."""
    if cost is None or cost.throttle_status is None or cost.throttle_status.restore_rate <= 0:
        return 1.0
    status = cost.throttle_status
    return min(
        max((cost.requested_query_cost or 0) - status.currently_available, 0) / status.restore_rate
        + 0.1,
        _LONGEST_WAIT,
    )
