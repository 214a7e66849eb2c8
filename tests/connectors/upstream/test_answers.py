"""Which error an answer of the shop means, and what it says."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec
import pytest
from structlog.testing import capture_logs

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.testing.faults import BOM, PHP_NOTICE, Answer, Before, Wall
from tests.connectors.upstream.echo import QUICK, EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


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
async def test_a_status_means_its_error_for_reads_and_writes(
    shop: EchoShop, status: int, kind: type[ConnectorError]
) -> None:
    shop.faults.add(
        Answer(
            status,
            (
                b""
                if status == 304
                else b'{"message":"Invalid parameter(s): status","code":"rest_invalid_param"}'
            ),
        ),
        times=None,
    )
    async with asking(shop) as upstream:
        for call in (
            upstream.get("orders"),
            upstream.query("search", {}),
            upstream.write("PUT", "orders/1", json={}),
        ):
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
        (
            '{"errors":{"tracking":["is invalid"],"base":"is closed"}}',
            "tracking: is invalid; base: is closed",
        ),
        ('{"error":{"message":"Token&#039;s <b>gone</b>"}}', "Token's gone"),
        ('{"data":null,"errors":[{"message":"Throttled","extensions":{}}]}', "Throttled"),
        ('{"detail":"for ada@example.com only"}', "for *** only"),
        ("plain words", ""),
        ("{" * 10, ""),
    ],
)
async def test_an_error_quotes_the_shops_words_cleaned(
    shop: EchoShop, body: str, words: str
) -> None:
    shop.faults.add(Answer(409, body))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError) as caught:
            await upstream.get("orders")
    assert (
        str(caught.value) == f"GET {shop.url}/api/orders: the shop answered 409"
        f" Conflict{': ' if words else ''}{words}."
    )


async def test_long_words_of_a_shop_are_shortened(shop: EchoShop) -> None:
    shop.faults.add(Answer(400, msgspec.json.encode({"message": "no " * 2000})))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError) as caught:
            await upstream.get("orders")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "wall", [Wall(200), Wall(202), Answer(200, "<br/>hello", content_type="text/html")]
)
async def test_a_web_page_in_place_of_data_is_a_bot_wall_for_reads_and_writes(
    shop: EchoShop, wall: Answer
) -> None:
    shop.faults.add(wall, times=None)
    async with asking(shop) as upstream:
        for call in (upstream.get("orders"), upstream.write("PUT", "orders/1", json={})):
            with pytest.raises(UnavailableError, match="bot wall"):
                await call


async def test_a_firewalls_403_says_that_it_may_not_be_the_shop(shop: EchoShop) -> None:
    shop.faults.add(
        Answer(
            403,
            "<html><title>Attention Required! | Cloudflare</title></html>",
            content_type="text/html",
            headers={"cf-ray": "1"},
        )
    )
    async with asking(shop) as upstream:
        with pytest.raises(
            AuthenticationError, match=r"Attention Required! .*a firewall in front of the shop"
        ):
            await upstream.get("orders")


async def test_text_before_the_json_is_borne_in_a_read_and_logged(shop: EchoShop) -> None:
    async with asking(shop) as upstream:
        for prefix in (BOM, PHP_NOTICE, BOM + b"\n\n" + PHP_NOTICE, b"x", b"[notice] {oops} "):
            shop.faults.add(Before(prefix))
            with capture_logs() as logs:
                assert (await upstream.get("orders")).json() == {"ok": True}
            assert [entry["event"] for entry in logs] == ["Shop's answer mended."]


async def test_text_before_the_json_of_a_write_is_passed_over_as_in_a_read(shop: EchoShop) -> None:
    shop.faults.add(Before(PHP_NOTICE, content_type="application/json"), Before(b"x"))
    async with asking(shop) as upstream:
        for _ in range(2):
            assert (await upstream.write("PUT", "orders/1", json={})).json() == {"ok": True}
    assert shop.count("PUT") == 2


async def test_the_words_of_a_refusal_are_read_behind_a_notice(shop: EchoShop) -> None:
    body = PHP_NOTICE.decode() + '{"code": "no_route", "message": "No route"}<!-- cached -->'
    shop.faults.add(Answer(404, body, content_type="text/html"))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError, match="No route") as caught:
            await upstream.get("orders")
    assert caught.value.code == "no_route"


async def test_an_answer_that_is_too_large_is_not_asked_for_again(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, "[" + "1, " * 1000 + "1]"), times=None)
    small = msgspec.structs.replace(QUICK, largest_answer=500, trip_after=2)
    async with asking(shop, policy=small) as upstream:
        for _ in range(9):
            with pytest.raises(TooLargeError, match="larger than 500 bytes"):
                await upstream.get("orders")
    assert shop.count("GET") == 9


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
    async with asking(
        shop, policy=msgspec.structs.replace(QUICK, largest_answer=4096, attempts=1)
    ) as upstream:
        assert (await upstream.get("orders")).json() == {"ok": 1}
        with pytest.raises(UnavailableError, match="cut short"):
            await upstream.get("orders")
        with pytest.raises(UnavailableError, match="larger than 4096 bytes"):
            await upstream.get("bomb")


async def test_an_answer_larger_than_allowed_is_given_up(shop: EchoShop) -> None:
    shop.faults.add(Answer(200, msgspec.json.encode(["x" * 5000])))
    async with asking(
        shop, policy=msgspec.structs.replace(QUICK, largest_answer=4096, attempts=1)
    ) as upstream:
        with pytest.raises(UnavailableError, match="larger than 4096 bytes"):
            await upstream.get("orders")


@pytest.mark.parametrize("broken", ["", "\\x"], ids=["JSON", "broken JSON"])
async def test_of_an_error_that_is_far_too_long_no_word_is_looked_for(
    shop: EchoShop, broken: str
) -> None:
    body = f'{{"message": "no parcel {broken}{"a" * 300_000}"}}'
    shop.faults.add(Answer(422, body))
    with capture_logs() as lines:
        async with asking(shop) as upstream:
            with pytest.raises(RefusedError) as caught:
                await upstream.get("orders")
    assert caught.value.words == ""
    assert "422" in str(caught.value)
    assert "Shop's answer mended." not in [line["event"] for line in lines]
