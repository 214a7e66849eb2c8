"""A store whose shop sends far too much never holds up another's answer: no step of the event loop
does more than a little of its work.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web

from connectors.interface import Connector, ConnectorContext, ConnectorType
from connectors.testing.clock import Clock
from connectors.testing.faults import Answer, Handler
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import Portside, open_portside
from proxy.cli.kinds import find_kind
from proxy.doors.custom_store.dates import format_date
from proxy.settings.models import Settings
from tests.attacks.steps import metering, running_elsewhere
from tests.connectors.generic_json.styles import style_block
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.databases import make_migrated_file
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, StallSettings

# In units of `steps`. A page of ordinary orders costs less.
MOST_OF_A_STEP = 12_000
ORDERS = 20
ONE = "one order of 3.5 MB"
MUCH = "much metadata in each order"
NOTES = "notes of 2 MB"


class Bloat:
    """Puts `more` into each order that the shop shows."""

    def __init__(self, more: dict[str, Any]) -> None:
        self._more = more

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        body = json.loads(answer.body)
        self._fill(body)
        headers = {key: value for key, value in answer.headers.items() if key.startswith("X-")}
        return web.json_response(body, headers=headers)

    def _fill(self, value: Any) -> None:
        if isinstance(value, dict):
            if value.keys() & {"line_items", "lineItems", "lines"}:
                value.update(self._more)
            for inner in value.values():
                self._fill(inner)
        elif isinstance(value, list):
            for inner in value:
                self._fill(inner)


class Repeat(Bloat):
    """Repeats the lines of each order that the shop shows."""

    def __init__(self, times: int) -> None:
        super().__init__({})
        self._times = times

    def _fill(self, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("lines"), list):
            value["lines"] *= self._times
        super()._fill(value)


class Lead:
    """Names `link` as the next page, in the body and in a header; `{shop}` is the shop's host."""

    def __init__(self, link: str) -> None:
        self._link = link

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        link = self._link.replace("{shop}", request.host)
        if isinstance(answer.body, bytes) and answer.body.startswith(b"{"):
            answer.text = json.dumps({**json.loads(answer.body), "next": link})
        answer.headers["Link"] = f'<{link}>; rel="next"'
        return answer


def list_metadata(count: int) -> list[dict[str, Any]]:
    return [{"id": number, "key": f"_k{number}", "value": "<" * 560} for number in range(count)]


def attack(name: str) -> dict[str, Any]:
    """What each order holds too much of."""
    if name == NOTES:
        note = "<" * 2_000_000
        return {"customer_note": note, "note": note}
    count = 300 if name == MUCH else 6_000
    entries = list_metadata(count)
    return {"meta_data": entries, "note_attributes": entries, "customAttributes": entries}


def make_shop(kind: str) -> FakeShop:
    now = Clock(datetime.now(UTC))
    if kind == "woocommerce":
        return FakeWooCommerceShop(clock=now)
    if kind.startswith("generic_json"):
        return FakeJsonShop(choose_style(kind), clock=now)
    return FakeShopify(clock=now)


def choose_style(kind: str) -> Style:
    """Of a kind like `generic_json link`."""
    return Style((kind.split()[1:] or [Style.PAGE])[0])


def describe_shop(kind: str, shop: FakeShop) -> dict[str, Any]:
    """The `connector:` block."""
    if isinstance(shop, FakeWooCommerceShop):
        access = {"consumer_key": shop.access.key, "consumer_secret": shop.access.secret}
        return {"type": kind, "url": shop.url, **access}
    if isinstance(shop, FakeShopify):
        login = {"shop": "north", "origin": shop.url, "access_token": shop.token}
        return {"type": "shopify", "transport": kind.split()[1], **login}
    return {**style_block(choose_style(kind)), "url": shop.url}


@asynccontextmanager
async def open_two(block: dict[str, Any], stall: Stall, folder: Path) -> AsyncIterator[Portside]:
    """Portside with a hostile store `north` and an honest one `south`."""

    @asynccontextmanager
    async def open_stall(_: StallSettings, context: ConnectorContext) -> AsyncGenerator[Connector]:
        stall.context = context
        yield stall

    def find(name: str) -> ConnectorType:
        stalls = ConnectorType(name="stall", settings=StallSettings, open=open_stall)
        return stalls if name == "stall" else find_kind(name)

    login = {"credentials": {"username": "north", "password": "pass-word"}}
    settings = {
        "listen": "127.0.0.1:0",
        "admin": {"listen": "127.0.0.1:0"},
        "database": make_migrated_file(folder / "portside.db"),
        "export": {"deadline": "1m"},
        "stores": {
            "north": {
                **login,
                "upstream": {"attempts": 1, "rate": "1000/s"},
                "connector": find_kind(block["type"]).settings.model_validate(block),
            },
            "south": {**login, "connector": StallSettings(type="stall")},
        },
    }
    async with open_portside(Settings.model_validate(settings), find) as portside:
        yield portside


