"""What one shop has shown of its lists since its connector was opened, shared by all walks."""

from __future__ import annotations

import time
from collections.abc import Callable

from connectors.reading.proof import Habits

# For so long a shop whose pages failed is read by id at once. In seconds.
_REMEMBERED = 900.0


class ListHabits(Habits):
    """What decides how far a short list is believed.

    `proved` is the length of the longest page whose list a count has confirmed: a page that is no
    longer is believed without another count. `is_doubted`: a list left out orders that the count
    knew. `broken` holds the ids of orders that the shop could not show. `failed_at`: when a page
    failed in every size, in seconds since 1970.
    """

    LEARNED = (*Habits.LEARNED, "proved", "is_doubted", "failed_at")

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.proved = -1
        self.is_doubted = False
        self.broken: set[int] = set()
        self._clock = clock
        self.failed_at: float | None = None

    @property
    def has_failing_pages(self) -> bool:
        """Whether a page failed lately in every size, so that the list is read by id at once."""
        failed_at = self.failed_at
        return failed_at is not None and 0 <= self._clock() - failed_at < _REMEMBERED

    def note_failing_pages(self) -> None:
        """A page failed in every size."""
        self.failed_at = self._clock()
