"""Whether a shop is down, as its deliveries see it, and when it is asked again.

Pure: told what happened and what time it is.

Without it an outage would use up the tries of every delivery of the store, one after the other. One
delivery that fails by itself proves nothing; several in a row, or a shop that its own breaker has
stopped asking, do.

States, and what moves between them:

    up       any number of permits are out
             -> resting  when `_PROOF` different deliveries have failed since the last answer
    resting  down, and no permit is given until the rest is over
             -> probing  when a permit is asked for after the rest
    probing  down, and one permit is out: the probe
             -> up       when the shop answers anybody, be it with a refusal
             -> resting  when the probe fails; the next rest is twice as long, up to a limit
             -> resting, its rest over, when the probe is given back without an answer
    paused   beside any of these: the shop or its breaker asked to be left alone, and no permit is
             given until then

A permit is a context, and leaving its block gives it back. It may be passed on to the block of each
delivery that is started under it, and is given back there. A delivery that was started
while the shop was up, and fails only now, is not the probe and lengthens no rest.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

# So many different deliveries in a row must fail before it is the shop's fault and not theirs.
_PROOF = 5
_REST = 2.0
_LONGEST_REST = 300.0


class Permit:
    """Leave to ask the shop for one delivery, if `granted`.

    Leaving the block gives it back, unless it was passed on.
    """

    def __init__(self, probes: set[Permit], *, granted: bool) -> None:
        self.granted = granted
        self._probes = probes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._probes.discard(self)

    @property
    def is_probe(self) -> bool:
        """Whether the shop is down, so that this permit is the only one for now."""
        return self in self._probes

    def pass_on(self) -> Permit:
        """The same leave for another block, to be entered there; this one gives nothing back."""
        heir = Permit(self._probes, granted=self.granted)
        if self.is_probe:
            self._probes.remove(self)
            self._probes.add(heir)
        return heir


# A permit that was not granted.
REFUSED = Permit(set(), granted=False)


class Outage:
    """What we know of one store's shop. Times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._failed: set[int] = set()
        self._rest = _REST
        self._down_until = float("-inf")
        self._paused_until = float("-inf")
        # The probe that is out, if one is.
        self._probes: set[Permit] = set()

    @property
    def down(self) -> bool:
        """Whether failures are the shop's."""
        return len(self._failed) >= _PROOF

    def permit(self, now: float) -> Permit:
        """Leave to ask the shop, `granted` if it may be asked now.

        While the shop is down only one at a time may ask, the probe, and only after a rest.
        """
        granted = self.remaining(now) <= 0 and not (self.down and self._probes)
        permit = Permit(self._probes, granted=granted)
        if granted and self.down:
            self._probes.add(permit)
        return permit

    def record_failure(self, delivery: int, now: float, permit: Permit) -> None:
        """The shop did not answer as a working shop does. A probe that fails lengthens the rest."""
        self._failed.add(delivery)
        if permit.is_probe:
            self._rest = min(self._rest * 2, _LONGEST_REST)
        if self.down:
            self._down_until = now + self._rest

    def record_answer(self) -> None:
        """The shop answered, be it with a refusal: it is not down."""
        self._failed.clear()
        self._rest = _REST
        self._down_until = float("-inf")
        self._probes.clear()

    def pause(self, now: float, seconds: float) -> None:
        """The shop, or its breaker, asked to be left alone for a while."""
        self._paused_until = max(self._paused_until, now + min(seconds, _LONGEST_REST))

    def remaining(self, now: float) -> float:
        """Seconds until the shop may be asked again."""
        return max(0.0, max(self._down_until, self._paused_until) - now)
