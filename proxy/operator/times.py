"""A moment as people type it on the command line or in a query: `2d` for two days ago, or a
date.
"""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.reading.durations import parse_duration


def parse_moment(text: str, now: datetime) -> datetime:
    """A duration before `now`, or a date with or without a time, UTC unless it says otherwise.

    Raises ValueError with what was expected.
    """
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError) as error:
        if "at most" in str(error):
            raise
        wanted = "a duration such as 2d or 12h, or a date such as 2026-01-31 or 2026-01-31T08:00"
        raise ValueError(f"expected {wanted}, found {text!r}") from error


def plain_moment(moment: datetime | None) -> str | None:
    """A time as JSON has it: UTC, whole seconds, ending in Z."""
    return (
        None
        if moment is None
        else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    )


def exact_moment(moment: datetime) -> str:
    """To the last digit, because such a time names a gap."""
    return moment.isoformat().replace("+00:00", "Z")
