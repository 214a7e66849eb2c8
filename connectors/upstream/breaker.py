"""Leave a shop alone that keeps failing, and try it with one request after a rest.

The states, and what moves the breaker from one to another:

    CLOSED     every request passes
               -> OPEN       at the last of `trip_after` failures in a row
    OPEN       no request passes
               -> HALF_OPEN  when `rest` seconds are over
    HALF_OPEN  one request passes, the probe; the others are refused until it ends
               -> OPEN       when the probe fails: another rest begins
               -> CLOSED     when the probe ends in any answer of the shop

Rules:

  * A failure is an `UnavailableError`, but not an answer that is too large. Any other outcome, also
    a refusal or a throttling, is an answer of a working shop: it ends the row of failures and
    closes the breaker.
  * A request for a part of one order counts only if it succeeds or does not reach the shop.
  * A cancelled request says nothing about the shop; after a cancelled probe the next request is the
    probe.
  * A request that was on its way when the breaker opened still counts: its success closes the
    breaker, its failure does not prolong the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from connectors.errors import CircuitOpenError, TooLargeError, UnavailableError
from connectors.upstream.policy import BreakerNews, ignore_news


class BreakerState(StrEnum):
    """Whether requests pass; see the top of this module."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """The breaker of one shop; `rest` is in seconds of `clock`. The rules stand at the top of this
    module. `watch` hears of each request that counts.
    """

    def __init__(
        self,
        *,
        trip_after: int = 8,
        rest: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        watch: Callable[[BreakerNews], None] = ignore_news,
    ) -> None:
        self._trip_after = trip_after
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self._last_error = ""
        self._watch = watch

    @property
    def state(self) -> BreakerState:
        """The state at this moment."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if self._count_remaining() <= 0 else BreakerState.OPEN

    @contextmanager
    def guard(self, *, for_part: bool = False) -> Iterator[None]:
        """Let one request through and learn from how it ends.

        A request `for_part` of one order may fail because of that order, so its failure does not
        count unless the shop was not reached. Raises `CircuitOpenError` when none may pass.
        """
        probe = self._admit()
        try:
            yield
        except TooLargeError:
            self._note_success()
            raise
        except UnavailableError as error:
            if probe or not for_part or not error.reached:
                self._note_failure(probe=probe, error=error)
            raise
        except Exception:
            self._note_success()
            raise
        else:
            self._note_success()
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        """Whether the request that passes is the probe."""
        state = self.state
        if state is BreakerState.CLOSED:
            return False
        if state is BreakerState.OPEN or self._probing:
            wait = max(self._count_remaining(), 1.0)
            raise CircuitOpenError(
                f"The shop failed {self._failures} times in a row, so it is left alone for another"
                f" {wait:.0f} seconds. Last: {self._last_error}",
                retry_after=wait,
            )
        self._probing = True
        return True

    def _note_failure(self, *, probe: bool, error: UnavailableError) -> None:
        self._failures += 1
        self._last_error = str(error)
        if probe or (self._opened_at is None and self._failures >= self._trip_after):
            self._opened_at = self._clock()
        rest = max(self._count_remaining(), 0.0)
        self._watch(BreakerNews(failures=self._failures, rest=rest, error=error))

    def _note_success(self) -> None:
        self._failures = 0
        self._opened_at = None
        self._watch(BreakerNews())

    def _count_remaining(self) -> float:
        return 0.0 if self._opened_at is None else self._opened_at + self._rest - self._clock()
