"""The polls of the last day as a strip of cells, for the eye."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from operator import itemgetter

import msgspec

from proxy.storage.export.polls import CellCount, PollOutcome

DAY = timedelta(hours=24)
CELLS = 96
# The worst of a cell's polls is shown.
_FROM_GOOD_TO_BAD = (
    PollOutcome.GIVEN,
    PollOutcome.UNDER_WAY,
    PollOutcome.DEFERRED,
    PollOutcome.BROKEN_OFF,
    PollOutcome.STILL_READING,
    PollOutcome.ALL_HELD,
    PollOutcome.FAILED,
)
_BADNESS = {outcome: place for place, outcome in enumerate(_FROM_GOOD_TO_BAD)}


class StripCell(msgspec.Struct, frozen=True, kw_only=True):
    """The polls that began within a quarter of an hour: how many, and the worst outcome. `place`
    counts from 0, a day ago.
    """

    place: int
    polls: int
    worst: PollOutcome


def build_strip(counts: Iterable[CellCount]) -> Sequence[StripCell]:
    """The cells that have polls, of `CELLS` cells up to now, oldest first."""
    cells: dict[int, tuple[int, PollOutcome]] = {}
    for place, outcome, number in counts:
        polls, worst = cells.get(place, (0, outcome))
        if outcome is not worst and _BADNESS[outcome] > _BADNESS[worst]:
            worst = outcome
        cells[place] = polls + number, worst
    return [
        StripCell(place=place, polls=polls, worst=worst)
        for place, (polls, worst) in sorted(cells.items(), key=itemgetter(0))
    ]
