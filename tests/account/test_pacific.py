"""Pacific times: nothing falls out of a span that is asked for, however the account reads it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy.account.pacific import read_pacific, write_end, write_start
from proxy.simulator.account.pacific import (
    TwiceHour,
    cut_zone,
    parse_pacific,
    read_moment,
    write_pacific,
)

HOUR = timedelta(hours=1)
AUTUMN = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)  # 01:00 for the first time
SPRING = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # 02:00, from where the clocks show 03:00
MOMENTS = st.one_of(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone follows
    st.timedeltas(-3 * HOUR, 3 * HOUR).map(lambda span: AUTUMN + span),
    st.timedeltas(-3 * HOUR, 3 * HOUR).map(lambda span: SPRING + span),
)


def is_listed(row: datetime, start: str, end: str, twice: TwiceHour) -> bool:
    """Whether an account that understands times in this way lists a row of this moment."""
    if twice is TwiceHour.WALL:
        return parse_pacific(start) <= cut_zone(row) <= parse_pacific(end)
    return read_moment(start, twice) <= row <= read_moment(end, twice)


@settings(max_examples=60)
@given(st.tuples(MOMENTS, MOMENTS, MOMENTS).map(sorted), st.sampled_from(TwiceHour))
@example([AUTUMN + 1.5 * HOUR, AUTUMN + 1.6 * HOUR, AUTUMN + 1.7 * HOUR], TwiceHour.FIRST)
@example([AUTUMN + 0.5 * HOUR, AUTUMN + 1.1 * HOUR, AUTUMN + 1.7 * HOUR], TwiceHour.WALL)
@example([AUTUMN + 0.1 * HOUR, AUTUMN + 0.2 * HOUR, AUTUMN + 0.3 * HOUR], TwiceHour.SECOND)
def test_a_span_holds_all_its_moments_however_the_account_reads_it(
    moments: list[datetime], twice: TwiceHour
) -> None:
    first, row, last = moments
    assert is_listed(row, write_start(first), write_end(last), twice)


@settings(max_examples=60)
@given(MOMENTS)
@example(AUTUMN + 1.5 * HOUR)
def test_a_written_moment_is_read_as_itself_or_as_the_first_that_looks_the_same(
    moment: datetime,
) -> None:
    found = read_pacific(write_pacific(moment))
    assert found == moment or (found == moment - HOUR and AUTUMN.month in {10, 11})
    assert cut_zone(found) == cut_zone(moment)


@settings(max_examples=40)
@given(MOMENTS)
def test_a_span_is_never_wider_than_its_moments_and_the_hour_that_comes_twice(
    moment: datetime,
) -> None:
    start, end = read_pacific(write_start(moment)), read_pacific(write_end(moment))
    assert moment - 2 * HOUR - timedelta(seconds=2) <= start <= moment
    assert moment <= end + HOUR <= moment + 3 * HOUR + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T01:15:27.4130000", "2026-03-02T09:15:27.413000+00:00"),
        ("2026-07-02 01:15:27", "2026-07-02T08:15:27+00:00"),
        ("2026-03-02", "2026-03-02T08:00:00+00:00"),
        ("2026-03-08T02:30:00", "2026-03-08T10:30:00+00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T08:30:00+00:00"),
    ],
)
def test_the_shapes_of_answers_are_read(text: str, moment: str) -> None:
    assert read_pacific(text).isoformat() == moment


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-03-02T01:15:27Z", "2026-13-01", "9" * 10**6]
)
def test_what_is_no_pacific_time_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"^.{1,140}$"):
        read_pacific(text)
