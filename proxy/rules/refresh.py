"""When ShipStation may be asked to refresh a store. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# A refresh that no poll followed is not repeated sooner.
UNHEEDED = timedelta(minutes=15)


def choose_pause(
    asked_at: datetime | None, polled_at: datetime | None, at_most_every: timedelta
) -> timedelta:
    """How long to wait between two refreshes; `asked_at` is the last one, `polled_at` the last
    poll.
    """
    is_heeded = asked_at is None or (polled_at is not None and polled_at > asked_at)
    return at_most_every if is_heeded else max(at_most_every, UNHEEDED)
