"""Whether a shop is down, as its deliveries see it, and when it is asked again.

Pure: told what happened and what time it is.

Without it an outage would use up the tries of every delivery of the store, one after the other. One
delivery that fails by itself proves nothing; several in a row, or a shop that its own breaker has
stopped asking, do.
"""

from __future__ import annotations

# So many different deliveries in a row must fail before it is the shop's fault and not theirs.
_PROOF = 5
_REST = 2.0
_LONGEST_REST = 300.0


class Outage:
    """What we know of one store's shop. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._failed: set[int] = set()
        self._rest = _REST
        self._down_until = float("-inf")
        self._paused_until = float("-inf")
        self._probing = False

    @property
    def down(self) -> bool:
        """Whether failures are the shop's."""
        return len(self._failed) >= _PROOF

    def admit(self, now: float) -> bool:
        """Whether the shop may be asked.

        While it is down only one at a time may, the probe, and only after a rest.
        """
        if self.remaining(now) > 0 or (self.down and self._probing):
            return False
        self._probing = self.down
        return True

    def retreat(self) -> None:
        """Who was admitted has not asked after all."""
        self._probing = False

    def failed(self, delivery: int, now: float) -> None:
        """The shop did not answer as a working shop does. A probe that fails lengthens the rest."""
        self._failed.add(delivery)
        if self._probing:
            self._rest = min(self._rest * 2, _LONGEST_REST)
            self._probing = False
        if self.down:
            self._down_until = now + self._rest

    def pause(self, now: float, seconds: float) -> None:
        """The shop, or its breaker, asked to be left alone for a while."""
        self._probing = False
        self._paused_until = max(self._paused_until, now + min(seconds, _LONGEST_REST))

    def answered(self) -> None:
        """The shop answered, be it with a refusal: it is not down."""
        self._failed.clear()
        self._rest = _REST
        self._down_until = float("-inf")
        self._probing = False

    def remaining(self, now: float) -> float:
        """Seconds until the shop may be asked again."""
        return max(0.0, max(self._down_until, self._paused_until) - now)
