"""How late a shop's list shows a change, by what was met of it; and how much further back a store's
windows reach for that.

Pure: no clock, no storage.

A change is late when it is met although no later window would have shown it: it is news (no page
named a change of that order as young), and it lies further behind `covered_until` than the lookback
reaches. A change that the shop does not date is not news: its date was named before.

Rules:

  * A late change proves that the list is later than the lookback, not by how much it is: the
    lookback is doubled, up to `MOST_LOOKBACK`. The next window reaches back once over
    `MOST_LOOKBACK`, because other changes may have been as late, and nothing else would meet them.
  * What a widened lookback could not reach any more when it was widened proves nothing against it.
  * A change later than `MOST_LOOKBACK` proves nothing: it was imported with an old date, rather
    than listed a day late, and no lookback allowed here would have reached it.
  * While the lookback is widened, one window in `CHECK_EVERY` reaches back over `MOST_LOOKBACK`:
    if the lookback is still too short, that shows, and gives what was missed.
  * The lookback stays widened until `QUIET` has passed without a change later than the setting
    allows; then the setting holds again.
  * A shop whose clock is behind dates its changes as far in the past. The most by which it was
    behind within `CLOCK_HOLDS` is added. Where that grows, the next window reaches back once over
    what the window before it could not know of.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from proxy.rules.coverage import Coverage, Walk

_NONE = timedelta(0)
_MINUTE = timedelta(minutes=1)
# What fills a list latest is a nightly job, and a day's orders are what one poll can carry again;
# the settings allow no longer lookback either.
MOST_LOOKBACK = timedelta(days=1)
# Longer than a month, so that what happens once a month is met again before the lookback narrows.
QUIET = timedelta(days=35)
CHECK_EVERY = timedelta(days=1)
# Of a shop's servers some may have another clock; within a day each has probably answered.
CLOCK_HOLDS = timedelta(days=1)
# How old a reading of the clock gets before the same reading is noted again.
_CLOCK_AGES = timedelta(hours=1)


class ShopList(msgspec.Struct, frozen=True, kw_only=True):
    """What a store's windows have shown of the shop's list.

    `lookback`: what it was widened to by changes, the last of them met at `late_at`. It has reached
    all since `holds_from`, and whether it is enough was last tried at `checked_at`. `clock_behind`:
    by how much the shop's clock was behind ours at `clock_at`. `read_again_from`: where the next
    window is to begin, until a walk that did so is confirmed.
    """

    lookback: timedelta = _NONE
    late_at: datetime | None = None
    holds_from: datetime | None = None
    checked_at: datetime | None = None
    clock_behind: timedelta = _NONE
    clock_at: datetime | None = None
    read_again_from: datetime | None = None


def find_widened(state: ShopList, now: datetime) -> timedelta:
    """The lookback that late changes ask for; nothing where none came for so long."""
    is_kept = state.late_at is not None and now - state.late_at < QUIET
    return state.lookback if is_kept else _NONE


def find_clock_behind(state: ShopList, now: datetime) -> timedelta:
    """By how much the shop's clock is behind."""
    is_kept = state.clock_at is not None and now - state.clock_at < CLOCK_HOLDS
    return state.clock_behind if is_kept else _NONE


def find_lookback(state: ShopList, setting: timedelta, now: datetime) -> timedelta:
    """How far back windows reach where the settings say `setting`."""
    return max(setting, find_widened(state, now)) + find_clock_behind(state, now)


def find_lateness(
    coverage: Coverage | None, modified_at: datetime, gaps: Iterable[tuple[datetime, datetime]]
) -> timedelta:
    """How far a change that is news lies behind what was given; nothing where no window has
    vouched for its date.
    """
    if coverage is None or not coverage.confirmed or modified_at < coverage.since:
        return _NONE
    if any(start <= modified_at <= end for start, end in gaps):
        return _NONE
    return max(coverage.covered_until - modified_at, _NONE)


def note_late_change(
    state: ShopList, lateness: timedelta, covered_until: datetime, setting: timedelta, now: datetime
) -> ShopList:
    """The state after a change was met that lay `lateness` behind `covered_until`."""
    behind = find_clock_behind(state, now)
    if not setting + behind < lateness <= MOST_LOOKBACK + behind:
        return state
    widened = find_widened(state, now)
    if widened and state.holds_from is not None and covered_until - lateness < state.holds_from:
        return state
    late = msgspec.structs.replace(state, late_at=now)
    if lateness <= max(setting, widened) + behind:
        return late
    lookback = min(2 * max(setting, widened, _MINUTE), MOST_LOOKBACK)
    return msgspec.structs.replace(
        late,
        lookback=lookback,
        holds_from=covered_until - lookback - behind,
        checked_at=now,
        read_again_from=_earlier(state.read_again_from, covered_until - MOST_LOOKBACK - behind),
    )


def plan_check(state: ShopList, covered_until: datetime, now: datetime) -> ShopList:
    """The state as a window is opened: if a check of the widened lookback is due, this window makes
    it.
    """
    is_due = state.checked_at is not None and now - state.checked_at >= CHECK_EVERY
    if not is_due or not find_widened(state, now):
        return state
    again = covered_until - MOST_LOOKBACK - find_clock_behind(state, now)
    return msgspec.structs.replace(
        state, checked_at=now, read_again_from=_earlier(state.read_again_from, again)
    )


def note_clock(state: ShopList, behind: timedelta, read_from: datetime, now: datetime) -> ShopList:
    """The state after a window was read from `read_from` on, while the shop's clock turned out to
    be so much `behind` ours.
    """
    shown = min(-(-behind // _MINUTE) * _MINUTE, MOST_LOOKBACK)
    known = find_clock_behind(state, now)
    if shown < known or shown == _NONE:
        return state
    if shown == known:
        is_fresh = state.clock_at is not None and now - state.clock_at < _CLOCK_AGES
        return state if is_fresh else msgspec.structs.replace(state, clock_at=now)
    return msgspec.structs.replace(
        state,
        clock_behind=shown,
        clock_at=now,
        read_again_from=_earlier(state.read_again_from, read_from - (shown - known)),
    )


def bound_reading_again(state: ShopList, earliest: datetime) -> ShopList:
    """The state where no window may begin before `earliest`."""
    again = state.read_again_from
    if again is None or again >= earliest:
        return state
    return msgspec.structs.replace(state, read_again_from=earliest)


def settle_reading_again(state: ShopList, confirmed: Iterable[Walk]) -> ShopList:
    """The state once these walks are confirmed."""
    again = state.read_again_from
    if again is None or not any(walk.read_from <= again for walk in confirmed):
        return state
    return msgspec.structs.replace(state, read_again_from=None)


def _earlier(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