async def poll(
    client: ClientSession, portside: Portside, store: str, days: int = 2
) -> tuple[int, bytes]:
    now = datetime.now(UTC)
    query = {
        "action": "export",
        "start_date": format_date(now - timedelta(days=days)),
        "end_date": format_date(now + timedelta(days=1)),
        "page": "1",
    }
    url = f"http://{portside.public}/stores/{store}"
    async with client.get(url, params=query, headers=LOGIN) as answer:
        return answer.status, await answer.read()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("woocommerce", NOTES),
        ("woocommerce", MUCH),
        ("woocommerce", ONE),
        ("shopify rest", ONE),
        ("shopify graphql", ONE),
        ("generic_json", ONE),
    ],
)
async def test_no_step_of_the_loop_does_much_of_a_hostile_stores_work(
    kind: str, name: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    count = ORDERS if name == MUCH else 1
    async with running_elsewhere(lambda: make_shop(kind)) as shop:
        for _ in range(count):
            shop.book.add()
        shop.faults.add(Bloat(attack(name)), times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            with metering() as meter:
                hostile = asyncio.create_task(poll(client, portside, "north"))
                honest = await poll(client, portside, "south")
                status, page = await hostile
    assert honest[0] == 200
    assert (status, page.count(b"<Order>")) == (200, count)
    assert meter.largest <= MOST_OF_A_STEP, meter.place


async def test_an_order_of_many_lines_is_not_mapped_in_one_step(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with running_elsewhere(lambda: make_shop("generic_json")) as shop:
        shop.book.add()
        shop.faults.add(Repeat(1_500), times=None)
        async with open_two(describe_shop("generic_json", shop), stall, tmp_path) as portside:
            with metering() as meter:
                hostile = asyncio.create_task(poll(client, portside, "north"))
                honest = await poll(client, portside, "south")
                status, page = await hostile
    assert (honest[0], status) == (200, 200)
    assert page.count(b"<Item>") >= 1_500
    assert meter.largest <= MOST_OF_A_STEP, meter.place


@pytest.mark.parametrize(
    ("kind", "status"),
    [("woocommerce", 200), ("woocommerce", 400), ("shopify graphql", 200), ("generic_json", 400)],
)
async def test_no_step_does_much_with_an_answer_of_eight_megabytes_of_markup(
    kind: str, status: int, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    body = json.dumps({"code": "no", "message": "<" * 8_000_000})
    async with running_elsewhere(lambda: make_shop(kind)) as shop:
        shop.faults.add(Answer(status, body), times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            with metering() as meter:
                hostile = asyncio.create_task(poll(client, portside, "north"))
                honest = await poll(client, portside, "south")
                found, page = await hostile
    assert honest[0] == 200
    assert found in (502, 503)
    assert len(page) < 2_000
    assert meter.largest <= MOST_OF_A_STEP, meter.place


@pytest.mark.parametrize("kind", ["shopify rest", "generic_json link", "generic_json next_url"])
async def test_no_next_link_leads_elsewhere_or_holds_up_an_honest_store(
    kind: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    asked: list[object] = []

    def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer)
        writer.close()

    elsewhere = await asyncio.start_server(take, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    links = [
        *(f"http://127.0.0.1:{port}/x", f"//127.0.0.1:{port}/x", f"http://localhost:{port}/"),
        *(f"http://{{shop}}@127.0.0.1:{port}/", f"http://127.0.0.1:{port}\\@{{shop}}/"),
        *("file:///etc/passwd", "gopher://{shop}/", "http://169.254.169.254/latest/meta-data"),
        *("http://[::1]/", "http://[", "http://{shop}/" + "a." * 30_000, "a." * 30_000),
        *("http://" + "a." * 30_000, "http://{shop}/?" + "x=1&" * 15_000),
    ]
    async with elsewhere, running_elsewhere(lambda: make_shop(kind)) as shop:
        shop.book.add()
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            with metering() as meter:
                for days, link in enumerate(links, start=2):
                    shop.faults.clear()
                    shop.faults.add(Lead(link), times=None)
                    hostile = asyncio.create_task(poll(client, portside, "north", days))
                    assert (await poll(client, portside, "south", days))[0] == 200
                    status, page = await hostile
                    # A list that cannot be followed may be read in another way, to its end.
                    assert status in {502, 503} or page.count(b"<Order>") == 1, link
                    assert len(page) < 3_000
    assert asked == []
    assert meter.largest <= MOST_OF_A_STEP, meter.place
