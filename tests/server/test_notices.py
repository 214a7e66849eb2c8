"""Shipment notices over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import io
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from lxml import etree

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    OrderNotFoundError,
    RefusedError,
    UnavailableError,
)
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from tests.builders import build_order
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

NOTICE = {
    "action": "shipnotify",
    "order_number": "A-1001",
    "carrier": "USPS",
    "service": "",
    "tracking_number": "9400",
}


async def test_a_notice_reaches_the_shop_and_is_answered_200(
    url: str, client: ClientSession, stall: Stall
) -> None:
    async with client.post(url, params=NOTICE, headers=LOGIN) as answer:
        assert answer.status == 200
    assert [shipment.tracking_number for shipment in stall.shipped] == ["9400"]


async def test_the_same_notice_again_is_answered_200_and_told_once(
    url: str, client: ClientSession, stall: Stall
) -> None:
    for _ in range(3):
        async with client.post(url, params=NOTICE, headers=LOGIN) as answer:
            assert answer.status == 200
    assert len(stall.shipped) == 1


async def test_a_notice_while_the_shop_is_down_is_taken_and_waits(
    url: str, client: ClientSession, stall: Stall
) -> None:
    stall.error = UnavailableError("the shop does not answer")
    async with client.post(url, params=NOTICE, headers=LOGIN) as answer:
        assert answer.status == 200
    assert stall.shipped == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConflictError("the order is cancelled"), 409),
        (RefusedError("no such line", status=400), 422),
        (AuthenticationError("wrong key"), 424),
    ],
)
async def test_a_refusal_is_told_with_the_shops_reason(
    url: str, client: ClientSession, stall: Stall, error: Exception, status: int
) -> None:
    stall.error = error
    async with client.post(url, params=NOTICE, headers=LOGIN) as answer:
        assert 400 <= answer.status < 500
        assert answer.status == status
        assert str(error) in (etree.fromstring(await answer.read()).text or "")


async def test_an_order_the_shop_does_not_know_is_no_lost_notice(
    url: str, client: ClientSession, stall: Stall
) -> None:
    stall.error = OrderNotFoundError("the shop does not know order A-1001")
    async with client.post(url, params=NOTICE, headers=LOGIN) as answer:
        assert answer.status in (200, 404)


@pytest.mark.parametrize(
    "body", [b"<ShipNotice>", b"not xml", b"<!DOCTYPE x><ShipNotice/>", b"\x00", b"<Orders/>"]
)
async def test_a_body_that_cannot_be_read_is_400_and_never_the_whole_order(
    url: str, client: ClientSession, stall: Stall, body: bytes
) -> None:
    async with client.post(url, params=NOTICE, data=body, headers=LOGIN) as answer:
        assert answer.status == 400
        assert etree.fromstring(await answer.read()).tag == "Error"
    assert stall.shipped == []


@pytest.mark.parametrize("length", [2, 10, 11, 12, 60, -8, -1])
async def test_a_compressed_body_that_is_cut_short_is_400_and_never_the_whole_order(
    url: str, client: ClientSession, stall: Stall, length: int
) -> None:
    packed = gzip.compress(
        b"<ShipNotice><Items><Item><LineItemID>5</LineItemID><Quantity>1</Quantity></Item></Items></ShipNotice>"
    )
    async with client.post(
        url, params=NOTICE, data=packed[:length], headers={**LOGIN, "Content-Encoding": "gzip"}
    ) as answer:
        assert answer.status == 400
    assert stall.shipped == []


async def test_a_whole_compressed_body_is_read_in_each_form(
    url: str, client: ClientSession, stall: Stall
) -> None:
    body = b"<ShipNotice><OrderNumber>1</OrderNumber></ShipNotice>"
    bare = zlib.compressobj(wbits=-15)
    forms = [
        ("gzip", gzip.compress(body)),
        ("gzip", gzip.compress(body[:9]) + gzip.compress(body[9:]) + bytes(5)),
        ("deflate", zlib.compress(body)),
        ("deflate", bare.compress(body) + bare.flush()),
        ("identity", body),
    ]
    for number, (encoding, data) in enumerate(forms):
        async with client.post(
            url,
            params=NOTICE | {"tracking_number": f"1Z{number}"},
            data=data,
            headers={**LOGIN, "Content-Encoding": encoding},
        ) as answer:
            assert answer.status == 200
    assert len(stall.shipped) == len(forms)


async def test_an_unknown_compression_is_415(url: str, client: ClientSession) -> None:
    headers = {**LOGIN, "Content-Encoding": "br"}
    async with client.post(url, params=NOTICE, data=b"x", headers=headers) as answer:
        assert answer.status == 415


class Watched(ThreadPoolExecutor):
    """Remembers what was run in a thread."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[object] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Take note, and run it."""
        self.ran.append(fn)
        return super().submit(fn, *args, **kwargs)


