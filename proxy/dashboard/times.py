"""Times, spans and numbers as the page writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# In seconds: what takes less is not told in numbers.
_SHORTEST = 0.1
# Below these, a span is written in the smaller unit.
_STEPS = ((90, 1, "s"), (90 * _MINUTE, _MINUTE, "min"), (36 * _HOUR, _HOUR, "h"))


def describe_span(span: timedelta) -> str:
    """About how long: `45 s`, `12 min`, `5 h`, `3 days`."""
    seconds = abs(span.total_seconds())
    for below, unit, name in _STEPS:
        if seconds < below:
            return f"{round(seconds / unit)} {name}"
    return f"{round(seconds / _DAY)} days"


def describe_seconds(seconds: float) -> str:
    """How long something took: `1.2 s`, `under 0.1 s`."""
    return f"{seconds:.1f} s" if seconds >= _SHORTEST else f"under {_SHORTEST} s"


def describe_ago(moment: datetime | None, now: datetime) -> str:
    """`12 min ago`, `in 3 h`, or `never`."""
    if moment is None:
        return "never"
    span = now - moment
    if abs(span) < timedelta(seconds=2):
        return "just now"
    said = describe_span(span)
    return f"{said} ago" if span > timedelta(0) else f"in {said}"


def describe_moment(moment: datetime | None) -> str:
    """Date and time in UTC."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def write_iso(moment: datetime) -> str:
    """As a machine reads it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def write_plain(text: str) -> str:
    """A time as JSON has it, for people."""
    return text.replace("T", " ").replace("Z", " UTC")
