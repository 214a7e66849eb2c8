"""A clock that stands still until it is set: the time by which a fake shop dates its orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """`now` is aware UTC."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time at this moment."""
        return self.now

    def set(self, now: datetime) -> None:
        """Jump to a time."""
        self.now = now.astimezone(UTC)

    def advance(self, **span: float) -> datetime:
        """Move on by a span given as to `timedelta`, e.g. `minutes=5`; gives the new time."""
        self.now += timedelta(**span)
        return self.now
