"""One shop's HTTP, over real sockets: what is sent, who judges what comes, and who hears of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs

from connectors.errors import (
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connectors.testing.faults import Answer, Reset
from connectors.testing.trial import QUICK
from connectors.upstream.auth.auth import BasicAuth, QueryAuth
from connectors.upstream.exchange import Exchange
from connectors.upstream.request import name_step
from connectors.upstream.response import Reply
from tests.connectors.upstream.echo import EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


# --- what is sent ---


async def test_parameters_arrive_exactly_as_given(shop: EchoShop) -> None:
    pairs = [
        ("q[updated_at_gteq]", "2026-03-02T12:00:00+01:00"),
        ("status", "a,b"),
        ("a b", "ü&=%2B/"),
        ("status", "again"),
        ("empty", ""),
    ]
    async with asking(shop) as upstream:
        await upstream.get("orders", pairs)
    assert list(shop.requests[0].query.items()) == pairs
    assert "%2B01%3A00" in shop.requests[0].raw_path


async def test_the_path_of_the_shops_address_is_kept_and_a_query_of_its_own_stays_as_it_is(
    shop: EchoShop,
) -> None:
    async with asking(shop) as upstream:
        await upstream.get("/orders?page_info=a%2Bb~c", [("limit", "5")])
        await upstream.get(f"{shop.url}/elsewhere?cursor=%7B1%7D")
    assert [seen.raw_path for seen in shop.requests] == [
        "/api/orders?page_info=a%2Bb~c&limit=5",
        "/elsewhere?cursor=%7B1%7D",
    ]


async def test_each_request_says_who_asks_and_that_no_cache_may_answer(shop: EchoShop) -> None:
    async with asking(shop, headers={"X-Shop": "1"}) as upstream:
        await upstream.get("orders", headers={"Accept": "application/vnd.x+json"})
    headers = shop.requests[0].headers
    assert headers["User-Agent"].startswith("Portside/")
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Accept"] == "application/vnd.x+json"
    assert headers["X-Shop"] == "1"


async def test_a_store_may_choose_what_its_requests_call_themselves(shop: EchoShop) -> None:
    policy = msgspec.structs.replace(QUICK, user_agent="Mozilla/5.0 (Portside)")
    async with asking(shop, policy=policy) as upstream:
        await upstream.get("orders")
    assert shop.requests[0].headers["User-Agent"] == "Mozilla/5.0 (Portside)"


async def test_a_write_carries_json_with_exact_numbers_or_any_body(shop: EchoShop) -> None:
    async with asking(shop) as upstream:
        await upstream.write("PUT", "orders/1", json={"price": Decimal("1.10")})
        await upstream.write("POST", "orders/1", content=b"<a/>", content_type="application/xml")
        await upstream.write("DELETE", "orders/1")
    assert [
        (seen.body, seen.headers.get("Content-Type", "").partition(";")[0])
        for seen in shop.requests[:2]
    ] == [
        (b'{"price":1.10}', "application/json"),
        (b"<a/>", "application/xml"),
    ]
    assert shop.requests[2].body == b""


async def test_numbers_come_back_exact(shop: EchoShop) -> None:
    shop.faults.add(
        Answer(200, '{"price": 12.333333333333333333, "id": 123456789012345678901, "n": 1}')
    )
    async with asking(shop) as upstream:
        found = (await upstream.get("orders")).json()
    assert found == {"price": Decimal("12.333333333333333333"), "id": 123456789012345678901, "n": 1}


# --- judging what was answered under 200 ---


async def test_a_judge_can_refuse_under_200_and_a_throttling_it_finds_is_repeated(
    shop: EchoShop,
) -> None:
    def judge(reply: Reply) -> None:
        if reply.json().get("errors"):
            raise ThrottledError("the shop's bucket is full", retry_after=0.0)

    shop.faults.add(Answer(200, '{"errors":[{"message":"Throttled"}]}'), times=2)
    async with asking(shop, judge=judge) as upstream:
        assert (await upstream.query("graphql", {"query": "{x}"})).json() == {"ok": True}
    assert len(shop.requests) == 3


async def test_a_review_may_take_a_refusal_for_an_answer_or_for_another_error(
    shop: EchoShop,
) -> None:
    def review(reply: Reply, error: ConnectorError) -> ConnectorError | None:
        if reply.status == 404:
            return None
        return UnavailableError("known to pass") if reply.status == 500 else error

    shop.faults.add(Answer(404), Answer(500), Answer(409))
    async with asking(shop, review=review) as upstream:
        assert (await upstream.get("orders")).status == 404
        with pytest.raises(RefusedError):
            await upstream.get("orders")
        shop.faults.add(Answer(404))
        with pytest.raises(RefusedError):
            await upstream.with_judges(None, None).get("orders")


# --- what others hear ---


async def test_neither_errors_nor_logs_nor_observers_learn_a_secret(shop: EchoShop) -> None:
    seen: list[Exchange] = []
    shop.faults.add(
        Answer(400, '{"message":"Key ck_verysecret and Basic are wrong for ada@example.com"}'),
        times=None,
    )
    query = QueryAuth({"consumer_key": "ck_verysecret", "consumer_secret": "cs_verysecret"})
    with capture_logs() as logs:
        async with asking(shop, auth=query, observer=seen.append) as upstream:
            with pytest.raises(RefusedError) as caught:
                await upstream.write(
                    "POST", "token?api_key=abc123", json={"password": "hunter2", "name": "x"}
                )
        basic = BasicAuth("ck_verysecret", "cs_verysecret")
        async with asking(shop, auth=basic, observer=seen.append) as upstream:
            with pytest.raises(RefusedError):
                await upstream.get("orders", [("search", "x")])
    told = f"{caught.value} {logs} {seen}"
    for secret in ("verysecret", "abc123", "hunter2"):
        assert secret not in told
    assert "ada@example.com" not in f"{caught.value} {logs}"
    assert seen[0].url == f"{shop.url}/api/token?api_key=***&consumer_key=***&consumer_secret=***"
    assert seen[0].request_body == b'{"password":"***","name":"x"}'
    assert seen[1].url.endswith("?search=x")
    assert [entry["event"] for entry in logs] == ["Shop request failed."] * 2


async def test_an_observer_hears_of_every_attempt(shop: EchoShop) -> None:
    seen: list[Exchange] = []
    shop.faults.add(Answer(503, '{"message":"busy"}'), Reset())
    async with asking(shop, observer=seen.append) as upstream:
        await upstream.get("orders")
    assert [(exchange.attempt, exchange.status) for exchange in seen] == [
        (1, 503),
        (2, None),
        (3, 200),
    ]
    assert seen[0].response_body == b'{"message":"busy"}'
    assert "closed the connection" in seen[1].error


# --- steps ---


async def test_requests_and_errors_of_a_step_name_it(shop: EchoShop) -> None:
    heard: list[Exchange] = []
    shop.faults.add(Answer(422, '{"message":"no"}'), method="POST")
    async with asking(shop, observer=heard.append) as upstream:
        await upstream.get("orders")
        with pytest.raises(RefusedError) as caught, name_step("parcel", "settings.yaml:41"):
            await upstream.write("POST", "parcels", json={})
        with name_step("status"):
            await upstream.get("orders")
    assert [each.step for each in heard] == ["", "parcel (settings.yaml:41)", "status"]
    assert str(caught.value).startswith("Step parcel (settings.yaml:41): POST ")
    assert caught.value.status == 422
