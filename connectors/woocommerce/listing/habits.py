"""What one shop has shown of its lists since its connector was opened; shared by all its walks.

sorting    a shop that failed to sort by change is not asked to for an hour
counting   its count of rows is believed once it was seen to be larger than a page, and never
           again once it was smaller than what the shop gave
pages      the most rows that it puts on a page

Before its count was seen to be right once, because nothing stood behind the rows that it counted,
any page of more than one row may be capped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from connectors.reading.proof import Habits

# In seconds.
_MEMORY = 3600.0
# Caps of pages are round numbers; a page as long as one of these may be cut.
_ROUND = 5


class ShopHabits(Habits):
    """The rules stand at the top of this module.

    `probed`: the shop has been asked for what is behind the rows that it counts. Of walks side by
    side, one holds `probing` while it asks, and `searching` while it finds out what the shop can
    manage. `failed_at`: when it failed to sort by change, in seconds since 1970. `miscounts`: it
    has given more rows than it counted. `was_right`: nothing stood behind the rows that it counted.
    """

    LEARNED = (*Habits.LEARNED, "probed", "failed_at", "miscounts", "was_right")

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self.failed_at: float | None = None
        self.miscounts = False
        self.was_right = False
        self.probed = False
        self.probing = asyncio.Lock()
        self.searching = asyncio.Lock()

    @property
    def fails_to_sort(self) -> bool:
        """Whether the shop failed to sort by change within the last hour."""
        return self.failed_at is not None and 0 <= self._clock() - self.failed_at < _MEMORY

    def record_sorting_failure(self) -> None:
        """Remember that the shop lists by id what it fails to list by change."""
        self.failed_at = self._clock()

    def record_count(self, total: int | None, place: int, rows: int) -> int | None:
        """What a page's count is worth: `total`, or None where the shop is known to count too few.

        `place` is where in the list the page begins, `rows` how many rows it has.
        """
        if total is not None and rows and total < place + rows:
            self.miscounts = True
        return None if self.miscounts else total

    def may_be_cut(self, rows: int, asked: int) -> bool:
        """Whether a page of `rows` may be as long as this shop's pages become: all that was asked
        for, or the longest page so far.
        """
        return rows >= asked or rows >= max(self.fills, 1)

    def is_edge(self, rows: int, asked: int) -> bool:
        """Whether a list of `rows` may end where a page does, so that a count that ends there too
        proves nothing: caps of pages are round numbers.
        """
        may_be_cap = rows % _ROUND == 0 or (rows > 1 and not self.was_right)
        return self.may_be_cut(rows, asked) and (rows >= asked or may_be_cap)
