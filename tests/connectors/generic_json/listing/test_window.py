"""A window is asked for so that nothing at its edges can be missed, however the shop tells time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.generic_json.listing.window import (
    find_scan_end,
    is_foreign,
    make_probe_window,
    make_window_values,
    slice_window,
    widen_end,
    widen_start,
)
from connectors.generic_json.settings.window import WindowSettings
from connectors.language.functions.times import read_time
from connectors.orders import Window

START = datetime(2026, 7, 1, 9, 30, 0, tzinfo=UTC)
WINDOW = Window(start=START, end=START + timedelta(minutes=5, seconds=59, microseconds=999_999))
MOMENTS = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 -- as hypothesis wants them
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001 -- as hypothesis wants them
    timezones=st.just(UTC),
)
GRAINS = st.sampled_from(["1ms", "250ms", "1s", "1m", "7s"])
BOUNDS = st.sampled_from(["inclusive", "exclusive"])


def made(**changes: Any) -> WindowSettings:
    return WindowSettings.model_validate(changes)


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({}, {"start": "2026-07-01T09:30:00.000Z", "end": "2026-07-01T09:36:00.000Z"}),
        (
            {"start": "exclusive", "end": "exclusive"},
            {"start": "2026-07-01T09:29:59.000Z", "end": "2026-07-01T09:36:01.000Z"},
        ),
        (
            {"grain": "1ms"},
            {"start": "2026-07-01T09:30:00.000Z", "end": "2026-07-01T09:36:00.000Z"},
        ),
        (
            {"overlap": "10m"},
            {"start": "2026-07-01T09:20:00.000Z", "end": "2026-07-01T09:36:00.000Z"},
        ),
        (
            {"zone": "Europe/Berlin"},
            {"start": "2026-07-01T11:30:00.000+02:00", "end": "2026-07-01T11:36:00.000+02:00"},
        ),
        (
            {"format": "local", "zone": "Europe/Berlin"},
            {"start": "2026-07-01T11:30:00", "end": "2026-07-01T11:36:00"},
        ),
        ({"format": "datetime"}, {"start": "2026-07-01 09:30:00", "end": "2026-07-01 09:36:00"}),
        ({"format": "epoch"}, {"start": 1782898200, "end": 1782898560}),
        ({"format": "epoch_ms"}, {"start": 1782898200000, "end": 1782898560000}),
        (
            {"format": "rfc2822"},
            {"start": "Wed, 01 Jul 2026 09:30:00 +0000", "end": "Wed, 01 Jul 2026 09:36:00 +0000"},
        ),
        ({"format": "%d.%m.%Y %H:%M"}, {"start": "01.07.2026 09:30", "end": "01.07.2026 09:36"}),
    ],
)
def test_a_window_is_written_as_the_shop_wants_it(
    changes: dict[str, Any], values: dict[str, Any]
) -> None:
    assert make_window_values(WINDOW, made(**changes)) == values


def test_no_window_is_null() -> None:
    assert make_window_values(None, made()) == {"start": None, "end": None}


@given(MOMENTS, GRAINS, BOUNDS, BOUNDS)
def test_what_is_asked_for_holds_the_window_at_any_grain(
    moment: datetime, grain: str, first: str, last: str
) -> None:
    settings = made(grain=grain, start=first, end=last)
    start, end = widen_start(moment, settings), widen_end(moment, settings)
    # A shop that cuts its own times to the grain still compares in our favour.
    cut = moment - (moment - datetime(1970, 1, 1, tzinfo=UTC)) % settings.grain
    assert (start < cut) if first == "exclusive" else (start <= cut)
    assert (end > moment) if last == "exclusive" else (end >= moment)
    assert moment - start <= 2 * settings.grain
    assert end - moment <= 2 * settings.grain


@given(
    MOMENTS,
    st.sampled_from(["iso", "epoch", "epoch_ms"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns"]),
)
def test_what_is_written_is_read_back(moment: datetime, form: str, zone: str) -> None:
    whole = moment.replace(microsecond=0)
    written = make_window_values(Window(start=whole, end=whole), made(format=form, zone=zone))[
        "start"
    ]
    assert read_time(written, form, zone) == whole


def test_an_order_from_long_before_the_start_is_foreign_only_where_the_shop_filters() -> None:
    assert is_foreign(START - timedelta(minutes=1), WINDOW, made())
    assert not is_foreign(START - timedelta(seconds=1), WINDOW, made())
    assert not is_foreign(START - timedelta(minutes=1), WINDOW, made(overlap="2m"))
    assert not is_foreign(START - timedelta(days=9), WINDOW, made(kind="scan"))


def test_a_scan_by_placing_reaches_back_as_far_as_orders_still_change() -> None:
    assert find_scan_end(WINDOW, made(kind="scan")) == START
    assert find_scan_end(
        WINDOW, made(kind="scan", sorted_by="placed_at", reach="30d")
    ) == START - timedelta(days=30)


@given(
    MOMENTS,
    st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sampled_from(["1h", "1d", "31d"]),
    GRAINS,
    BOUNDS,
    BOUNDS,
)
def test_no_slice_is_longer_than_the_shop_takes_and_none_is_missing(
    start: datetime, span: timedelta, longest: str, grain: str, first: str, last: str
) -> None:
    settings = made(longest=longest, grain=grain, start=first, end=last, overlap="10m")
    assert settings.longest is not None
    window = Window(start=start, end=start + span)
    slices = slice_window(window, settings)
    assert all(
        widen_end(part.end, settings) - widen_start(part.start, settings) <= settings.longest
        for part in slices
        if part is not None
    )
    edges = [(part.start, part.end) for part in slices if part is not None]
    assert (edges[0][0], edges[-1][1]) == (window.start, window.end)
    assert [end for _, end in edges[:-1]] == [begin for begin, _ in edges[1:]]


def test_what_is_not_limited_is_asked_for_at_once() -> None:
    assert slice_window(WINDOW, made()) == [WINDOW]
    assert slice_window(None, made(longest="1h")) == [None]
    probe = make_probe_window(timedelta(days=3650), made(longest="31d"))
    assert timedelta(days=30) < probe.end - probe.start < timedelta(days=31)
