"""What an operator can see and do about deliveries over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from connectors.errors import ConflictError
from proxy.app import Portside
from proxy.server.change_tokens import TOKEN_HEADER
from proxy.storage.outbox.interface import DeliveryState
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front


@pytest.fixture
async def portside(tmp_path: Path) -> AsyncIterator[tuple[Portside, Stall]]:
    stall = Stall()
    async with open_front(stall, tmp_path) as opened:
        yield opened, stall


class Desk:
    """The operator's side over HTTP."""

    def __init__(self, portside: Portside, client: ClientSession) -> None:
        self._portside = portside
        self._client = client

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._client.get(f"http://{self._portside.admin}{path}") as answer:
            return answer.status, await answer.json()

    async def post(
        self, path: str, body: object, content_type: str = "application/json"
    ) -> tuple[int, Any]:
        data = body if isinstance(body, str) else json.dumps(body)
        _, given = await self.get("/token")
        async with self._client.post(
            f"http://{self._portside.admin}{path}",
            data=data,
            headers={"Content-Type": content_type, TOKEN_HEADER: given["token"]},
        ) as answer:
            return answer.status, await answer.json()

    async def notice(self, order: str) -> int:
        query = {
            "action": "shipnotify",
            "order_number": order,
            "carrier": "UPS",
            "service": "",
            "tracking_number": f"1Z{order}",
        }
        async with self._client.post(
            f"http://{self._portside.public}/stores/north", params=query, headers=LOGIN
        ) as answer:
            return answer.status


@pytest.fixture
async def desk(portside: tuple[Portside, Stall]) -> AsyncIterator[Desk]:
    async with ClientSession() as client:
        yield Desk(portside[0], client)


async def test_a_refused_notice_is_seen_and_brought_back_over_http(
    portside: tuple[Portside, Stall], desk: Desk
) -> None:
    _, stall = portside
    stall.error = ConflictError("the order was cancelled")
    assert await desk.notice("1001") == 409
    status, listed = await desk.get("/deliveries?state=dead&store=north")
    assert status == 200
    (dead,) = listed["deliveries"]
    assert (dead["order_number"], dead["last_error"]) == ("1001", "the order was cancelled")
    _, shown = await desk.get(f"/deliveries/{dead['id']}")
    assert [attempt["message"] for attempt in shown["tried"]] == ["the order was cancelled"]
    assert await desk.post("/deliveries/retry", {"all": True, "dry_run": True}) == (
        200,
        {"count": 1, "dry_run": True, "deliveries": [dead["id"]], "unchanged": []},
    )
    assert stall.shipped == []
    stall.error = None
    assert (await desk.post("/deliveries/retry", {"ids": [dead["id"]]}))[1]["count"] == 1
    while (await desk.get(f"/deliveries/{dead['id']}"))[1][
        "state"
    ] != DeliveryState.DELIVERED.value:
        stall.asked.clear()
    assert [shipment.order_number for shipment in stall.shipped] == ["1001"]
    again = {"ids": [dead["id"], 404], "reason": "lost there"}
    assert await desk.post("/deliveries/resend", again) == (
        200,
        {
            "count": 1,
            "dry_run": False,
            "deliveries": [dead["id"]],
            "unchanged": ["there is no delivery 404"],
        },
    )
    while len(stall.shipped) < 2:
        await stall.asked.wait()
        stall.asked.clear()


async def test_a_dead_notice_is_discarded_over_http(
    portside: tuple[Portside, Stall], desk: Desk
) -> None:
    portside[1].error = ConflictError("the order was cancelled")
    await desk.notice("1001")
    assert (await desk.post("/deliveries/discard", {"store": "north"}))[1]["count"] == 1
    assert await desk.notice("1001") == 200
    assert (await desk.get("/deliveries?state=discarded"))[1]["deliveries"][0][
        "order_number"
    ] == "1001"


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/deliveries/discard", {}, 400, "expected which deliveries to discard"),
        ("/deliveries/retry", {}, 400, "expected which deliveries to try again"),
        ("/deliveries/resend", {"ids": [1]}, 400, "reason: expected"),
        ("/deliveries/resend", {"all": True, "reason": "x"}, 400, "expected the ids"),
        ("/deliveries/discard", {"store": "", "all": True, "reason": "x"}, 400, "store: expected"),
        ("/deliveries/retry", {"order": "", "states": ["dead"]}, 400, "order: expected"),
        ("/deliveries/retry", {"stores": "north"}, 400, "stores"),
        ("/deliveries/retry", {"ids": ["1"]}, 400, "expected a whole number"),
        ("/deliveries/retry", {"states": ["delivered"]}, 400, "finished"),
        ("/deliveries/retry", "{", 400, "body"),
    ],
)
async def test_a_wrong_order_is_refused_with_the_reason(
    desk: Desk, path: str, body: object, status: int, word: str
) -> None:
    heard, said = await desk.post(path, body)
    assert heard == status
    assert word in said["error"]


async def test_a_strangers_form_cannot_give_orders(desk: Desk) -> None:
    status, said = await desk.post("/deliveries/retry", "{}", content_type="text/plain")
    assert (status, said) == (400, {"error": "expected a body of Content-Type application/json"})


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("/404", 404),
        ("/x", 400),
        ("?limit=0", 400),
        ("?limit=x", 400),
        ("?state=x", 400),
        ("?limit=1000", 200),
    ],
)
async def test_a_wrong_question_is_answered_with_the_reason(
    desk: Desk, query: str, status: int
) -> None:
    heard, said = await desk.get(f"/deliveries{query}")
    assert heard == status
    assert ("error" in said) == (status != 200)


@pytest.mark.parametrize(
    "limit",
    ["", "0", "1001", "-1", "1e3", "²", "00000000199999999999999999999999", "0" * 5000 + "1"],
)
async def test_a_limit_that_is_none_is_told_over_http(desk: Desk, limit: str) -> None:
    status, answer = await desk.get(f"/deliveries?limit={limit}")
    assert status == 400
    assert answer["error"].startswith("limit: expected a number from 1 to 1000, found ")
    assert len(answer["error"]) < 100
