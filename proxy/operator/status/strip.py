"""The polls of the last day as a strip of cells, for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from proxy.storage.export.polls import Poll, PollOutcome

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
    """The polls that began within a quarter of an hour from `start` on: how many, the worst
    outcome, None without any, and the orders given.
    """

    start: datetime
    polls: int = 0
    worst: PollOutcome | None = None
    orders: int = 0


def build_strip(polls: Sequence[Poll], now: datetime) -> Sequence[StripCell]:
    """`CELLS` cells up to `now`, oldest first, of `polls` in any order."""
    length = DAY / CELLS
    start = now - DAY
    cells: list[list[Poll]] = [[] for _ in range(CELLS)]
    for poll in polls:
        place = (poll.at - start) // length
        if 0 <= place <= CELLS:
            cells[min(place, CELLS - 1)].append(poll)
    return [
        StripCell(
            start=start + length * number,
            polls=len(cell),
            worst=max((poll.outcome for poll in cell), key=_BADNESS.index, default=None),
            orders=sum(poll.orders or 0 for poll in cell),
        )
        for number, cell in enumerate(cells)
    ]
