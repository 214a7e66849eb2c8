"""Polls over real sockets: what is answered, with which headers, and what every trouble becomes."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession
from lxml import etree

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from proxy.storage.database import Database
from tests.builders import build_order
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front


async def test_orders_come_as_xml_that_nobody_may_keep(url: str, client: ClientSession) -> None:
    async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
        root = etree.fromstring(await answer.read())
    assert answer.status == 200
    assert (root.tag, root.get("pages"), root.findtext("Order/OrderNumber")) == (
        "Orders",
        "1",
        "A-1001",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.headers["Server"] == "Portside"


async def test_pages_are_walked_to_the_last(tmp_path: Path, client: ClientSession) -> None:
    orders = [build_order(id=str(number), number=f"A-{number}") for number in range(25)]
    seen: list[str] = []
    async with open_front(Stall(orders), tmp_path, export={"page_size": 10}) as portside:
        for page in (1, 2, 3):
            async with client.get(
                f"http://{portside.public}/stores/north",
                params={**WINDOW, "page": str(page)},
                headers=LOGIN,
            ) as answer:
                root = etree.fromstring(await answer.read())
            assert root.get("pages") == "3"
            seen += [element.text or "" for element in root.iter("OrderNumber")]
    assert sorted(seen) == sorted(order.number for order in orders)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("deflate, X-GZIP;q=0.5", "gzip"),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("br, gzip; q=0.00", ""),
    ],
)
async def test_a_page_is_packed_for_a_client_that_asks_for_it(
    url: str, client: ClientSession, stall: Stall, accepted: str, coding: str
) -> None:
    stall.orders = [build_order(customer_notes="please knock " * 70)]
    headers = {**LOGIN, "Accept-Encoding": accepted}
    async with client.get(url, params=WINDOW, headers=headers) as answer:
        assert answer.headers.get("Content-Encoding", "") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert etree.fromstring(await answer.read()).get("pages") == "1"


async def test_a_slash_at_the_end_and_strange_parameters_do_no_harm(
    url: str, client: ClientSession
) -> None:
    async with client.get(
        url + "/", params={**WINDOW, "format": "xml", "store": "5"}, headers=LOGIN
    ) as answer:
        assert answer.status == 200


async def test_head_checks_the_login_and_asks_the_shop_for_nothing(
    url: str, client: ClientSession, stall: Stall
) -> None:
    async with client.head(url, params=WINDOW, headers=LOGIN) as answer:
        assert answer.status == 200
    assert not stall.asked.is_set()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnavailableError("the shop does not answer"), 503),
        (ThrottledError("the shop asks us to slow down", retry_after=90.2), 503),
        (CircuitOpenError("the shop kept failing", retry_after=5), 503),
        (AuthenticationError("the shop refuses our key"), 502),
        (RefusedError("the shop refuses", status=400), 502),
        (UnreadableResponseError("a web page in place of orders"), 502),
    ],
)
async def test_each_trouble_with_the_shop_is_one_readable_sentence(
    url: str, client: ClientSession, stall: Stall, error: Exception, status: int
) -> None:
    stall.error = error
    async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
        root = etree.fromstring(await answer.read())
    assert answer.status == status
    assert (root.tag, root.text) == ("Error", str(error))
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_the_wait_the_shop_asks_for_is_handed_on_in_whole_seconds(
    url: str, client: ClientSession, stall: Stall
) -> None:
    stall.error = ThrottledError("the shop asks us to slow down", retry_after=90.2)
    async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
        assert answer.headers["Retry-After"] == "91"


async def test_an_unforeseen_error_shows_its_request_id_and_nothing_else(
    url: str, client: ClientSession, stall: Stall
) -> None:
    stall.error = ZeroDivisionError("secret detail")
    async with client.get(
        url, params=WINDOW, headers={**LOGIN, "X-Request-Id": "abcd-1234"}
    ) as answer:
        text = await answer.text()
    assert answer.status == 500
    assert answer.headers["X-Request-Id"] == "abcd-1234"
    assert "abcd-1234" in text
    assert "secret detail" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"action": ""}, "action"),
        ({"action": "import"}, "action"),
        ({"start_date": ""}, "start_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"end_date": "03/23/2026 00:00"}, "end_date"),
        ({"page": "0"}, "page"),
        ({"page": "x"}, "page"),
    ],
)
async def test_a_request_that_cannot_be_understood_is_400_and_the_shop_is_left_alone(
    url: str, client: ClientSession, stall: Stall, changes: dict[str, str], said: str
) -> None:
    async with client.get(url, params={**WINDOW, **changes}, headers=LOGIN) as answer:
        root = etree.fromstring(await answer.read())
    assert answer.status == 400
    assert said in (root.text or "")
    assert not stall.asked.is_set()


@pytest.mark.parametrize(
    ("method", "path", "action", "status"),
    [
        ("GET", "/stores/north", "shipnotify", 405),
        ("POST", "/stores/north", "export", 405),
        ("PUT", "/stores/north", "export", 405),
        ("GET", "/", "export", 404),
        ("GET", "/stores/", "export", 404),
        ("GET", "/stores/north/more", "export", 404),
        ("GET", "/metrics", "export", 404),
    ],
)
async def test_what_is_not_there_or_not_done_so_is_said_in_xml(
    url: str, client: ClientSession, method: str, path: str, action: str, status: int
) -> None:
    async with client.request(
        method,
        url.removesuffix("/stores/north") + path,
        params={**WINDOW, "action": action},
        headers=LOGIN,
    ) as answer:
        assert answer.status == status
        assert etree.fromstring(await answer.read()).tag == "Error"


async def test_a_database_that_fails_is_503_and_works_again_without_a_restart(
    tmp_path: Path, client: ClientSession, stall: Stall
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
            async with database.writing() as connection:
                await connection.exec_driver_sql("alter table deliveries rename to hidden")
            notice = {
                "action": "shipnotify",
                "order_number": "A-1001",
                "carrier": "USPS",
                "tracking_number": "1",
            }
            async with client.post(url, params=notice, headers=LOGIN) as answer:
                assert answer.status == 503
                assert "storage" in (etree.fromstring(await answer.read()).text or "")
                assert "Retry-After" in answer.headers
            async with database.writing() as connection:
                await connection.exec_driver_sql("alter table hidden rename to deliveries")
        async with client.post(url, params=notice, headers=LOGIN) as answer:
            assert answer.status == 200
