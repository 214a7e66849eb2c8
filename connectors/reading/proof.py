"""What a walk of a shop's list has asked and received, and whether that proves the list complete.

The end of a list is believed on evidence of its own, never on the shop's word alone:

    an empty page       asked for on purpose behind the last rows
    a repeated page     from a shop that was seen to give other rows for another page
    a cursor's end      in an API that pages by cursor; against a count only if the last page was
                        empty, or not full in one of three sizes, or nulls and errors make up the
                        count, in this reading or in one that brought all that is known
    a count             equal to the distinct rows, from a shop whose count was seen to be larger
                        than what it had given by then, and only behind a page that is not full

A page shorter than asked proves nothing: shops cap their pages in silence. A count above the
distinct rows contradicts the end: the list is read again in another way, as long as that brings new
rows. If it brings none, the count is too high, which occurs where the shop cannot load a row.

Each walk has its `Evidence`; what a shop has shown of itself outlives the walk in its `Habits`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from enum import StrEnum
from typing import ClassVar

from connectors.errors import IncompleteListingError

# A list that brings new rows each time it is read is read at most this often.
MOST_READINGS = 4
_COUNTED = re.compile(r"counts (\d+) \w+, and (\d+) were found")
# Behind a cursor's end so many sizes may show a last page that is not full.
_MOST_SIZES = 3


def find_miscount(text: str) -> tuple[int, int] | None:
    """What a shop counts and what was found, in a warning by `Evidence.describe`; None in any other
    text.
    """
    found = _COUNTED.search(text)
    return (int(found[1]), int(found[2])) if found else None


class Verdict(StrEnum):
    """What a walk does next."""

    COMPLETE = "complete"
    ASK_MORE = "ask for what is behind the last rows"
    READ_AGAIN = "read the list from its beginning in another way"
    WARN = "complete, and the shop counts more"
    NOT_SHOWN = "the end was never shown"


class End(StrEnum):
    """What ended a reading of the list."""

    EMPTY = "an empty page"
    REPEATED = "the same page again"
    CURSOR = "no next page"
    STATED = "the settings' word for a short page"


class Habits:
    """What one shop has shown of its lists since its connector was opened; shared by all walks.

    `counts_all`: its count was larger than what it had given by then. `turns_pages`: another page
    or size brought other rows. `page_size`: the most rows of a page that was shorter than asked and
    had more behind it. `fills`: the most rows of any page. `LEARNED` names all that may be known
    again after a restart.
    """

    LEARNED: ClassVar[tuple[str, ...]] = ("counts_all", "turns_pages", "page_size", "fills")

    def __init__(self) -> None:
        self.counts_all = False
        self.turns_pages = False
        self.page_size: int | None = None
        self.fills = 0


class Evidence:
    """What one walk has received. `noun` names its rows in sentences, e.g. "orders"."""

    def __init__(self, habits: Habits, *, noun: str = "orders") -> None:
        self._habits = habits
        self._noun = noun
        self._seen: set[Hashable] = set()
        self._met: set[Hashable] = set()
        self._before: frozenset[Hashable] = frozenset()
        self._readings = 1
        self._news = False
        self._asked = self._most_asked = 0
        self._last = self._last_asked = 0
        self._no_rows = 0
        self._is_recounted = False
        self._was_shown = self._is_doubled = False
        self.total: int | None = None
        self.end: End | None = None

    @property
    def rows(self) -> int:
        """How many distinct rows the walk has received."""
        return len(self._seen)

    @property
    def missing(self) -> int:
        """How many rows the shop counts beyond those; 0 if none."""
        return max((self.total or 0) - self.rows, 0)

    @property
    def has_news(self) -> bool:
        """Whether this reading has brought rows that no earlier one had."""
        return self._news

    @property
    def readings(self) -> int:
        """How often the list has been begun."""
        return self._readings

    def has_met(self, name: Hashable) -> bool:
        """Whether this walk has received the row before."""
        return name in self._seen

    @property
    def is_full(self) -> bool:
        """Whether the last page with rows was as long as asked, or as this shop's pages become; a
        longer one shows that the shop left rows out of those, and did not cap them.
        """
        return self._last > 0 and (
            self._last >= self._asked or self._last == self._habits.page_size
        )

    @property
    def needs_proof_of_count(self) -> bool:
        """Whether the walk could end here if the count were known to be of the whole list."""
        return not self._habits.counts_all and self.total == self.rows > 0 and not self.is_full

    def add_page(
        self,
        names: Sequence[Hashable],
        *,
        asked: int,
        total: int | None = None,
        ends: bool = False,
        overlap: int = 0,
        short_is_last: bool = False,
        is_by_key: bool = False,
        no_rows: int = 0,
    ) -> list[int]:
        """Take in a page; the positions of the rows that this walk had not met before.

        `names`: an identity for each row; error objects and nulls among the rows are left out, and
        `no_rows` is how many of them the page holds: they count towards its length, and stand for
        rows that the shop counts.
        `asked`: the page size in the request. `total`: how many rows the whole list has, by the
        shop's word with this page. `ends`: the page says by its cursor that it is the last.
        `overlap`: how many of its rows the walk has asked for a second time on purpose.
        `short_is_last`: the settings promise that the shop fills its pages. `is_by_key`: the page
        begins a list of its own, so that other rows on it do not show that the shop turns pages.
        """
        habits = self._habits
        positions = self._find_fresh(names)
        unmet = {name for name in names if name not in self._met}
        found = frozenset(names)
        length = len(names) + no_rows
        is_same = found == self._before and not (no_rows and not names)
        habits.turns_pages |= bool(found and self._before) and not is_same and not is_by_key
        if found:
            self._before = found
        if unmet and self._met and self._last != self._last_asked:
            habits.page_size = max(self._last, habits.page_size or 0)
        self._met |= unmet
        self._news |= bool(positions)
        if total is not None:
            known = (self.total or 0) if self._is_recounted else 0
            self.total, self._is_recounted = max(total, known), True
            habits.counts_all |= bool(names) and total > self.rows
        self._asked = asked
        self._most_asked = max(self._most_asked, asked)
        self.end = None
        if ends:
            self.end = End.CURSOR
        elif length <= overlap:
            self.end = End.EMPTY
        elif is_same:
            self.end = End.REPEATED
        elif short_is_last and length < asked <= habits.fills:
            self.end = End.STATED
        habits.fills = max(habits.fills, length)
        if unmet or no_rows:
            self._last, self._last_asked = length, asked
        # What is asked for a second time may hold the same null again.
        self._no_rows += 0 if overlap else no_rows
        is_made_up = self.total is not None and len(self._met) + self._no_rows >= self.total
        is_shown = ends and (is_made_up or not length or not self.is_full)
        self._was_shown = is_shown or (self._was_shown and not positions)
        return positions

    def begin_reading(self) -> None:
        """The list is read from its beginning in another way; what was received stays known, and
        the shop's next count takes the place of the one before.
        """
        self._readings += 1
        self._is_recounted = False
        self._met, self._before = set(), frozenset()
        self._news = False
        self._last = self._no_rows = 0
        self.end = None

    def forget_rows(self, is_forgotten: Callable[[Hashable], bool]) -> None:
        """Forget rows whose names hold for one reading only, so that the next does not count them
        twice.
        """
        self._seen = {name for name in self._seen if not is_forgotten(name)}

    def judge(self) -> Verdict:
        """What the evidence allows."""
        if self._is_counted:
            return Verdict.COMPLETE
        if self.end is None:
            return Verdict.ASK_MORE
        turned = self.end is not End.REPEATED or self._habits.turns_pages or self._is_alone
        if turned and not self.missing:
            return Verdict.COMPLETE
        is_shown = self.end is not End.CURSOR or self._was_shown
        most = _MOST_SIZES if turned and not is_shown else 2
        if self._readings < (MOST_READINGS if self._news else most):
            return Verdict.READ_AGAIN
        if not turned or not is_shown:
            return Verdict.NOT_SHOWN
        return Verdict.WARN

    def describe(self) -> str:
        """One sentence with both numbers, for a warning."""
        return (
            f"The shop counts {self.total} {self._noun}, and {self.rows} were found in"
            f" {self._readings} readings of the list: it counts too many, or cannot load some. Look"
            " for orders that it cannot load in the shop's log."
        )

    def explain(self) -> IncompleteListingError:
        """The error of a list whose end was never shown: what the shop ignores or contradicts."""
        counted = f"counts {self.total} {self._noun}, but " if self.missing else ""
        if self.end is End.CURSOR:
            fault = (
                f"says after {self.rows} that there is no next page, although that page was full"
            )
        elif self.end is End.REPEATED:
            fault = (
                f"sends the same {self._last} for every page: it ignores which page is asked for"
                " (a web server or a plugin may drop the query)"
            )
        else:
            fault = f"never showed the end of its list after {self.rows}"
        doubled = " Some of its pages hold rows more than once." if self._is_doubled else ""
        return IncompleteListingError(
            f"The list of {self._noun} cannot be proved complete: the shop {counted}{fault}."
            f"{doubled}"
        )

    @property
    def _is_counted(self) -> bool:
        """Whether a count that can be believed says that nothing is missing."""
        return self._habits.counts_all and self.total == self.rows > 0 and not self.is_full

    @property
    def _is_alone(self) -> bool:
        """Whether the list holds one row where more were asked for, and no count speaks of more: a
        shop that gives its last page again for every later one could never show another.
        """
        return self.rows == 1 < self._most_asked and not self.missing

    def _find_fresh(self, names: Sequence[Hashable]) -> list[int]:
        self._is_doubled |= len({*names}) < len(names)
        positions = []
        for position, name in enumerate(names):
            if name not in self._seen:
                self._seen.add(name)
                positions.append(position)
        return positions
