"""One shop's HTTP, over real sockets: what is sent, what is repeated, and which error an answer means."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors.auth import BasicAuth, QueryAuth
from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.exchange import Exchange
from connectors.response import Reply
from connectors.targets import Target
from connectors.testing.faults import BOM, PHP_NOTICE, Answer, Before, DropAnswer, Hang, Reset, Truncate, Wall
from connectors.upstream import Upstream, UpstreamPolicy
from tests.connectors.echo import QUICK, EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


# --- what is sent ---


async def test_parameters_arrive_exactly_as_given(shop: EchoShop) -> None:
    pairs = [("q[updated_at_gteq]", "2026-03-02T12:00:00+01:00"), ("status", "a,b"), ("a b", "ü&=%2B/"), ("status", "again"), ("empty", "")]
    async with asking(shop) as upstream:
        await upstream.get("orders", pairs)
    assert list(shop.requests[0].query.items()) == pairs
    assert "%2B01%3A00" in shop.requests[0].raw_path


async def test_the_path_of_the_shops_address_is_kept_and_a_query_of_its_own_stays_as_it_is(shop: EchoShop) -> None:
    async with asking(shop) as upstream:
        await upstream.get("/orders?page_info=a%2Bb~c", [("limit", "5")])
        await upstream.get(f"{shop.url}/elsewhere?cursor=%7B1%7D")
    assert [seen.raw_path for seen in shop.requests] == ["/api/orders?page_info=a%2Bb~c&limit=5", "/elsewhere?cursor=%7B1%7D"]


async def test_each_request_says_who_asks_and_that_no_cache_may_answer(shop: EchoShop) -> None:
    async with asking(shop, headers={"X-Shop": "1"}) as upstream:
        await upstream.get("orders", headers={"Accept": "application/vnd.x+json"})
    headers = shop.requests[0].headers
    assert headers["User-Agent"].startswith("Portside/")
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Accept"] == "application/vnd.x+json"
    assert headers["X-Shop"] == "1"


async def test_a_write_carries_json_with_exact_numbers_or_any_body(shop: EchoShop) -> None:
    async with asking(shop) as upstream:
        await upstream.write("PUT", "orders/1", json={"price": Decimal("1.10")})
        await upstream.write("POST", "orders/1", content=b"<a/>", content_type="application/xml")
        await upstream.write("DELETE", "orders/1")
    assert [(seen.body, seen.headers.get("Content-Type", "").partition(";")[0]) for seen in shop.requests[:2]] == [
        (b'{"price":1.10}', "application/json"),
        (b"<a/>", "application/xml"),
    ]
    assert shop.requests[2].body == b""


async def test_numbers_come_back_exact(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, '{"price": 12.333333333333333333, "id": 123456789012345678901, "n": 1}'))
    async with asking(shop) as upstream:
        found = (await upstream.get("orders")).json()
    assert found == {"price": Decimal("12.333333333333333333"), "id": 123456789012345678901, "n": 1}


# --- which error an answer means ---


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, AuthenticationError),
        (402, RefusedError),
        (403, AuthenticationError),
        (404, RefusedError),
        (406, RefusedError),
        (409, RefusedError),
        (410, RefusedError),
        (422, RefusedError),
        (423, RefusedError),
        (429, ThrottledError),
        (408, UnavailableError),
        (500, UnavailableError),
        (501, RefusedError),
        (502, UnavailableError),
        (503, UnavailableError),
        (504, UnavailableError),
        (524, UnavailableError),
        (599, UnavailableError),
        (304, RefusedError),
    ],
)
async def test_a_status_means_its_error_for_reads_and_writes(shop: EchoShop, status: int, kind: type[ConnectorError]) -> None:
    shop.faults.add(
        Answer(status, b"" if status == 304 else b'{"message":"Invalid parameter(s): status","code":"rest_invalid_param"}'), times=None
    )
    async with asking(shop) as upstream:
        for call in (upstream.get("orders"), upstream.query("search", {}), upstream.write("PUT", "orders/1", json={})):
            with pytest.raises(kind) as caught:
                await call
            assert type(caught.value) is kind
            if isinstance(caught.value, RefusedError):
                assert caught.value.status == status
                assert caught.value.code == ("" if status == 304 else "rest_invalid_param")
            if status != 304:
                assert "Invalid parameter(s): status" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"errors":"Not Found"}', "Not Found"),
        ('{"errors":["A is wrong","B too"]}', "A is wrong; B too"),
        ('{"errors":{"tracking":["is invalid"],"base":"is closed"}}', "tracking: is invalid; base: is closed"),
        ('{"error":{"message":"Token&#039;s <b>gone</b>"}}', "Token's gone"),
        ('{"data":null,"errors":[{"message":"Throttled","extensions":{}}]}', "Throttled"),
        ('{"detail":"for ada@example.com only"}', "for *** only"),
        ("plain words", ""),
        ("{" * 10, ""),
    ],
)
async def test_an_error_quotes_the_shops_words_cleaned(shop: EchoShop, body: str, words: str) -> None:
    shop.faults.add(Answer(409, body))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError) as caught:
            await upstream.get("orders")
    assert str(caught.value) == f"GET {shop.url}/api/orders: the shop answered 409 Conflict{': ' if words else ''}{words}."


async def test_long_words_of_a_shop_are_shortened(shop: EchoShop) -> None:
    shop.faults.add(Answer(400, msgspec.json.encode({"message": "no " * 2000})))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError) as caught:
            await upstream.get("orders")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("wall", [Wall(200), Wall(202), Answer(200, "<br/>hello", content_type="text/html")])
async def test_a_web_page_in_place_of_data_is_a_bot_wall_for_reads_and_writes(shop: EchoShop, wall: Answer) -> None:
    shop.faults.add(wall, times=None)
    async with asking(shop) as upstream:
        for call in (upstream.get("orders"), upstream.write("PUT", "orders/1", json={})):
            with pytest.raises(UnavailableError, match="bot wall"):
                await call


async def test_a_firewalls_403_says_that_it_may_not_be_the_shop(shop: EchoShop) -> None:
    shop.faults.add(
        Answer(403, "<html><title>Attention Required! | Cloudflare</title></html>", content_type="text/html", headers={"cf-ray": "1"})
    )
    async with asking(shop) as upstream:
        with pytest.raises(AuthenticationError, match=r"Attention Required! .*a firewall in front of the shop"):
            await upstream.get("orders")


async def test_text_before_the_json_is_borne_in_a_read_and_logged(shop: EchoShop) -> None:
    async with asking(shop) as upstream:
        for prefix in (BOM, PHP_NOTICE, BOM + b"\n\n" + PHP_NOTICE, b"x", b"[notice] {oops} "):
            shop.faults.add(Before(prefix))
            with capture_logs() as logs:
                assert (await upstream.get("orders")).json() == {"ok": True}
            assert [entry["event"] for entry in logs] == ["shop_answer_has_text_before_json"]


async def test_text_before_the_json_of_a_write_leaves_it_open_whether_it_was_done(shop: EchoShop) -> None:
    shop.faults.add(Before(PHP_NOTICE, content_type="application/json"), Before(b"x"))
    async with asking(shop) as upstream:
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await upstream.write("PUT", "orders/1", json={})
    assert shop.count("PUT") == 2


async def test_garbage_is_unreadable_and_nothing_of_it_is_told(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, "Ada Lovelace, 12 Harbour Road", content_type="text/plain"))
    async with asking(shop) as upstream:
        with pytest.raises(UnreadableResponseError) as caught:
            await upstream.get("orders")
    assert "Ada" not in str(caught.value)
    assert "text/plain of 29 bytes" in str(caught.value)


async def test_an_empty_answer_is_data_to_a_write_and_not_to_a_read(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, ""), path="orders/1", method="PUT")
    shop.faults.add(Answer(204, ""), path="orders/2")
    shop.faults.add(Answer(200, ""), path="orders/3", times=None)
    async with asking(shop) as upstream:
        assert (await upstream.write("PUT", "orders/1", json={})).content == b""
        assert (await upstream.get("orders/2")).status == 204
        with pytest.raises(UnavailableError, match="empty"):
            await upstream.get("orders/3")


async def test_a_wrong_shape_names_its_path(shop: EchoShop) -> None:
    class Item(msgspec.Struct):
        price: Decimal

    shop.faults.add(Answer(200, '[{"price": 1.5}, {"price": {}}]'))
    async with asking(shop) as upstream:
        reply = await upstream.get("orders")
    with pytest.raises(UnreadableResponseError, match=r"\$\[1\]\.price"):
        reply.decode(list[Item])


async def test_any_answer_may_be_read_where_data_is_not_demanded(shop: EchoShop) -> None:
    shop.faults.add(Wall(200))
    async with asking(shop) as upstream:
        assert b"Robot" in (await upstream.get("", data=False)).content


async def test_a_compressed_answer_that_is_not_announced_is_unpacked(shop: EchoShop) -> None:
    packed = gzip.compress(b'{"ok": 1}')
    shop.faults.add(Answer(200, packed), Answer(200, packed[:-4]))
    shop.faults.add(Answer(200, gzip.compress(b"[" + b" " * 5000 + b"]")), times=3, path="bomb")
    async with asking(shop, policy=msgspec.structs.replace(QUICK, largest_answer=4096, attempts=1)) as upstream:
        assert (await upstream.get("orders")).json() == {"ok": 1}
        with pytest.raises(UnavailableError, match="cut short"):
            await upstream.get("orders")
        with pytest.raises(UnavailableError, match="larger than 4096 bytes"):
            await upstream.get("bomb")


async def test_an_answer_larger_than_allowed_is_given_up(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, msgspec.json.encode(["x" * 5000])))
    async with asking(shop, policy=msgspec.structs.replace(QUICK, largest_answer=4096, attempts=1)) as upstream:
        with pytest.raises(UnavailableError, match="larger than 4096 bytes"):
            await upstream.get("orders")


# --- what is repeated ---


@pytest.mark.parametrize("fault", [Answer(500), Answer(503), Reset(), Truncate(), Truncate(framed=True), Wall(202), Answer(429)])
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
@pytest.mark.parametrize("fault", [DropAnswer(), Reset(), Answer(503), Answer(500), Truncate(), Wall(200)])
async def test_a_write_is_sent_once_when_its_answer_is_lost(shop: EchoShop, fault: Answer, method: str) -> None:
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
        with pytest.raises(UnavailableError, match=r"no connection to the shop \(connection refused\)\.") as caught:
            await upstream.write("PUT", "orders/1", json={})
    assert not caught.value.reached
    assert [exchange.attempt for exchange in seen] == [1, 2, 3]


async def test_a_write_has_a_connection_of_its_own_lest_a_kept_one_is_already_closed(shop: EchoShop) -> None:
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
    shop.faults.add(Answer(429, headers={"Retry-After": "120"}), Answer(503, headers={"Retry-After": "60"}))
    async with asking(shop) as upstream:
        with pytest.raises(ThrottledError) as throttled:
            await upstream.get("orders")
        with pytest.raises(UnavailableError) as unavailable:
            await upstream.get("orders")
    assert (throttled.value.retry_after, unavailable.value.retry_after) == (120.0, 60.0)
    assert len(shop.requests) == 2


async def test_a_shop_that_does_not_answer_in_time_is_unavailable_and_the_next_call_works(shop: EchoShop) -> None:
    hang = Hang()
    shop.faults.add(hang)
    async with asking(shop, policy=msgspec.structs.replace(QUICK, timeout=0.1, attempts=1)) as upstream:
        with pytest.raises(UnavailableError, match=r"no whole answer within 0\.1 seconds"):
            await upstream.get("orders")
    hang.release()
    async with asking(shop) as upstream:
        assert (await upstream.get("orders")).status == 200


async def test_a_name_that_does_not_exist_is_told_as_such() -> None:
    async with Upstream.open(
        "http://shop.invalid", auth=BasicAuth("a", "b"), policy=msgspec.structs.replace(QUICK, attempts=1)
    ) as upstream:
        with pytest.raises(UnavailableError, match="host name cannot be found") as caught:
            await upstream.get("orders")
    assert not caught.value.reached


async def test_a_server_without_encryption_is_told_as_such(shop: EchoShop) -> None:
    policy = msgspec.structs.replace(QUICK, attempts=1)
    async with Upstream.open(shop.url.replace("http:", "https:"), auth=BasicAuth("a", "b"), policy=policy) as upstream:
        with pytest.raises(UnavailableError, match=r"no secure connection could be made \(no TLS is spoken there: http:// may be meant"):
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
        calls = [upstream.write("PUT", "orders", json={}) if number % 2 else upstream.get("orders") for number in range(12)]
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


# --- judging what was answered under 200 ---


async def test_a_judge_can_refuse_under_200_and_a_throttling_it_finds_is_repeated(shop: EchoShop) -> None:
    def judge(reply: Reply) -> None:
        if reply.json().get("errors"):
            raise ThrottledError("the shop's bucket is full", retry_after=0.0)

    shop.faults.add(Answer(200, '{"errors":[{"message":"Throttled"}]}'), times=2)
    async with asking(shop, judge=judge) as upstream:
        assert (await upstream.query("graphql", {"query": "{x}"})).json() == {"ok": True}
    assert len(shop.requests) == 3


async def test_a_review_may_take_a_refusal_for_an_answer_or_for_another_error(shop: EchoShop) -> None:
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


# --- where requests may go ---


async def test_a_read_follows_a_redirect_on_the_same_host_with_its_credentials(shop: EchoShop) -> None:
    shop.faults.add(Answer(301, "", headers={"Location": "/new/orders?page=2"}))
    async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
        assert (await upstream.get("orders")).url == f"{shop.url}/new/orders?page=2"
    assert [("Authorization" in seen.headers) for seen in shop.requests] == [True, True]


async def test_a_redirect_to_another_host_is_told_and_not_followed(shop: EchoShop) -> None:
    async with EchoShop() as other:
        shop.faults.add(Answer(302, "", headers={"Location": f"{other.url}/login?token=1"}), times=None)
        async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
            for call in (upstream.get("orders"), upstream.write("PUT", "orders/1", json={})):
                with pytest.raises(RefusedError, match=f"redirects to {other.url}/login, which") as caught:
                    await call
                assert "token" not in str(caught.value)
    assert other.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_write_is_never_redirected(shop: EchoShop, status: int) -> None:
    shop.faults.add(Answer(status, "", headers={"Location": "/elsewhere"}))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError, match="redirects to /elsewhere"):
            await upstream.write("PUT", "orders/1", json={})
    assert len(shop.requests) == 1


async def test_a_search_by_post_follows_only_redirects_that_keep_its_body(shop: EchoShop) -> None:
    shop.faults.add(Answer(308, "", headers={"Location": "/new"}), Answer(301, "", headers={"Location": "/new"}), path="search")
    async with asking(shop) as upstream:
        await upstream.query("search", {"q": 1})
        with pytest.raises(RefusedError):
            await upstream.query("search", {"q": 1})
    assert [(seen.method, seen.path, seen.body) for seen in shop.requests[:2]] == [
        ("POST", "/api/search", b'{"q":1}'),
        ("POST", "/new", b'{"q":1}'),
    ]


async def test_a_redirect_loop_ends(shop: EchoShop) -> None:
    shop.faults.add(Answer(301, "", headers={"Location": "/again"}), times=None)
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError, match="301"):
            await upstream.get("orders")


async def test_another_host_is_asked_only_if_it_is_allowed(shop: EchoShop) -> None:
    async with EchoShop() as other:
        async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
            with pytest.raises(RefusedError, match="lies on another host"):
                await upstream.get(f"{other.url}/orders")
        async with asking(shop, allowed_hosts=[other.url.removeprefix("http://")]) as upstream:
            assert (await upstream.get(f"{other.url}/orders")).status == 200
    assert len(other.requests) == 1


@pytest.mark.parametrize(
    ("base", "path", "result"),
    [
        ("https://a.example", "orders", "https://a.example/orders"),
        ("https://a.example/shop/", "/orders", "https://a.example/shop/orders"),
        ("https://a.example/shop?k=1", "orders?x=2", "https://a.example/shop/orders?k=1&x=2"),
        ("https://a.example", "orders/a b", "https://a.example/orders/a%20b"),
        ("https://a.example", "orders/a%2Fb", "https://a.example/orders/a%2Fb"),
        ("https://a.example/shop", "", "https://a.example/shop/"),
        ("https://a.example", "https://a.example:443/x", "https://a.example:443/x"),
        ("http://a.example", "https://a.example/x", "https://a.example/x"),
        ("https://a.example", "http://a.example/x", None),
        ("https://a.example", "https://a.example.evil/x", None),
        ("https://a.example", "https://a.example@evil/x", None),
        ("https://a.example", "//evil/x", None),
        ("https://a.example", "ftp://a.example/x", None),
        ("https://a.example", "orders/../../x", None),
        ("https://a.example:8443", "https://a.example/x", None),
    ],
)
def test_where_a_path_leads(base: str, path: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(RefusedError):
            Target(base).url(path)
    else:
        assert Target(base).url(path) == result


@pytest.mark.parametrize(
    ("here", "location", "result"),
    [
        ("https://a.example/x", "https://www.a.example/x", "https://www.a.example/x"),
        ("http://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/x", "http://a.example/x", None),
        ("https://a.example/x", "https://b.example/x", None),
        ("https://a.example/x", "https://evil-a.example/x", None),
        ("https://a.example/x", "javascript:alert(1)", None),
        ("https://a.example/x", "", None),
    ],
)
def test_where_a_redirect_may_lead(here: str, location: str, result: str | None) -> None:
    assert Target("https://a.example").redirect(here, location) == result


@given(st.text(max_size=60))
def test_no_path_leaves_the_shop(path: str) -> None:
    try:
        url = Target("https://a.example/shop").url(path)
    except (RefusedError, ValueError):
        return
    assert url.startswith(("https://a.example/", "https://a.example:443/"))


# --- what others hear ---


async def test_neither_errors_nor_logs_nor_observers_learn_a_secret(shop: EchoShop) -> None:
    seen: list[Exchange] = []
    shop.faults.add(Answer(400, '{"message":"Key ck_verysecret and Basic are wrong for ada@example.com"}'), times=None)
    query = QueryAuth({"consumer_key": "ck_verysecret", "consumer_secret": "cs_verysecret"})
    with capture_logs() as logs:
        async with asking(shop, auth=query, observer=seen.append) as upstream:
            with pytest.raises(RefusedError) as caught:
                await upstream.write("POST", "token?api_key=abc123", json={"password": "hunter2", "name": "x"})
            with pytest.raises(RefusedError):
                await upstream.with_auth(BasicAuth("ck_verysecret", "cs_verysecret")).get("orders", [("search", "x")])
    told = f"{caught.value} {logs} {seen}"
    for secret in ("verysecret", "abc123", "hunter2"):
        assert secret not in told
    assert "ada@example.com" not in f"{caught.value} {logs}"
    assert seen[0].url == f"{shop.url}/api/token?api_key=***&consumer_key=***&consumer_secret=***"
    assert seen[0].request_body == b'{"password":"***","name":"x"}'
    assert seen[1].url.endswith("?search=x")
    assert [entry["event"] for entry in logs] == ["shop_request_failed"] * 2


async def test_an_observer_hears_of_every_attempt(shop: EchoShop) -> None:
    seen: list[Exchange] = []
    shop.faults.add(Answer(503, '{"message":"busy"}'), Reset())
    async with asking(shop, observer=seen.append) as upstream:
        await upstream.get("orders")
    assert [(exchange.attempt, exchange.status) for exchange in seen] == [(1, 503), (2, None), (3, 200)]
    assert seen[0].response_body == b'{"message":"busy"}'
    assert "closed the connection" in seen[1].error
