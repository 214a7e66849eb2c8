"""Times as shops write them, read as UTC or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading import moments
from connectors.reading.fields import FieldError

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "zone", "pattern", "result"),
    [
        ("2024-07-01T10:00:00Z", None, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01T10:00:00", UTC, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01 10:00:00", BERLIN, "iso", "2024-07-01T08:00:00"),
        ("2024-12-01 10:00:00", BERLIN, "iso", "2024-12-01T09:00:00"),
        ("2024-07-01T10:00:00+02:00", BERLIN, "iso", "2024-07-01T08:00:00"),
        ("2024-07-01T10:00:00-0500", None, "iso", "2024-07-01T15:00:00"),
        ("2024-07-01T10:00:00+02", None, "iso", "2024-07-01T08:00:00"),
        ("2024-07-01T10:00:00.123456789Z", None, "iso", "2024-07-01T10:00:00.123456"),
        ("2024-07-01T10:00:00.5+05:30", None, "iso", "2024-07-01T04:30:00.500000"),
        ("2024-07-01 10:00:00 UTC", None, "iso", "2024-07-01T10:00:00"),
        ("2024-07-01", UTC, "iso", "2024-07-01T00:00:00"),
        (1720000000, None, "epoch", "2024-07-03T09:46:40"),
        ("1720000000.25", None, "epoch", "2024-07-03T09:46:40.250000"),
        ("1720000000123", None, "epoch_ms", "2024-07-03T09:46:40.123000"),
        ("Mon, 01 Jul 2024 10:00:00 +0200", None, "rfc2822", "2024-07-01T08:00:00"),
        ("01.07.2024 10:00", BERLIN, "%d.%m.%Y %H:%M", "2024-07-01T08:00:00"),
    ],
)
def test_times_in_every_dress_are_utc(value: Any, zone: Any, pattern: str, result: str) -> None:
    assert moments.read_moment(value, "t", zone=zone, pattern=pattern) == datetime.fromisoformat(
        result
    ).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-01T10:00:00",
        "yesterday",
        "2024-13-01T00:00:00Z",
        5,
        None,
        "",
        "0001-01-01T00:00:00+10:00",
    ],
)
def test_a_time_without_zone_or_sense_is_refused(value: Any) -> None:
    with pytest.raises(FieldError, match="expected a time"):
        moments.read_moment(value, "t")


@pytest.mark.parametrize(
    "value", [None, "", " ", False, "0000-00-00 00:00:00", "0000-00-00T00:00:00", "0"]
)
def test_no_time_at_all_is_none_where_that_is_allowed(value: Any) -> None:
    assert moments.read_optional_moment(value, "t") is None


@given(st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1)), st.integers(-840, 840))  # noqa: DTZ001 - hypothesis wants them naive
def test_any_time_reads_back_from_its_text(naive: datetime, minutes: int) -> None:
    stated = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert moments.read_moment(stated.isoformat(), "t") == stated
    assert moments.read_moment(int(stated.timestamp()), "t", pattern="epoch") == stated.replace(
        microsecond=0
    )
    assert moments.read_moment(stated.isoformat(), "t").utcoffset() == timedelta(0)


@pytest.mark.parametrize("pattern", ["iso", "rfc2822", "%d.%m.%Y %H:%M"])
def test_a_text_longer_than_any_time_is_refused_before_it_is_worked_on(pattern: str) -> None:
    with pytest.raises(FieldError, match="expected a time"):
        moments.read_moment("1" + " " * 1_000_000 + "x", "at", pattern=pattern)


@given(
    moment=st.datetimes(),
    separator=st.sampled_from("T _"),
    fraction=st.sampled_from(("", ".5", ".123456", ".1234567", ",5")),
    zone=st.sampled_from(
        ("", "Z", "z", " UTC", "GMT", "+02", "+0200", "+02:00", "-11:30", "+99:00")
    ),
)
def test_the_quick_way_reads_what_the_long_way_reads(
    moment: datetime, separator: str, fraction: str, zone: str
) -> None:
    text = f"{moment:%Y-%m-%d}{separator}{moment:%H:%M:%S}{fraction}{zone}"
    berlin = ZoneInfo("Europe/Berlin")
    quick = moments.read_plain_moment(text, berlin)
    assert quick in {None, _read_long(text, berlin)}


def _read_long(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return moments.read_moment(text, "at", zone=zone)
    except FieldError:
        return None


def test_the_dress_that_most_shops_use_is_read_the_quick_way() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    for text in ("2026-07-01T12:00:00", "2026-07-01 12:00:00Z", "2026-07-01T14:00:00.000+02:00"):
        assert moments.read_plain_moment(text, UTC) == noon
