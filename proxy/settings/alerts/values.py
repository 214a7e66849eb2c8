"""The values that alerts are set by: sizes, numbers of intervals, quiet hours."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from connectors.reading.durations import describe_found
from proxy.rules.alarms import Thresholds
from proxy.rules.quiet_hours import QuietHours
from proxy.settings.values import make_text_schema

_USUAL = Thresholds()
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(KB|MB|GB|TB)", re.ASCII)
_INTERVALS = re.compile(r"(\d{1,3}(?:\.\d)?) intervals?", re.ASCII)


def parse_size(value: object) -> int:
    """Read `200MB`, `1.5GB` as bytes. Raises ValueError."""
    if value == _USUAL.disk_below:
        return _USUAL.disk_below or 0
    found = _SIZE.fullmatch(value.strip().upper()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"expected a size such as 200MB or 2GB, found {describe_found(value)}")
    return int(float(found[1]) * _UNITS[found[2]])


def write_size(value: int) -> str:
    """Bytes as a person would type them."""
    unit = next((unit for unit in ("TB", "GB", "MB") if value % _UNITS[unit] == 0), "KB")
    return f"{value // _UNITS[unit]}{unit}"


def parse_intervals(value: object) -> float:
    """Read `3 intervals`. Raises ValueError."""
    if isinstance(value, float):
        return value
    found = _INTERVALS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not float(found[1]):
        raise ValueError(f"expected a number such as 3 intervals, found {describe_found(value)}")
    return float(found[1])


def write_intervals(value: float) -> str:
    """The same as text."""
    return f"{value:g} intervals"


Size = Annotated[
    int,
    BeforeValidator(parse_size),
    PlainSerializer(write_size),
    make_text_schema(r"[0-9.]+ *[kKmMgGtT][bB]", "a size, e.g. 200MB"),
]
Intervals = Annotated[
    float,
    BeforeValidator(parse_intervals),
    PlainSerializer(write_intervals),
    make_text_schema(r"[0-9.]+ intervals?", "a number of usual intervals, e.g. 3 intervals"),
]
Quiet = Annotated[
    QuietHours,
    PlainValidator(QuietHours.parse),
    PlainSerializer(str),
    make_text_schema(
        r"\d\d:\d\d-\d\d:\d\d \S+", "hours and a time zone, e.g. 22:00-06:00 Europe/Berlin"
    ),
]
