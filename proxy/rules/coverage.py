"""What ShipStation has been given so far, and how far back the next window must reach.

Pure: no clock, no storage.

`covered_until` of a store: every change that the shop dated up to then was given in walks that
ShipStation confirmed.

States of a store:

    unasked    no coverage
               -> begun      with the first window, unless it ended more than `max_recovery` ago:
                             since = covered_until = the start that was asked for
    begun      no walk is confirmed
               -> begun      with a window that starts earlier: its start replaces both
               -> confirmed  with the first confirmed walk that joins `covered_until`
    confirmed  `covered_until` moves to the end of each confirmed walk that joins it, never back

States of a walk of a window's pages:

    walked     -> finished   when every page has been sent with 200
    finished   -> walked     when one of its pages is handed out again
               -> confirmed  when a later window starts in the minute the walk ended, or after it
               -> dropped    when its whole span is asked for again: the answer may have been lost
                             after we wrote it, so it counts for nothing
               -> dropped    when too many wait: every other one is
               -> finished   with any other window, which says nothing of it

Rules:

  * A window is read from the earlier of its own start and `covered_until`, less `lookback`. So what
    a failed or abandoned window held is read again with the next one.
  * It is read from no earlier than `max_recovery` ago, unless it asks for that itself, and from its
    own start where `reach_back` is off. What this leaves out after `covered_until` is a gap.
  * A walk ends at its window's end or when reading began, whichever was first. It joins if it gave
    all from `covered_until` on.
  * A gap is closed by a confirmed walk that gave all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.orders import Window

# Nothing is lost by looking back a little too far, and no shop's history begins before this.
EARLIEST = datetime.fromisoformat("1970-01-02T00:00:00+00:00")

# Beyond this many unconfirmed walks, drop every other one, so that old and recent walks both
# survive.
MOST_WAITING = 64


class CoverageRules(msgspec.Struct, frozen=True, kw_only=True):
    """How a store's windows may be widened.

    `lookback`: shops show a change up to this long after its own date. `max_recovery`: no window
    starts earlier than this before now unless ShipStation asks for it. `reach_back` false: never
    give anything older than asked (the door of ShipRush). `again_from`: the next window begins no
    later.
    """

    lookback: timedelta = timedelta(minutes=10)
    max_recovery: timedelta = timedelta(days=30)
    reach_back: bool = True
    again_from: datetime | None = None


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How far a store's story has been told.

    Older than `since` was never asked for; `confirmed` once a walk has been.
    """

    since: datetime
    covered_until: datetime
    confirmed: bool = False


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """The window really read.

    Given in full it covers all from `reaches` on, None where it vouches for nothing.

    `gap` is what would have to be read as well and is too old for `max_recovery`, or may not be
    read at such a door.
    """

    window: Window
    reaches: datetime | None
    gap: Window | None = None


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A finished walk that waits to be confirmed.

    `start` is what ShipStation asked for, `read_from` what was read.

    `until` is the end of the window or the moment reading began, whichever came first: a later
    change may have been missed.
    """

    id: int
    start: datetime
    read_from: datetime
    reaches: datetime | None
    until: datetime


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What a new window says about the finished walks before it."""

    coverage: Coverage | None
    confirmed: tuple[Walk, ...]
    dropped: tuple[Walk, ...]


def begin(
    coverage: Coverage | None, asked: Window, now: datetime, rules: CoverageRules
) -> Coverage | None:
    """The duty that comes with being asked: it starts with the first window, or with an earlier one
    until a walk has been confirmed.

    A window that ended longer than `max_recovery` ago is a look into history and begins nothing.
    """
    if asked.end < now - rules.max_recovery:
        return coverage
    if coverage is None:
        return Coverage(since=asked.start, covered_until=asked.start)
    if not coverage.confirmed and asked.start < coverage.covered_until:
        return Coverage(since=asked.start, covered_until=asked.start)
    return coverage


def reach(coverage: Coverage | None, asked: Window, now: datetime, rules: CoverageRules) -> Reach:
    """How far back to read when `asked` comes in at `now`."""
    covered = asked.start if coverage is None else coverage.covered_until
    reaches = None if coverage is None else min(asked.start, covered)
    if not rules.reach_back:
        return Reach(window=asked, reaches=reaches, gap=_gap(covered, asked.start))
    wanted = _back(min(asked.start, covered), rules.lookback)
    if rules.again_from is not None:
        wanted = min(wanted, rules.again_from)
    start = min(asked.start, max(wanted, _back(now, rules.max_recovery)))
    return Reach(
        window=Window(start=start, end=asked.end), reaches=reaches, gap=_gap(covered, start)
    )


def _back(moment: datetime, span: timedelta) -> datetime:
    return moment - span if moment - EARLIEST > span else EARLIEST


def _gap(covered: datetime, start: datetime) -> Window | None:
    return Window(start=covered, end=start) if covered < start else None


def settle(coverage: Coverage | None, walks: Sequence[Walk], asked: Window) -> Settled:
    """Ask a new window about the finished walks.

    One that ended by the minute the new window starts has been received. One whose whole span is
    asked for again may not have been, and counts for nothing. Of any other the window says nothing
    (a look into history, or a poller whose windows overlap): it waits on.
    """
    in_time = sorted(walks, key=lambda walk: walk.until)
    confirmed = tuple(
        walk
        for walk in in_time
        if walk.until.replace(second=0, microsecond=0) <= asked.start and walk.start < asked.start
    )
    dropped = tuple(
        walk for walk in in_time if asked.start <= walk.start and walk.until <= asked.end
    )
    waiting = [walk for walk in in_time if walk not in confirmed and walk not in dropped]
    if len(waiting) > MOST_WAITING:
        dropped += tuple(waiting[1::2])
    for walk in confirmed:
        coverage = advance(coverage, walk)
    return Settled(coverage=coverage, confirmed=confirmed, dropped=dropped)


def advance(coverage: Coverage | None, walk: Walk) -> Coverage | None:
    """Move the line to the end of a confirmed walk, if the walk joins what was covered before.

    It never moves back.
    """
    if coverage is None or walk.reaches is None or walk.reaches > coverage.covered_until:
        return coverage
    return Coverage(
        since=coverage.since, covered_until=max(coverage.covered_until, walk.until), confirmed=True
    )


def closes(walk: Walk, gap: Window) -> bool:
    """Whether a confirmed walk gave all that lies in a gap noted earlier."""
    return walk.read_from <= gap.start and gap.end <= walk.until


def serves(held: Reach, start: datetime, end: datetime, asked: Window, needed: Reach) -> bool:
    """Whether a window read earlier for [`start`, `end`], and not given yet, may answer `asked` in
    place of a new reading.

    It may end earlier than asked: the rest is read with the next window, because the line moves no
    further than the reading did.
    """
    if needed.reaches is not None and (held.reaches is None or held.reaches > needed.reaches):
        return False
    return start <= asked.start and end <= asked.end and held.window.start <= needed.window.start
