"""How often the log repeats itself: one line a minute of each kind, with the number of events it
stands for.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from cachetools import LRUCache

EVERY: Final = 60.0
"""Seconds between two lines of one kind."""

# Kinds are of our own making; a stranger must not be able to make more.
_MOST_KINDS = 1_000


class LogPace:
    """Counts events by kind. Times are seconds of one monotonic clock."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._kinds: LRUCache[Hashable, tuple[float, int]] = LRUCache(_MOST_KINDS)

    def count(self, kind: Hashable, now: float) -> int:
        """An event happened: how many are to be logged in one line now, since the last line; 0 for
        no line.
        """
        logged_at, waiting = self._kinds.get(kind, (None, 0))
        if logged_at is not None and now - logged_at < self._every:
            self._kinds[kind] = (logged_at, waiting + 1)
            return 0
        self._kinds[kind] = (now, 0)
        return waiting + 1
