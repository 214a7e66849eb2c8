"""The one spelling of durations, in all of settings.yaml: `30s`, `10m`, `1h30m`, `90d`. No I/O."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

UNIT_SECONDS = MappingProxyType(
    {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
)
"""The units of time, and their length in seconds."""

DURATION_HINT = "a duration such as 30s, 10m, 2h or 90d"
DURATION_PATTERN = r"([0-9.]+(ms|s|m|h|d|w))+"
"""The spelling for a JSON Schema, where an editor checks it loosely."""

_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d|w))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)", re.ASCII)
_LONGEST = timedelta(days=3650)


def parse_duration(value: object) -> timedelta:
    """Read `90s`, `1h30m`, `2d`; ten years at most.

    A bare number is refused, because nobody can tell whether it means seconds or minutes. Raises
    `ValueError` with a sentence: `expected …, found …`.
    """
    if isinstance(value, timedelta):
        return value
    text = str(value).strip()
    if not isinstance(value, str) or not _DURATION.fullmatch(text):
        raise ValueError(f"expected {DURATION_HINT}, found {describe_found(value)}")
    seconds = sum(
        Decimal(number) * Decimal(str(UNIT_SECONDS[unit])) for number, unit in _PART.findall(text)
    )
    if seconds > Decimal(_LONGEST.total_seconds()):
        raise ValueError(f"expected at most {_LONGEST.days}d, found {describe_found(value)}")
    return timedelta(microseconds=int(seconds * 1_000_000))


def write_duration(value: timedelta) -> str:
    """The shortest spelling that `parse_duration` reads back as the same duration."""
    left = value // timedelta(microseconds=1)
    parts = []
    for unit in ("d", "h", "m"):
        size = round(UNIT_SECONDS[unit] * 1_000_000)
        if left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    if left or not parts:
        seconds = f"{Decimal(left) / 1_000_000:f}"
        parts.append(f"{seconds.rstrip('0').rstrip('.') if '.' in seconds else seconds}s")
    return "".join(parts)


def describe_found(value: object) -> str:
    """A wrong value of the settings as an error quotes it: a text, a number, or neither."""
    if isinstance(value, str):
        return repr(value)
    return f"the number {value}" if isinstance(value, int | float) else "something else"
