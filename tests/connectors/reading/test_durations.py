"""Durations: what is written reads back, what is not understood is refused in one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading.durations import parse_duration, write_duration


def read_or_say(text: str) -> timedelta | str:
    try:
        return parse_duration(text)
    except ValueError as error:
        return str(error)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650)))
def test_every_duration_reads_back_as_it_was_written(length: timedelta) -> None:
    assert parse_duration(write_duration(length)) == length


@given(st.text())
def test_any_text_is_a_duration_or_refused_with_a_sentence(text: str) -> None:
    result = read_or_say(text)
    assert result.startswith("expected ") if isinstance(result, str) else result >= timedelta(0)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("250ms", timedelta(milliseconds=250)),
        ("2w", timedelta(days=14)),
        ("0s", timedelta(0)),
    ],
)
def test_durations_read_as_people_write_them(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "value",
    ["", "10", 10, "10 m", "m", "-5m", "1y", "10m!", "٣m", None, True, "99999d", "1" * 40 + "d"],
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        parse_duration(value)
