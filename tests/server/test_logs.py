"""The log tells what happened and never a secret, nor who bought what."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession

from connectors.errors import UnavailableError
from proxy.telemetry.logs import configure_logs
from proxy.telemetry.masking import mask_target, mask_text
from tests.builders import build_order
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


SECRETS = {
    "SS-UserName": "north",
    "SS-Password": "pass-word",
    "auth_key": "key-key",
    "signature": "sig-sig",
}


async def test_every_request_is_one_line_with_id_store_status_and_time(
    stall: Stall, tmp_path: Path, client: ClientSession, log: io.StringIO
) -> None:
    async with (
        open_front(stall, tmp_path) as portside,
        client.get(
            f"http://{portside.public}/stores/north",
            params=WINDOW,
            headers={**LOGIN, "X-Request-Id": "given-id"},
        ) as answer,
    ):
        assert answer.headers["X-Request-Id"] == "given-id"
    (line,) = [line for line in lines(log) if line["event"] == "Answered."]
    assert (line["request_id"], line["store"], line["action"], line["status"]) == (
        "given-id",
        "north",
        "export",
        200,
    )
    assert line["milliseconds"] > 0
    assert "start_date=03/24/2026%2000:00" in line["target"]


@pytest.mark.parametrize("given", ["", "x", "a b", "a" * 65, "<script>"])
async def test_a_strange_request_id_is_replaced(
    url: str, client: ClientSession, given: str
) -> None:
    async with client.get(url, params=WINDOW, headers={**LOGIN, "X-Request-Id": given}) as answer:
        assert answer.headers["X-Request-Id"] != given
        assert len(answer.headers["X-Request-Id"]) == 16


async def test_no_secret_and_no_buyer_reaches_the_log_whatever_happens(
    tmp_path: Path, client: ClientSession, log: io.StringIO
) -> None:
    order = build_order()
    stall = Stall([order])
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        for query in (WINDOW, {**WINDOW, "action": "nonsense"}, {**WINDOW, "page": "99999999"}):
            await (await client.get(url, params={**query, **SECRETS}, headers=LOGIN)).read()
        notice = {
            "action": "shipnotify",
            "order_number": "A-1001",
            "carrier": "USPS",
            "tracking_number": "9400-track",
            **SECRETS,
        }
        body = (
            "<ShipNotice><OrderNumber>A-1001</OrderNumber><Recipient><Name>Ada"
            " Example</Name></Recipient></ShipNotice>"
        )
        await (await client.post(url, params=notice, data=body.encode(), headers=LOGIN)).read()
        await (await client.post(url, params=notice, data=b"<broken", headers=LOGIN)).read()
        stall.error = UnavailableError(
            "the shop at http://user:hidden@shop?consumer_secret=hidden is down"
        )
        await (
            await client.get(
                url, params={**WINDOW, "end_date": "03/26/2026 00:00", **SECRETS}, headers=LOGIN
            )
        ).read()
        stall.error = ZeroDivisionError("a fault nobody foresaw at http://user:hidden@shop/")
        await (
            await client.get(
                url, params={**WINDOW, "end_date": "03/27/2026 00:00", **SECRETS}, headers=LOGIN
            )
        ).read()
        await (
            await client.get(
                url, params={**WINDOW, "SS-UserName": "north", "SS-Password": "wrong-one"}
            )
        ).read()
    text = log.getvalue()
    assert text.count('"event": "Answered."') == 8
    buyer = order.customer.ship_to
    for hidden in (
        "pass-word",
        "key-key",
        "sig-sig",
        "wrong-one",
        "hidden",
        LOGIN["Authorization"].split()[1],
        "9400-track",
    ):
        assert hidden not in text, hidden
    for private in (buyer.name, buyer.email, buyer.phone, buyer.line1, buyer.postal_code):
        assert private not in text, private


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /?SS-Password=pass-word HTTP/1.1\r\nno colon\r\n\r\n",
        b"\x16\x03\x01\x02\x00pass-word\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_400_and_logged_in_one_quiet_line(
    stall: Stall, tmp_path: Path, log: io.StringIO, sent: bytes
) -> None:
    async with open_front(stall, tmp_path) as portside:
        reader, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        writer.write(sent)
        assert (await reader.read()).startswith(b"HTTP/1.0 400 ")
        writer.close()
    assert all(line["level"] in ("info", "debug") for line in lines(log))
    assert "pass-word" not in log.getvalue()
    assert "Traceback" not in log.getvalue()


async def test_a_body_that_is_not_compressed_as_it_says_leaves_no_traceback(
    stall: Stall, tmp_path: Path, client: ClientSession, log: io.StringIO
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north?action=shipnotify&order_number=1"
        async with client.post(
            url, data=b"not compressed", headers={**LOGIN, "Content-Encoding": "gzip"}
        ) as answer:
            assert answer.status == 400
    assert all(line["level"] != "error" for line in lines(log))
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET http://h/x?consumer_key=ck_1&page=2", "GET http://h/x?consumer_key=***&page=2"),
        ("http://h/?oauth_signature=a%2Bb&x=1", "http://h/?oauth_signature=***&x=1"),
        ("postgresql://u:p@h/d refused", "postgresql://***@h/d refused"),
        ("Authorization: Basic YWJjOmRlZg==", "Authorization: Basic ***"),
        ("bearer abcdef.ghijkl", "bearer ***"),
        (
            "(insert) [parameters: ('Ada', 1)]\n(Background)",
            "(insert) [parameters: ***]\n(Background)",
        ),
        ("a basic fault", "a basic fault"),
    ],
)
def test_secrets_inside_texts_are_masked(text: str, shown: str) -> None:
    assert mask_text(text) == shown


def test_a_mask_target_shows_only_values_known_to_be_harmless() -> None:
    query = [("action", "export"), ("SS-Password", "a&b"), ("odd", "c"), ("page", "2")]
    assert (
        mask_target("/stores/n", query) == "/stores/n?action=export&SS-Password=***&odd=***&page=2"
    )


def test_secrets_are_masked_by_name_in_any_line(log: io.StringIO) -> None:
    structlog.get_logger("x").info(
        "made",
        password="a",
        consumer_secret=b"b",
        token={"c": 1},
        detail={"api_key": "d", "page": 2},
        raw=b"efg",
    )
    (line,) = lines(log)
    assert (line["password"], line["token"], line["detail"]) == (
        "***",
        "***",
        {"api_key": "***", "page": 2},
    )
    assert (line["consumer_secret"], line["raw"]) == ("1 bytes", "3 bytes")


def test_readable_lines_are_for_terminals_and_carry_the_same_masking() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    try:
        configure_logs("console", "info", stream)
        structlog.get_logger("x").info("asked", url="http://h/?auth_key=abc")
        logging.getLogger("aiohttp").warning("Basic YWJjOmRlZg== came")
        logging.getLogger("x").debug("too quiet")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    text = stream.getvalue()
    assert "auth_key=***" in text
    assert "Basic ***" in text
    assert "too quiet" not in text
