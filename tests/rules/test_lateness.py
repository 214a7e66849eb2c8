"""Late lists and clocks: what widens the lookback, by how much, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from proxy.rules.coverage import Coverage, Walk
from proxy.rules.lateness import (
    CLOCK_HOLDS,
    MOST_LOOKBACK,
    QUIET,
    ShopList,
    bound_reading_again,
    find_lateness,
    find_lookback,
    note_clock,
    note_late_change,
    plan_check,
    settle_reading_again,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TEN = 10 * MINUTE
FRESH = ShopList()
COVERED = Coverage(since=NOON - 3 * DAY, covered_until=NOON, confirmed=True)


def late(minutes: float, state: ShopList = FRESH, setting: timedelta = TEN) -> ShopList:
    return note_late_change(state, minutes * MINUTE, NOON, setting, NOON)


@pytest.mark.parametrize(
    ("minutes", "lookback"),
    [(10, 10), (10.5, 20), (300, 20), (1440, 20), (1441, 10)],
    ids=["allowed", "just late", "much", "a day", "beyond the bound"],
)
def test_a_late_change_doubles_the_lookback(minutes: float, lookback: float) -> None:
    assert find_lookback(late(minutes), TEN, NOON) == lookback * MINUTE


def test_what_the_lookback_could_not_reach_when_it_was_widened_proves_nothing_against_it() -> None:
    widened = late(15)
    assert late(25, widened) == widened
    later = NOON + 30 * MINUTE
    reached = note_late_change(widened, 25 * MINUTE, later, TEN, later)
    assert find_lookback(reached, TEN, later) == 40 * MINUTE


@given(
    st.lists(st.tuples(st.floats(0, 3000), st.integers(0, 20 * 86_400)), max_size=30),
    st.integers(0, 1440),
)
def test_the_lookback_is_never_below_the_setting_nor_beyond_the_bound_and_comes_back(
    changes: list[tuple[float, int]], setting: int
) -> None:
    state, now = FRESH, NOON
    allowed = setting * MINUTE
    for minutes, wait in changes:
        now += timedelta(seconds=wait)
        before = find_lookback(state, allowed, now)
        state = note_late_change(state, minutes * MINUTE, now, allowed, now)
        after = find_lookback(state, allowed, now)
        assert before <= after <= max(2 * before, 2 * MINUTE)
        assert allowed <= after <= MOST_LOOKBACK
    assert find_lookback(state, allowed, now + QUIET) == allowed


@given(st.integers(11, 1440), st.integers(1, 1440))
def test_a_list_of_any_lateness_within_the_bound_is_caught_up_with(
    lateness: int, every: int
) -> None:
    """A list that shows each change so late, and a check once a day that meets what was missed."""
    state, now = FRESH, NOON
    for _ in range(12):
        now += max(every * MINUTE, DAY)
        if lateness * MINUTE > find_lookback(state, TEN, now):
            state = note_late_change(state, lateness * MINUTE, now, TEN, now)
        assert state.late_at is not None
    assert lateness * MINUTE <= find_lookback(state, TEN, now)


def test_while_the_lookback_is_widened_a_window_a_day_reaches_back_over_the_bound() -> None:
    state = replace(late(15), read_again_from=None)
    almost, due = NOON + DAY - MINUTE, NOON + DAY
    assert plan_check(state, almost, almost) == state
    checked = plan_check(state, due, due)
    assert (checked.read_again_from, checked.checked_at) == (due - MOST_LOOKBACK, due)
    assert plan_check(replace(checked, read_again_from=None), due, due).read_again_from is None
    assert plan_check(FRESH, due, due) == FRESH
    assert plan_check(state, NOON + QUIET, NOON + QUIET) == state


def test_a_change_within_the_widened_lookback_keeps_it_widened() -> None:
    first = late(15)
    again = note_late_change(first, 15 * MINUTE, NOON, TEN, NOON + 20 * DAY)
    assert again.lookback == first.lookback
    assert find_lookback(again, TEN, NOON + QUIET + 19 * DAY) == first.lookback
    assert find_lookback(again, TEN, NOON + QUIET + 20 * DAY) == TEN


def test_a_widening_has_the_next_window_reach_back_over_the_bound_once() -> None:
    state = late(30)
    assert state.read_again_from == NOON - MOST_LOOKBACK
    near, far = (
        Walk(id=1, start=NOON, read_from=NOON - back, reaches=NOON, until=NOON)
        for back in (DAY - MINUTE, DAY)
    )
    assert settle_reading_again(state, [near]) == state
    assert settle_reading_again(state, [near, far]).read_again_from is None


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_window_that_reaches_back_as_far_as_it_may_settles_it(ago: int, allowed: int) -> None:
    state = ShopList(read_again_from=NOON - timedelta(seconds=ago))
    earliest = NOON - timedelta(seconds=allowed)
    bound = bound_reading_again(state, earliest)
    assert bound.read_again_from == NOON - timedelta(seconds=min(ago, allowed))
    walk = Walk(id=1, start=NOON, read_from=earliest, reaches=NOON, until=NOON)
    assert settle_reading_again(bound, [walk]).read_again_from is None


@pytest.mark.parametrize(
    ("coverage", "ago"),
    [
        (None, 1),
        (replace(COVERED, confirmed=False), 1),
        (COVERED, 3 * 1440 + 1),
        (COVERED, -5),
        (COVERED, 90),
    ],
    ids=["never asked", "not confirmed", "before the first window", "not given yet", "in a gap"],
)
def test_what_no_window_vouched_for_is_not_late(coverage: Coverage | None, ago: int) -> None:
    gap = (NOON - 100 * MINUTE, NOON - 80 * MINUTE)
    assert find_lateness(coverage, NOON - ago * MINUTE, [gap]) == timedelta(0)
    assert find_lateness(COVERED, NOON - 50 * MINUTE, [gap]) == 50 * MINUTE


@given(st.floats(0, 5000), st.floats(0, 5000))
def test_a_clock_widens_by_as_much_as_it_is_behind_and_its_changes_are_not_late(
    behind: float, lateness: float
) -> None:
    """To the minute above, and for as long as it is behind."""
    state = note_clock(FRESH, behind * MINUTE, NOON, NOON)
    wanted = min(behind * MINUTE, MOST_LOOKBACK)
    extra = find_lookback(state, TEN, NOON) - TEN
    assert wanted <= extra < wanted + MINUTE
    if lateness * MINUTE <= TEN + extra:
        assert note_late_change(state, lateness * MINUTE, NOON, TEN, NOON) == state
    assert find_lookback(state, TEN, NOON + CLOCK_HOLDS) == TEN


def test_where_a_clock_falls_behind_the_next_window_reaches_over_what_the_last_one_missed() -> None:
    state = note_clock(FRESH, 15 * MINUTE, NOON - TEN, NOON)
    assert state.read_again_from == NOON - 25 * MINUTE
    settled = replace(state, read_again_from=None)
    assert note_clock(settled, 15 * MINUTE, NOON - TEN, NOON + MINUTE) == settled
    later = note_clock(settled, 15 * MINUTE, NOON - TEN, NOON + DAY / 2)
    assert later == replace(settled, clock_at=NOON + DAY / 2)
    assert note_clock(settled, MINUTE, NOON, NOON) == settled
    more = note_clock(settled, 20 * MINUTE, NOON - 25 * MINUTE, NOON)
    assert more.read_again_from == NOON - 30 * MINUTE
