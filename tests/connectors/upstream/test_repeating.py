"""What is sent again, what never is, and how many requests run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp import web

from connectors.errors import (
    CircuitOpenError,
    ThrottledError,
    UnavailableError,
)
from connectors.testing.faults import Answer, DropAnswer, Hang, Reset, Truncate, Wall
from connectors.upstream.auth.auth import BasicAuth
from connectors.upstream.client import Upstream
from connectors.upstream.exchange import Exchange
from connectors.upstream.policy import UpstreamPolicy
from tests.connectors.upstream.echo import QUICK, EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


@pytest.mark.parametrize(
    "fault",
    [Answer(500), Answer(503), Reset(), Truncate(), Truncate(framed=True), Wall(202), Answer(429)],
)
async def test_a_read_is_repeated_until_it_works(shop: EchoShop, fault: Answer) -> None:
    shop.faults.add(fault, times=2)
    async with asking(shop) as upstream:
        assert (await upstream.get("orders")).json() == {"ok": True}
        shop.faults.add(fault, times=2)
        assert (await upstream.query("search", {"q": 1})).json() == {"ok": True}
    assert len(shop.requests) == 6


async def test_a_read_is_given_up_after_the_configured_attempts(shop: EchoShop) -> None:
    shop.faults.add(Answer(503), times=None)
    async with asking(shop) as upstream:
        with pytest.raises(UnavailableError):
            await upstream.get("orders")
    assert len(shop.requests) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "fault", [DropAnswer(), Reset(), Answer(503), Answer(500), Truncate(), Wall(200)]
)
async def test_a_write_is_sent_once_when_its_answer_is_lost(
    shop: EchoShop, fault: Answer, method: str
) -> None:
    shop.faults.add(fault, times=None)
    async with asking(shop) as upstream:
        with pytest.raises(UnavailableError) as caught:
            await upstream.write(method, "orders/1", json={})
    assert caught.value.reached
    assert len(shop.requests) == 1


async def test_a_write_that_was_throttled_is_sent_again(shop: EchoShop) -> None:
    shop.faults.add(Answer(429, headers={"Retry-After": "0.01"}))
    async with asking(shop) as upstream:
        assert (await upstream.write("PUT", "orders/1", json={})).status == 200
    assert len(shop.requests) == 2


async def test_a_write_that_never_left_is_tried_again(shop: EchoShop) -> None:
    seen: list[Exchange] = []
    await shop.stop()
    async with asking(shop, observer=seen.append) as upstream:
        with pytest.raises(
            UnavailableError, match=r"no connection to the shop \(connection refused\)\."
        ) as caught:
            await upstream.write("PUT", "orders/1", json={})
    assert not caught.value.reached
    assert [exchange.attempt for exchange in seen] == [1, 2, 3]


async def test_a_write_has_a_connection_of_its_own_lest_a_kept_one_is_already_closed(
    shop: EchoShop,
) -> None:
    ports: list[int] = []

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        ports.append(request.transport.get_extra_info("peername")[1])
        return web.json_response({})

    shop.answers["/api/orders"] = note
    async with asking(shop) as upstream:
        await upstream.get("orders")
        await upstream.get("orders")
        await upstream.write("POST", "orders", json={})
        await upstream.write("POST", "orders", json={})
    assert ports[0] == ports[1]
    assert len(set(ports)) == 3


async def test_a_wait_longer_than_our_patience_is_left_to_the_caller(shop: EchoShop) -> None:
    shop.faults.add(
        Answer(429, headers={"Retry-After": "120"}), Answer(503, headers={"Retry-After": "60"})
    )
    async with asking(shop) as upstream:
        with pytest.raises(ThrottledError) as throttled:
            await upstream.get("orders")
        with pytest.raises(UnavailableError) as unavailable:
            await upstream.get("orders")
    assert (throttled.value.retry_after, unavailable.value.retry_after) == (120.0, 60.0)
    assert len(shop.requests) == 2


async def test_a_shop_that_does_not_answer_in_time_is_unavailable_and_the_next_call_works(
    shop: EchoShop,
) -> None:
    hang = Hang()
    shop.faults.add(hang)
    async with asking(
        shop, policy=msgspec.structs.replace(QUICK, timeout=0.1, attempts=1)
    ) as upstream:
        with pytest.raises(UnavailableError, match=r"did not finish answering within 0\.1 seconds"):
            await upstream.get("orders")
    hang.release()
    async with asking(shop) as upstream:
        assert (await upstream.get("orders")).status == 200


async def test_a_name_that_does_not_exist_is_told_as_such() -> None:
    async with Upstream.open(
        "http://shop.invalid",
        auth=BasicAuth("a", "b"),
        policy=msgspec.structs.replace(QUICK, attempts=1),
    ) as upstream:
        with pytest.raises(UnavailableError, match="host name cannot be found") as caught:
            await upstream.get("orders")
    assert not caught.value.reached


async def test_a_server_without_encryption_is_told_as_such(shop: EchoShop) -> None:
    policy = msgspec.structs.replace(QUICK, attempts=1)
    async with Upstream.open(
        shop.url.replace("http:", "https:"), auth=BasicAuth("a", "b"), policy=policy
    ) as upstream:
        with pytest.raises(
            UnavailableError,
            match=(
                r"no secure connection could be made \(no TLS is spoken there: http:// may be meant"
            ),
        ):
            await upstream.get("orders")


async def test_a_cancelled_call_gives_its_slot_back(shop: EchoShop) -> None:
    hang = Hang()
    shop.faults.add(hang)
    async with asking(shop, policy=msgspec.structs.replace(QUICK, concurrency=1)) as upstream:
        call = asyncio.create_task(upstream.get("orders"))
        await hang.reached.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await upstream.get("orders")).status == 200
    hang.release()


async def test_no_more_requests_run_at_a_time_than_allowed(shop: EchoShop) -> None:
    running, most = 0, 0

    async def slow(_: web.Request) -> web.StreamResponse:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _turn in range(20):
            await asyncio.sleep(0)
        running -= 1
        return web.json_response({})

    shop.answers["/api/orders"] = slow
    async with asking(shop, policy=msgspec.structs.replace(QUICK, concurrency=3)) as upstream:
        calls = [
            upstream.write("PUT", "orders", json={}) if number % 2 else upstream.get("orders")
            for number in range(12)
        ]
        await asyncio.gather(*calls)
    assert most == 3


async def test_a_dead_shop_is_left_alone_until_its_rest_is_over(shop: EchoShop) -> None:
    shop.faults.add(Answer(503), times=None)
    policy = UpstreamPolicy(rate=10_000, attempts=2, backoff=0.0, trip_after=4, rest=600.0)
    async with asking(shop, policy=policy) as upstream:
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await upstream.get("orders")
        with pytest.raises(CircuitOpenError, match="left alone") as caught:
            await upstream.get("orders")
    assert len(shop.requests) == 4
    assert caught.value.retry_after is not None