async def test_a_long_notice_is_parsed_in_a_thread(
    url: str, client: ClientSession, stall: Stall
) -> None:
    executor = Watched()
    asyncio.get_running_loop().set_default_executor(executor)
    body = b"<ShipNotice><NotesToCustomer>%s</NotesToCustomer></ShipNotice>"
    for size in (10, 150_000):
        async with client.post(
            url,
            params=NOTICE | {"tracking_number": f"1Z{size}"},
            data=body % (b"x" * size),
            headers=LOGIN,
        ) as answer:
            assert answer.status == 200
    assert str(executor.ran).count("parse_notify") == 1
    assert len(stall.shipped) == 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_is_not_compressed_as_it_says_is_400_in_a_sentence(
    url: str, client: ClientSession, stall: Stall, encoding: str
) -> None:
    async with client.post(
        url,
        params=NOTICE,
        data=b"not compressed at all",
        headers={**LOGIN, "Content-Encoding": encoding},
    ) as answer:
        assert (answer.status, etree.fromstring(await answer.read()).tag) == (400, "Error")
    assert stall.shipped == []


async def test_a_body_that_is_too_large_is_413_whether_its_length_is_told_or_not(
    url: str, client: ClientSession, stall: Stall
) -> None:
    large = b"x" * (MAX_BODY + 1)

    async def in_pieces() -> AsyncIterator[bytes]:
        yield large[:100_000]
        yield large[100_000:]

    for data in (large, in_pieces()):
        async with client.post(url, params=NOTICE, data=data, headers=LOGIN) as answer:
            assert answer.status == 413
            assert "256 KiB" in await answer.text()
    assert stall.shipped == []


async def test_a_compressed_bomb_is_cut_off(url: str, client: ClientSession, stall: Stall) -> None:
    async with client.post(
        url, params=NOTICE, data=io.BytesIO(b" " * 5_000_000), headers=LOGIN, compress="deflate"
    ) as answer:
        assert answer.status == 413
    assert stall.shipped == []


async def test_the_next_poll_holds_an_order_whose_shipment_the_shop_has_taken(
    tmp_path: Path, client: ClientSession
) -> None:
    old = build_order(id="77", number="1077", modified_at=datetime(2026, 1, 1, tzinfo=UTC))
    stall = Stall([old])
    async with open_front(stall, tmp_path) as portside:
        address = f"http://{portside.public}/stores/north"
        async with client.post(
            address, params=NOTICE | {"order_number": "1077", "order_id": "77"}, headers=LOGIN
        ) as answer:
            assert answer.status == 200
    stall.orders = [build_order(id="77", number="1077", modified_at=old.modified_at, total=1)]
    async with open_front(stall, tmp_path) as portside:
        address = f"http://{portside.public}/stores/north"
        async with client.get(address, params=WINDOW, headers=LOGIN) as answer:
            page = etree.fromstring(await answer.read())
        async with client.get(f"http://{portside.admin}/metrics") as answer:
            asked = 'portside_orders_asked_total{reason="notice",store="north"} 1.0'
            assert asked in await answer.text()
    assert [order.findtext("OrderID") for order in page.iterfind("Order")] == ["77"]
