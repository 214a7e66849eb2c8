"""The operator's side withstands odd addresses and forms on either database: each is answered by
itself, and never as if the database were broken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth
from lxml import html
from yarl import URL

from proxy.app import Portside
from proxy.server.change_tokens import TOKEN_HEADER
from tests.databases import copy_migrated
from tests.server.stall import Stall, open_front

# PostgreSQL keeps no NUL in a text; half a letter, an odd letter, markup, and very much.
TEXTS = ["1%001", "%FF", "%ED%A0%80", "%E2%80%AE", "%27%22%3E%3Csvg/onload=1%3E", "9" * 7_000]
PLACES = [
    *("deliveries?word=", "deliveries?store=", "deliveries?state=", "deliveries?before="),
    *("deliveries?done=retry&count=", "deliveries/", "held?store=", "held?store=north&kind="),
    *("order?store=", "order?store=north&number=", "order?store=north&number=1&try="),
    *("live?store=", "live/events?store=", "actions?before=", ""),
]
JSON_PLACES = [
    "deliveries?order=",
    "deliveries?store=",
    "deliveries?since=",
    "deliveries/",
    "held?store=",
    "held?after=north/",
    "orders/",
]
FORM = "application/x-www-form-urlencoded"
LOGIN = {"Authorization": encode_basic_auth("eve\0\x1b]0;x\x07<b>", "pass-word")}


@pytest.fixture(params=["sqlite", "postgresql"])
async def portside(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Portside]:
    url = copy_migrated(request, request.param, tmp_path)
    admin = {"listen": "127.0.0.1:0", "password": "pass-word"}
    async with open_front(Stall(), tmp_path, database=url, admin=admin) as opened:
        yield opened


async def test_odd_addresses_are_refused_or_answered_and_shown_as_text(
    portside: Portside, client: ClientSession
) -> None:
    places = [f"/ui/{place}" for place in PLACES] + [f"/{place}" for place in JSON_PLACES]
    for place in places:
        for text in TEXTS:
            url = URL(f"http://{portside.admin}{place}{text}", encoded=True)
            async with client.get(url, headers=LOGIN) as answer:
                said = await answer.text()
                assert answer.status < 500, (url, said)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                if answer.content_type == "text/html":
                    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
                    page = html.fromstring(said)
                    assert not page.xpath("//svg[@onload] | //script[not(@src)] | //@style")
                    assert "\u202e" not in said


async def test_odd_forms_are_refused_and_an_odd_name_is_kept_as_text(
    portside: Portside, client: ClientSession
) -> None:
    base = f"http://{portside.admin}"
    async with client.get(f"{base}/token", headers=LOGIN) as answer:
        headers = {**LOGIN, TOKEN_HEADER: (await answer.json())["token"]}
    for fields in (
        {"change": "retry", "everything": "yes", "state": "dead", "store": "no\0rth"},
        {"change": "discard", "id": "1" * 5_000, "reason": "\0"},
        {"change": "retry", "id": "-1"},
        {"change": "\0", "id": "1"},
    ):
        async with client.post(
            f"{base}/ui/deliveries/change", data=fields, headers=headers
        ) as answer:
            assert answer.status == 400, await answer.text()
    token = headers[TOKEN_HEADER].encode()
    for sort, body in (
        (f"{FORM}; charset=nonsense", b"change=retry"),
        (f"{FORM}; charset=punycode", b"change=retry"),
        (f"{FORM}; charset=utf-16", b"change=retry"),
        (FORM, b"change=retry&token=%s&reason=\xff" % token),
        ("multipart/form-data", b"--x\r\nContent-"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-"),
        ("text/plain", b"change=retry"),
    ):
        for given in (headers, LOGIN):
            async with client.post(
                f"{base}/ui/deliveries/change", data=body, headers={**given, "Content-Type": sort}
            ) as answer:
                assert answer.status in {400, 403}, await answer.text()
    kind = {"Content-Type": "application/json"}
    for body in (b'{"order":"1\\u0000"}', b'{"x":' * 100_000, b'{"ids":' + b"[" * 100_000):
        async with client.post(
            f"{base}/deliveries/retry", data=body, headers=headers | kind
        ) as answer:
            assert answer.status == 400, await answer.text()
    async with client.post(f"{base}/ui/stores/north/try", headers=headers) as answer:
        assert answer.status == 200
    async with client.get(f"{base}/ui/actions", headers=LOGIN) as answer:
        said = await answer.text()
    assert "eve\\x00\\x1b]0;x\\x07&lt;b&gt; at 127.0.0.1" in said


async def test_no_number_is_cut_to_another_orders(
    portside: Portside, client: ClientSession
) -> None:
    long = "9" * 201
    for place in ("orders/", "ui/order?store=north&number=", "ui/deliveries?word="):
        url = f"http://{portside.admin}/{place}{long}"
        async with client.get(url, headers=LOGIN) as answer:
            assert answer.status == 400
            assert "at most 200 characters" in await answer.text()


async def test_live_events_begin_with_the_oldest_for_a_place_that_is_none(
    portside: Portside, client: ClientSession
) -> None:
    for place in ("9" * 40 + ".0.0", "1.2", "-1.0.0", f"0.0.{2**63}", f"{2**63 - 1}.0.0"):
        url = f"http://{portside.admin}/ui/live/events?after={place}"
        async with client.get(url, headers=LOGIN) as answer:
            assert answer.status == 200
            assert (await answer.content.readline()).startswith(b": nothing new")
