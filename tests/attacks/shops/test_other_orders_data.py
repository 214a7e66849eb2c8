"""What is quoted of one order, in `held`, in an answer or beside a delivery, never holds the data
of another, whatever the shop answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientSession, web

from connectors.errors import ConnectorError
from connectors.testing.book import BUYER
from connectors.testing.faults import Handler
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import explain_refusal
from tests.attacks.samples import make_reply
from tests.attacks.shops.test_hostile_store import describe_shop, make_shop, open_two, poll
from tests.server.conftest import LOGIN
from tests.server.stall import Stall

OTHER = msgspec.structs.replace(
    BUYER, name="Zephyrine Quillfeather", company="Mothworks", line1="12 Gossamer Lane"
)
MARKS = ("Zephyrine", "Quillfeather", "Mothworks", "Gossamer")
KINDS = ["woocommerce", "shopify rest", "shopify graphql", "generic_json"]
Wrap = Callable[[Any], Any]
# How a shop may answer with the other order: as if it were the one asked for, or as an error.
WRAPS: dict[str, tuple[int, Wrap]] = {
    "in its place": (200, lambda order: order),
    "as an error": (422, lambda order: order),
    "within an error": (422, lambda order: {"error": order}),
    "within errors": (400, lambda order: {"errors": [{"order": order}]}),
    "within a complaint": (409, lambda order: {"message": {"order": [order]}}),
    "in a failure": (500, lambda order: {"code": "busy", "message": "", "data": {"errors": order}}),
}


class Mix:
    """Answers requests that name one order with the other order; a list stays as it is."""

    def __init__(self, asked: str, shown: Any, name: str) -> None:
        self._asked = asked
        self._status, wrap = WRAPS[name]
        self._body = wrap(shown)
        self.met = 0

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        text = request.path + (await request.read()).decode()
        if self._asked not in text:
            return await handler(request)
        self.met += 1
        return web.json_response(self._body, status=self._status)


def list_orders(value: Any) -> Iterator[dict[str, Any]]:
    """Every order in a piece of a shop's JSON."""
    if isinstance(value, dict):
        if value.keys() & {"line_items", "lineItems", "lines"} and "id" in value:
            yield value
        for inner in value.values():
            yield from list_orders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from list_orders(inner)


class Listen:
    """Keeps the other order as the shop shows it."""

    def __init__(self) -> None:
        self.shown: Any = None

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if isinstance(answer, web.Response) and isinstance(answer.body, bytes):
            for order in list_orders(json.loads(answer.body or b"null")):
                if MARKS[0] in json.dumps(order):
                    self.shown = order
        return answer


@pytest.mark.parametrize("name", WRAPS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_shop_that_answers_with_another_order_brings_nothing_of_it_into_this_ones(
    kind: str, name: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with make_shop(kind) as shop:
        asked, other = shop.book.add(), shop.book.add(ship_to=OTHER)
        listen = Listen()
        shop.faults.add(listen, times=None)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            status, page = await poll(client, portside, "north")
            assert (status, page.count(b"<Order>")) == (200, 2)
            assert listen.shown is not None
            assert MARKS[1].encode() in page
            mix = Mix(asked.id, listen.shown, name)
            shop.faults.clear()
            shop.faults.add(mix, times=None)

            said = [await tell_shipped(client, str(portside.public), asked.number)]
            asked.spoiled = True
            shop.book.touch(asked.id)
            shop.book.touch(other.id)
            for _ in range(3):
                await poll(client, portside, "north")
            for path in ("held", "deliveries", "deliveries/1", "status"):
                async with client.get(f"http://{portside.admin}/{path}") as answer:
                    said.append(await answer.text())
    assert asked.number in said[1], "it is held"
    assert mix.met
    for text in said:
        assert not [mark for mark in MARKS if mark in text], text


async def tell_shipped(client: ClientSession, public: str, number: str) -> str:
    """What a client hears of the shipment."""
    notice = {"action": "shipnotify", "order_number": number, "carrier": "USPS", "service": "GM"}
    url = f"http://{public}/stores/north"
    query = {**notice, "tracking_number": "9400"}
    async with client.post(url, params=query, headers=LOGIN) as answer:
        return await answer.text()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_a_shop_says_of_a_list_is_not_said_of_an_order_that_cannot_be_read(
    kind: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with make_shop(kind) as shop:
        broken = shop.book.add()
        broken.spoiled = True
        shop.book.add(ship_to=OTHER)
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            status, _ = await poll(client, portside, "north")
            async with client.get(f"http://{portside.admin}/held") as answer:
                held = await answer.text()
    assert status == 200
    assert broken.number in held
    assert not [mark for mark in MARKS if mark in held]


def explain(body: object) -> ConnectorError:
    found = explain_refusal(make_reply(json.dumps(body)), Mask())
    assert found is not None
    return found


def test_a_record_of_the_shops_in_an_error_is_no_complaint() -> None:
    buyer = {"first_name": MARKS[0], "address_1": "12 Gossamer Lane"}
    for record in ({"id": 7, **buyer}, {"id": "7", "number": "1002", "billing": buyer}):
        for body in (record, {"error": record}, {"errors": [record]}, {"data": {"order": record}}):
            assert not [mark for mark in MARKS if mark in str(explain(body))]


def test_a_complaint_that_bears_an_id_is_still_quoted() -> None:
    assert "is invalid" in str(explain({"errors": {"id": ["is invalid"]}}))
    assert "no parcel" in str(explain({"error": {"id": "req-1", "message": "no parcel"}}))
    assert "sku: is gone" in str(explain({"errors": {"sku": ["is gone"]}}))
