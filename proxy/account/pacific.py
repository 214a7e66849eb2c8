"""The times of ShipStation's API: Pacific wall time, without a zone.

No source says what a time means within the autumn hour that comes twice. So what is asked for
begins before that hour or ends behind it, and rows are matched by their ids. Sources:
docs.shipstation.com, API v1, "Requirements" and the samples of its list calls.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("America/Los_Angeles")
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_LONGEST = 40
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?", re.ASCII)
_MICROSECONDS = len("2026-03-02T01:15:27.413000")


def read_pacific(text: str) -> datetime:
    """The moment of an answer's time, aware UTC: the first one that fits, where two do.

    A time that no clock showed, in the hour left out in spring, is read as if the clocks had not
    been changed yet. Raises ValueError for anything but a Pacific time or day.
    """
    plain = text[: _LONGEST + 1].strip()
    if not _TIME.fullmatch(plain):
        raise ValueError(
            "expected a time without a zone such as 2026-03-02T01:15:27.4130000, found"
            f" {plain[:_LONGEST]!r}"
        )
    wall = datetime.fromisoformat(plain[:_MICROSECONDS])
    try:
        return wall.replace(tzinfo=_ZONE).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"expected a time after the year 1, found {plain!r}") from error


def read_day(text: str) -> date:
    """The Pacific day of an answer's time. Raises ValueError as `read_pacific`."""
    return read_pacific(text).astimezone(_ZONE).date()


def write_start(moment: datetime) -> str:
    """The start of a span to ask for, so that it holds everything from this aware moment on,
    however ShipStation understands the hour that comes twice.
    """
    wall = _find_wall(moment)
    if _comes_twice(wall):
        wall = wall.replace(minute=0, second=0) - _SECOND
    return _write(wall)


def write_end(moment: datetime) -> str:
    """The end of such a span, so that it holds everything up to this aware moment."""
    wall = _find_wall(moment)
    wall += _SECOND if moment.microsecond else timedelta()
    if _comes_twice(wall):
        wall = wall.replace(minute=0, second=0) + _HOUR
    return _write(wall)


def _find_wall(moment: datetime) -> datetime:
    """What a clock in Los Angeles shows, in whole seconds."""
    return moment.astimezone(_ZONE).replace(tzinfo=None, microsecond=0, fold=0)


def _comes_twice(wall: datetime) -> bool:
    first, second = (wall.replace(tzinfo=_ZONE, fold=fold).utcoffset() for fold in (0, 1))
    # Where the first offset is the smaller one, the hour is left out rather than shown twice.
    return first is not None and second is not None and first > second


def _write(wall: datetime) -> str:
    return wall.isoformat(sep=" ", timespec="seconds")
