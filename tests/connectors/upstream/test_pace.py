"""How a shop's own headers slow us down: a table."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from connectors.testing.faults import Answer
from connectors.upstream.pace import Pace, read_wait
from tests.connectors.upstream.echo import EchoShop, asking

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "1/40"}, 0.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "32/40"}, 0.0),
        ({"x-shopify-shop-api-call-limit": "36/40"}, 2.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "40/40"}, 4.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "400/400"}, 4.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "4/0"}, 0.0),
        ({"X-Shopify-Shop-Api-Call-Limit": "many"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "7"}, 7.0),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "7"}, 0.0),
        ({"X-RateLimit-Remaining": "0"}, 0.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW.timestamp() + 9)}, 9.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW.timestamp() - 9)}, 0.0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "3"}, 3.0),
        ({"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "2500"}, 2.5),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "86400"}, 60.0),
        ({"RateLimit-Remaining": "nan", "RateLimit-Reset": "inf"}, 0.0),
    ],
)
def test_the_wait_a_shop_asks_for(headers: dict[str, str], seconds: float) -> None:
    assert read_wait(CIMultiDict(headers), NOW) == pytest.approx(seconds)


@given(
    st.dictionaries(
        st.sampled_from(
            ["X-Shopify-Shop-Api-Call-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
        ),
        st.text(max_size=12),
    )
)
def test_any_header_asks_for_a_minute_at_most(headers: dict[str, str]) -> None:
    assert 0 <= read_wait(headers, NOW) <= 60


async def test_a_hold_lets_nothing_pass_until_it_is_over() -> None:
    clock = [100.0]
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    pace = Pace(10_000, 1, clock=lambda: clock[0], sleep=sleep)
    await pace.turn()
    pace.hold(2.0)
    pace.hold(1.0)
    await pace.turn()
    await pace.turn()
    assert slept == [2.0]


async def test_a_full_bucket_of_the_shop_holds_the_next_request() -> None:
    async with EchoShop() as shop, asking(shop) as upstream:
        shop.faults.add(
            Answer(200, "{}", headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"})
        )
        await upstream.get("orders")
        assert upstream._line.pace.held_for > 20


@pytest.mark.parametrize("burst", [1, 3])
async def test_after_a_burst_no_request_goes_before_its_time(burst: int) -> None:
    pace = Pace(0.001, 1, burst=burst)
    for _ in range(burst):
        await pace.turn()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await pace.turn()
