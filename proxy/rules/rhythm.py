"""How often a client polls, by when it did. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

# Fewer polls tell no interval.
_FEWEST = 3


def find_usual_interval(began: Sequence[datetime]) -> timedelta | None:
    """The median time between polls that began then, oldest first; None where they are too few."""
    if len(began) < _FEWEST:
        return None
    return timedelta(
        seconds=median((later - earlier).total_seconds() for earlier, later in pairwise(began))
    )
