"""A shop whose clock is wrong is noticed, before orders fall out of the windows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors.inspection import check_clock
from connectors.interface import CheckLevel
from connectors.testing.faults import Answer, Misdated, Spare
from connectors.upstream.shop_clock import describe_offset, read_offset
from tests.connectors.upstream.echo import EchoShop, asking

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# A second of what `Date` leaves out, and what a busy machine takes.
CLOSE = 30


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


@given(st.integers(-10_000_000, 10_000_000), st.integers(0, 999_999))
def test_the_offset_is_read_to_a_second(seconds: int, microsecond: int) -> None:
    shops = NOON.replace(microsecond=microsecond) + timedelta(seconds=seconds)
    offset = read_offset({"Date": format_datetime(shops, usegmt=True)}, NOON)
    assert offset is not None
    assert abs(offset - (shops - NOON).total_seconds()) <= 1


@given(
    st.text()
    | st.from_regex(
        r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,12} \d+:\d+:\d+ [+-]?\w+", fullmatch=True
    )
)
def test_no_date_however_odd_breaks_an_answer(date: str) -> None:
    assert isinstance(read_offset({"Date": date}, NOON), float | None)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Date": "yesterday"}, {"Date": format_datetime(NOON, usegmt=True), "Age": "900"}],
)
def test_an_answer_without_a_date_or_out_of_a_cache_tells_nothing(headers: dict[str, str]) -> None:
    assert read_offset(headers, NOON) is None


@pytest.mark.parametrize(
    ("offset", "said"),
    [
        (-900.4, "the shop's clock runs 15 minutes behind ours"),
        (75.0, "the shop's clock runs 75 seconds ahead of ours"),
        (-9000.0, "the shop's clock runs 2.5 hours behind ours"),
    ],
)
def test_the_difference_is_told_in_words(offset: float, said: str) -> None:
    assert describe_offset(offset) == said


@pytest.mark.parametrize(
    ("offset", "warned"), [(None, False), (0.0, False), (60.0, False), (-60.5, True), (60.5, True)]
)
def test_a_check_warns_beyond_a_minute_either_way(offset: float | None, *, warned: bool) -> None:
    levels = [(finding.level, bool(finding.advice)) for finding in check_clock(offset)]
    assert levels == [(CheckLevel.WARNING, True)] * warned


async def test_nothing_is_known_before_an_answer_and_a_right_clock_is_close(shop: EchoShop) -> None:
    with capture_logs() as logs:
        async with asking(shop) as upstream:
            before = upstream.clock_offset
            await upstream.get("orders")
            after = upstream.clock_offset
    assert before is None
    assert after is not None
    assert abs(after) < CLOSE
    assert _warnings(logs) == []


async def test_a_clock_that_is_off_is_warned_of_once_whoever_asks(shop: EchoShop) -> None:
    shop.faults.add(Misdated(-900), times=3)
    with capture_logs() as logs:
        async with asking(shop) as upstream:
            twin = upstream.with_judges(None, None)
            for asked in (upstream, twin, upstream):
                await asked.get("orders")
            assert twin.clock_offset is not None
            assert abs(twin.clock_offset + 900) < CLOSE
    (warning,) = _warnings(logs)
    assert warning["log_level"] == "warning"
    assert "15 minutes behind ours" in warning["reason"]


async def test_an_answer_out_of_a_cache_changes_nothing_and_a_clock_set_right_is_right(
    shop: EchoShop,
) -> None:
    stale = Answer(200, "{}", headers={"Date": format_datetime(NOON, usegmt=True), "Age": "5"})
    shop.faults.add(Misdated(900), stale, Spare())
    async with asking(shop) as upstream:
        for wanted in (900, 900, 0):
            await upstream.get("orders")
            assert upstream.clock_offset is not None
            assert abs(upstream.clock_offset - wanted) < CLOSE


def _warnings(logs: list[Any]) -> list[Any]:
    return [line for line in logs if line["event"] == "Shop's clock is off."]
