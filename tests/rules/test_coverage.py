"""Coverage: how far back a window reaches, and what moves the line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Window
from proxy.rules.coverage import (
    EARLIEST,
    Coverage,
    CoverageRules,
    Reach,
    Walk,
    advance,
    begin,
    closes,
    reach,
    serves,
    settle,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULES = CoverageRules(lookback=10 * MINUTE, max_recovery=timedelta(days=30))
RUSH = CoverageRules(lookback=10 * MINUTE, reach_back=False)


def at(minutes: float) -> datetime:
    return NOON + minutes * MINUTE


def window(start: float, end: float) -> Window:
    return Window(start=at(start), end=at(end))


def covered(minutes: float, *, confirmed: bool = True) -> Coverage:
    return Coverage(since=at(-1000), covered_until=at(minutes), confirmed=confirmed)


def walk(start: float, until: float, reaches: float | None = None, number: int = 1) -> Walk:
    joins = at(start if reaches is None else reaches)
    return Walk(
        id=number, start=at(start), read_from=joins - RULES.lookback, reaches=joins, until=at(until)
    )


@pytest.mark.parametrize(
    ("line", "asked", "read_from"),
    [
        (0, window(0, 5), -10),
        (0, window(-3, 5), -13),
        (-60, window(0, 5), -70),
        (-60 * 24 * 29, window(0, 5), -60 * 24 * 29 - 10),
        (30, window(0, 5), -10),
    ],
    ids=["joined", "asked for more", "an hour given up", "a month given up", "history"],
)
def test_a_window_is_read_from_what_is_covered_less_the_lookback(
    line: float, asked: Window, read_from: float
) -> None:
    assert reach(covered(line), asked, at(5), RULES).window == Window(
        start=at(read_from), end=asked.end
    )


def test_before_first_contact_only_the_lookback_is_added() -> None:
    assert reach(None, window(0, 5), at(5), RULES) == Reach(window=window(-10, 5), reaches=None)


def test_a_gap_older_than_max_recovery_is_named_and_the_rest_is_read() -> None:
    long_ago = -60 * 24 * 40
    found = reach(covered(long_ago), window(0, 5), at(5), RULES)
    oldest = at(5) - timedelta(days=30)
    assert found.window.start == oldest
    assert found.gap == Window(start=at(long_ago), end=oldest)


def test_what_shipstation_asks_for_itself_is_read_however_old_it_is() -> None:
    found = reach(covered(0), window(-60 * 24 * 400, 5), at(5), RULES)
    assert found.window.start == at(-60 * 24 * 400)
    assert found.gap is None


def test_shiprush_gets_the_window_it_asked_for_and_a_jump_is_named_as_a_gap() -> None:
    assert reach(covered(0), window(0, 5), at(5), RUSH) == Reach(window=window(0, 5), reaches=at(0))
    assert reach(covered(0), window(3, 5), at(5), RUSH) == Reach(
        window=window(3, 5), reaches=at(0), gap=window(0, 3)
    )


def test_duty_begins_with_the_first_window_and_not_with_a_look_into_history() -> None:
    assert begin(None, window(0, 5), at(5), RULES) == Coverage(since=at(0), covered_until=at(0))
    ancient = Window(start=EARLIEST, end=EARLIEST + MINUTE)
    assert begin(None, ancient, at(5), RULES) is None


def test_until_a_walk_is_confirmed_an_earlier_start_widens_the_duty() -> None:
    fresh = Coverage(since=at(0), covered_until=at(0))
    assert begin(fresh, window(-60, 5), at(5), RULES) == Coverage(
        since=at(-60), covered_until=at(-60)
    )
    assert begin(covered(0), window(-60, 5), at(5), RULES) == covered(0)


def test_a_finished_walk_counts_once_a_later_window_is_asked_for() -> None:
    settled = settle(covered(0), [walk(0, 5)], window(5, 10))
    assert settled.coverage == covered(5)
    assert [each.id for each in settled.confirmed] == [1]


def test_a_window_that_starts_in_the_minute_a_walk_ended_confirms_it() -> None:
    done = walk(0, 5.4)
    assert settle(covered(0), [done], window(5, 10)).confirmed == (done,)


@pytest.mark.parametrize("asked", [window(-60, -55), window(0, 4), window(2, 10), window(3, 4)])
def test_a_look_into_history_says_nothing_of_the_walks_before_it(asked: Window) -> None:
    settled = settle(covered(0), [walk(0, 5)], asked)
    assert (settled.coverage, settled.confirmed, settled.dropped) == (covered(0), (), ())


def test_walks_that_nobody_confirms_do_not_pile_up() -> None:
    walks = [walk(number, number + 60, number=number) for number in range(65)]
    settled = settle(covered(0), walks, window(30, 31))
    assert [each.id for each in settled.dropped] == list(range(1, 65, 2))


@pytest.mark.parametrize("start", [0, -5])
def test_a_finished_walk_counts_for_nothing_when_its_span_is_asked_for_again(start: float) -> None:
    settled = settle(covered(0), [walk(0, 5)], window(start, 10))
    assert settled.coverage == covered(0)
    assert [each.id for each in settled.dropped] == [1]


def test_a_walk_that_does_not_join_what_is_covered_moves_nothing() -> None:
    assert advance(covered(0), walk(3, 9)) == covered(0)


def test_a_window_in_the_past_moves_nothing() -> None:
    assert advance(covered(30), walk(0, 5)) == covered(30)


def test_walks_that_join_only_one_another_are_taken_in_the_order_of_time() -> None:
    settled = settle(covered(0), [walk(5, 9, number=2), walk(0, 5, number=1)], window(9, 12))
    assert settled.coverage == covered(9)


def test_a_gap_is_closed_by_a_walk_that_read_all_of_it() -> None:
    assert closes(walk(0, 10), window(-10, 10))
    assert not closes(walk(0, 10), window(-11, 5))
    assert not closes(walk(0, 10), window(0, 11))


@pytest.mark.parametrize(
    ("start", "end", "asked", "will_do"),
    [
        (0, 5, window(0, 6), True),
        (0, 5, window(2, 6), True),
        (0, 5, window(-1, 6), False),
        (0, 5, window(0, 4), False),
    ],
)
def test_an_earlier_reading_serves_a_window_that_begins_and_ends_later(
    start: float, end: float, asked: Window, *, will_do: bool
) -> None:
    held = reach(covered(0), window(start, end), at(end), RULES)
    assert (
        serves(held, at(start), at(end), asked, reach(covered(0), asked, at(6), RULES)) is will_do
    )


def test_an_earlier_reading_does_not_serve_once_more_is_owed_than_it_holds() -> None:
    held = reach(covered(0), window(0, 5), at(5), RULES)
    assert not serves(
        held, at(0), at(5), window(0, 6), reach(covered(-60), window(0, 6), at(6), RULES)
    )


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=30))
def test_whatever_walks_fail_no_moment_since_first_contact_is_left_out(
    polls: list[tuple[int, bool]],
) -> None:
    """Each poll starts where the last one ended, even if that one failed: what counts as covered
    was read by a walk that got through.
    """
    line: Coverage | None = None
    read: list[Window] = []
    now = 0
    for length, gets_through in polls:
        asked = window(now, now + length)
        line = begin(line, asked, asked.end, RULES)
        needed = reach(line, asked, asked.end, RULES)
        now += length
        if gets_through:
            read.append(needed.window)
            done = Walk(
                id=now,
                start=asked.start,
                read_from=needed.window.start,
                reaches=needed.reaches,
                until=asked.end,
            )
            line = settle(line, [done], window(now, now + 1)).coverage
    if line is None:
        return
    for minute in range(int((line.covered_until - line.since) / MINUTE) + 1):
        moment = line.since + minute * MINUTE
        assert not read or any(each.contains(moment) for each in read)
