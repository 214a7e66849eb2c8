"""How far a shop's clock is from ours, read off the `Date` of its answers: orders are dated by its
clock, windows by another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog

# What clocks that are kept by NTP, and answers that take their time, stay well within.
FAR_OFF = 60.0
_A_MINUTE = 60
_AN_HOUR = 3600
# `Date` leaves the part of its second out.
_HALF_A_SECOND = 0.5
_log = structlog.get_logger("portside.upstream")


class ShopClock:
    """`offset` is in seconds, negative where the shop is behind; None until an answer told.

    It keeps the last reading.
    """

    def __init__(self) -> None:
        self.offset: float | None = None
        self._told = False

    def note_answer(self, headers: Mapping[str, str], *, seconds: float) -> float | None:
        """Take note of an answer that has just come, `seconds` after its request went out, and
        return the offset it shows; warns once of a clock that is far off.
        """
        offset = read_offset(headers, datetime.now(UTC) - timedelta(seconds=seconds / 2))
        if offset is None:
            return None
        self.offset = offset
        if is_far_off(offset) and not self._told:
            self._told = True
            _log.warning(
                "Shop's clock is off.", reason=describe_offset(offset), offset=round(offset)
            )
        return offset


def read_offset(headers: Mapping[str, str], middle: datetime) -> float | None:
    """The shop's clock less ours, in seconds, to a second or so; `middle` is our time in the middle
    of the exchange.

    None where the answer has no readable `Date`, or an `Age`: then a cache dated it some time ago.
    """
    if "Age" in headers:
        return None
    try:
        shown = parsedate_to_datetime(headers.get("Date", ""))
        # HTTP knows no other zone; a date that names none is read as UTC.
        aware = shown if shown.tzinfo is not None else shown.replace(tzinfo=UTC)
        return (aware - middle).total_seconds() + _HALF_A_SECOND
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def is_far_off(offset: float) -> bool:
    """Whether an operator should hear of it."""
    return abs(offset) > FAR_OFF


def describe_offset(offset: float) -> str:
    """As words: `the shop's clock runs 15 minutes behind ours`."""
    size = abs(offset)
    if size < 2 * _A_MINUTE:
        span = f"{size:.0f} seconds"
    elif size < 2 * _AN_HOUR:
        span = f"{size / _A_MINUTE:.0f} minutes"
    else:
        span = f"{size / _AN_HOUR:.1f} hours"
    return f"the shop's clock runs {span} {'behind' if offset < 0 else 'ahead of'} ours"
