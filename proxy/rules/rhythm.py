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

LOOKBACK: Final = timedelta(days=3)
"""The polls of so long a time make a rhythm."""

# Fewer polls tell no interval.
_FEWEST = 3
# All but a quarter of the time was covered by intervals that were no longer. A night is more than a
# quarter of a day, and an outage of half a day is less than one of three days.
_COVERED = 0.75


def find_usual_interval(began: Sequence[datetime]) -> timedelta | None:
    """The usual time between polls; None where they are too few.

    `began` is when the polls of the last days began, oldest first.
    """
    if len(began) < _FEWEST:
        return None
    spans = sorted(later - earlier for earlier, later in pairwise(began))
    whole, covered = began[-1] - began[0], timedelta(0)
    for span in spans:
        covered += span
        if covered >= whole * _COVERED:
            return span
    return spans[-1]


def find_silence(interval: timedelta, intervals: float) -> timedelta:
    """After how long a silence a client has stopped that usually polls at this interval."""
    return max(interval * intervals, SHORTEST_SILENCE)
