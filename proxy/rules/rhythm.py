"""How often a client polls, by when it did. Pure.

An interval counts by the time that it covers, not by how often it occurs: a day of refreshes every
two minutes does not hide the hourly polls of the night before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

SHORTEST_SILENCE: Final = timedelta(hours=2)
"""No shorter silence of a client is worth a word."""

# Fewer polls tell no interval, and fewer moments no day.
_FEWEST = 3
_FEWEST_MOMENTS = 12
# All but a quarter of the time was covered by intervals that were no longer. A night is more than a
# quarter of a day, and an outage of half a day is less than one of three days.
_COVERED = 0.75


def find_usual_interval(
    began: Sequence[datetime], covering: Sequence[timedelta] = ()
) -> timedelta | None:
    """The usual time between polls; None where they are too few.

    `began` is when the last polls began, oldest first; `covering` are the intervals that covered
    moments spread evenly over the last days, which count where they are a day's.
    """
    if len(began) < _FEWEST:
        return None
    if len(covering) >= _FEWEST_MOMENTS:
        weighted = [(interval, timedelta(seconds=1)) for interval in covering]
    else:
        spans = [later - earlier for earlier, later in pairwise(began)]
        weighted = [(span, span) for span in spans]
    return _find_longest(sorted(weighted))


def find_silence(interval: timedelta, intervals: float) -> timedelta:
    """After how long a silence a client has stopped that usually polls at this interval."""
    return max(interval * intervals, SHORTEST_SILENCE)


def _find_longest(weighted: Sequence[tuple[timedelta, timedelta]]) -> timedelta:
    whole = sum((weight for _, weight in weighted), timedelta(0))
    covered = timedelta(0)
    for interval, weight in weighted:
        covered += weight
        if covered >= whole * _COVERED:
            return interval
    return weighted[-1][0]
