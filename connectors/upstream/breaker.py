"""Stop asking a shop that keeps failing, and try it again with one request after a rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from connectors.errors import CircuitOpenError, UnavailableError


class BreakerState(StrEnum):
    """Closed: requests pass. Open: none passes. Half-open: one passes, and decides."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Opens after `trip_after` failures in a row, for `rest` seconds of `clock`; a failed probe
    opens it for another rest.

    Only `UnavailableError` is a failure: any answer of a working shop, a refusal or a throttling
    included, closes it.
    """

    def __init__(
        self,
        *,
        trip_after: int = 8,
        rest: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._trip_after = trip_after
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self._last_error = ""

    @property
    def state(self) -> BreakerState:
        """The state at this moment."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.HALF_OPEN if self._remaining() <= 0 else BreakerState.OPEN

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one request through and learn from how it ends.

        Raises `CircuitOpenError` when none may pass.
        """
        probe = self._admit()
        try:
            yield
        except UnavailableError as error:
            self._failed(probe=probe, error=error)
            raise
        except Exception:
            self._succeeded()
            raise
        else:
            self._succeeded()
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        """Whether the request that passes is the probe."""
        state = self.state
        if state is BreakerState.CLOSED:
            return False
        if state is BreakerState.OPEN or self._probing:
            wait = max(self._remaining(), 1.0)
            raise CircuitOpenError(
                f"The shop failed {self._failures} times in a row, so it is left alone for another"
                f" {wait:.0f} seconds. Last: {self._last_error}",
                retry_after=wait,
            )
        self._probing = True
        return True

    def _failed(self, *, probe: bool, error: UnavailableError) -> None:
        self._failures += 1
        self._last_error = str(error)
        if probe or (self._opened_at is None and self._failures >= self._trip_after):
            self._opened_at = self._clock()

    def _succeeded(self) -> None:
        self._failures = 0
        self._opened_at = None

    def _remaining(self) -> float:
        return 0.0 if self._opened_at is None else self._opened_at + self._rest - self._clock()
