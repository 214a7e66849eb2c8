"""The polls of the last day as a strip of cells, for the eye."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from proxy.storage.export.polls import PollCount, PollOutcome

DAY = timedelta(hours=24)
CELLS = 96
# The worst of a cell's polls is shown.
_BADNESS = (
    PollOutcome.GIVEN,
    PollOutcome.UNDER_WAY,
    PollOutcome.DEFERRED,
    PollOutcome.BROKEN_OFF,
    PollOutcome.STILL_READING,
    PollOutcome.ALL_HELD,
    PollOutcome.FAILED,
)


class StripCell(msgspec.Struct, frozen=True, kw_only=True):
    """The polls that began within a quarter of an hour: how many, and the worst outcome. `place`
    counts from 0, a day ago.
    """

    place: int
    polls: int
    worst: PollOutcome


def build_strip(counts: Sequence[PollCount]) -> Sequence[StripCell]:
    """The cells that have polls, of `CELLS` cells up to now, oldest first."""
    cells: dict[int, list[PollCount]] = defaultdict(list)
    for count in counts:
        cells[count.cell].append(count)
    return [
        StripCell(
            place=place,
            polls=sum(each.polls for each in cells[place]),
            worst=max((each.outcome for each in cells[place]), key=_BADNESS.index),
        )
        for place in sorted(cells)
    ]
