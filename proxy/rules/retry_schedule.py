"""When a failed delivery is tried again, when it is given up, and how long one that was found in
the account waits for ShipStation's own notice.

Decides and does nothing; `proxy.delivery.intake` acts on it. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    OrderNotFoundError,
    PermanentError,
    TemporaryError,
)

GRACE: Final = timedelta(minutes=10)
"""How long what was found waits: from when ShipStation made the row, not from when it was found."""

# A step is lengthened or shortened by up to this part, so that what failed together does not come
# back together.
_JITTER = 0.2


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`next_at` is None when the delivery is given up.

    `counted`: the failed try is held against it.
    """

    next_at: datetime | None
    counted: bool = True


class RetrySchedule(msgspec.Struct, frozen=True, kw_only=True):
    """The waits between tries (`steps`), and for how long an order that the shop does not know may
    still turn up (`order_grace`).
    """

    steps: tuple[timedelta, ...]
    order_grace: timedelta

    @property
    def longest(self) -> timedelta:
        """The longest that any try may be put off."""
        return max(max(self.steps) * (1 + _JITTER), GRACE)

    def decide(
        self,
        error: ConnectorError,
        *,
        attempts: int,
        queued_at: datetime,
        now: datetime,
        shop_is_down: bool,
        chance: float,
    ) -> Decision:
        """What to do after a try that ended in `error`.

        `attempts` failed before this one since the notice was queued. `shop_is_down`: others failed
        alike, so it is not this delivery's fault. `chance` is drawn from [0, 1).
        """
        if isinstance(error, CircuitOpenError) or (
            isinstance(error, TemporaryError) and shop_is_down
        ):
            return Decision(next_at=now + self._wait(error, 0, chance), counted=False)
        if not _may_pass(error) or attempts >= len(self.steps):
            return Decision(next_at=None)
        next_at = now + self._wait(error, attempts, chance)
        if isinstance(error, OrderNotFoundError) and next_at > queued_at + self.order_grace:
            return Decision(next_at=None)
        return Decision(next_at=next_at)

    def _wait(self, error: ConnectorError, step: int, chance: float) -> timedelta:
        """The step's wait with jitter; longer if the shop asked for longer, but never beyond the
        longest step.
        """
        wait = self.steps[step] * (1 - _JITTER + 2 * _JITTER * chance)
        asked = error.retry_after if isinstance(error, TemporaryError) else None
        if asked is None or asked <= 0:
            return wait
        longest = max(self.steps)
        return max(wait, longest if asked >= longest.total_seconds() else timedelta(seconds=asked))


def _may_pass(error: ConnectorError) -> bool:
    """Whether time may mend it: all that is temporary, a login that a person will put right, an
    order that shows up late.
    """
    return not isinstance(error, PermanentError) or isinstance(
        error, AuthenticationError | OrderNotFoundError
    )


def find_due(created_at: datetime, now: datetime, *, has_failed: bool) -> datetime:
    """When the shop is to hear of a row that ShipStation made at `created_at`: now, if it says that
    its own notice has failed.
    """
    due_at = now if has_failed else created_at + GRACE
    # A clock that is behind ShipStation's must not make it wait longer.
    return min(max(due_at, now), now + GRACE)
