from datetime import timedelta

import aiohttp
import pytest

from proxy.simulator.account.traits import Faults, Shape, Traits
from tests.simulator.account.stage import MINUTE, ROOMY, build_orders, open_scene

WRONG = (("fake-api-key", "wrong"), ("", ""))
LIMITS = ("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")


@pytest.mark.parametrize(
    "login", [{}, *({"Authorization": aiohttp.encode_basic_auth(*pair)} for pair in WRONG)]
)
async def test_a_wrong_login_is_answered_401_with_a_message(
    login: dict[str, str],
) -> None:
    async with (
        open_scene() as scene,
        aiohttp.ClientSession() as session,
        session.get(f"{scene.account.url}/stores", headers=login) as answer,
    ):
        assert answer.status == 401
        assert await answer.json() == {"message": "Invalid API credentials"}


async def test_the_forty_first_request_of_a_minute_is_429_and_the_next_minute_is_free() -> None:
    async with open_scene(traits=Traits()) as scene:
        statuses = []
        for _ in range(42):
            status, _, headers = await scene.call("GET", "/stores")
            statuses.append(status)
        assert statuses == [200] * 40 + [429] * 2
        assert [headers[name] for name in LIMITS] == ["40", "0", "60"]
        await scene.account.advance(timedelta(seconds=59))
        status, message, headers = await scene.call("GET", "/stores")
        assert (status, message) == (429, {"message": "Too Many Requests"})
        assert headers["x-rate-limit-reset"] == "1"
        await scene.account.advance(timedelta(seconds=1))
        status, _, headers = await scene.call("GET", "/stores")
        assert (status, headers["x-rate-limit-remaining"]) == (200, "39")
        assert [call.status for call in scene.account.calls].count(429) == 3


@pytest.mark.parametrize(
    ("rolling", "statuses", "left"), [(False, [200, 200, 200], "0"), (True, [200, 429, 429], "0")]
)
async def test_a_minute_is_one_that_begins_or_any_sixty_seconds(
    statuses: list[int], left: str, *, rolling: bool
) -> None:
    async with open_scene(traits=Traits(limit=3, rolling_limit=rolling)) as scene:
        for pause in (0, 50, 5):
            await scene.account.advance(timedelta(seconds=pause))
            await scene.get("/stores")
        await scene.account.advance(timedelta(seconds=5))
        answers = [await scene.call("GET", "/stores") for _ in range(3)]
        assert [status for status, _, _ in answers] == statuses
        headers = answers[-1][2]
        assert headers["x-rate-limit-remaining"] == left
        assert headers["x-rate-limit-reset"] == ("50" if rolling else "60")


async def test_the_busiest_minute_is_any_sixty_seconds_not_one_that_the_account_counts() -> None:
    async with open_scene() as scene:
        assert scene.account.count_busiest_minute() == 0
        for pause in (0, 50, 5, 4, 1, 59):
            await scene.account.advance(timedelta(seconds=pause))
            await scene.get("/stores")
        assert scene.account.count_busiest_minute() == 4


async def test_other_tools_with_the_same_key_spend_the_same_minute() -> None:
    async with open_scene(traits=Traits()) as scene:
        scene.account.spend_requests(39)
        statuses = [(await scene.call("GET", "/stores"))[0] for _ in range(2)]
        assert statuses == [200, 429]
        assert len(scene.account.calls) == 2


async def test_an_account_may_leave_the_limits_out_of_a_429() -> None:
    async with open_scene(traits=Traits(limit=1, limits_on_refusal=False)) as scene:
        await scene.get("/stores")
        status, _, headers = await scene.call("GET", "/stores")
        assert status == 429
        assert not any(name in headers for name in LIMITS)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/orders/12", None, 404),
        ("GET", "/orders/twelve", None, 404),
        ("GET", "/stores/7", None, 404),
        ("GET", "/customers/7", None, 404),
        ("DELETE", "/webhooks/7", None, 404),
        ("GET", "/orders?pageSize=none", None, 400),
        ("GET", "/orders?page=0", None, 400),
        ("GET", "/orders?sortBy=Color", None, 400),
        ("GET", "/orders/listbytag?tagId=9001", None, 400),
        ("GET", "/shipments?createDateStart=2026-03-02T01:15:27Z", None, 400),
        ("GET", "/shipments?createDateStart=2026-02-30", None, 400),
        ("GET", "/carriers/listservices?carrierCode=pigeon", None, 400),
        ("GET", "/stores/getrefreshstatus", None, 400),
        ("POST", "/orders/addtag", {"orderId": 12, "tagId": 9001}, 404),
        ("POST", "/orders/addtag", {"orderId": "x"}, 400),
        ("POST", "/webhooks/subscribe", {"target_url": "http://x", "event": "RAIN"}, 400),
        ("DELETE", "/orders", None, 405),
    ],
)
async def test_a_fault_of_the_caller_is_a_4xx_in_either_shape(
    method: str, path: str, body: object, status: int
) -> None:
    for shape, name in ((Shape.NEW, "message"), (Shape.OLD, "ExceptionMessage")):
        async with open_scene(traits=Traits(errors=shape)) as scene:
            seen, answer, headers = await scene.call(method, path, body)
            assert seen == status, answer
            assert answer[name]
            assert headers["content-type"].startswith("application/json")


async def test_requests_break_in_the_share_that_was_asked_for_and_the_same_ones_each_time() -> None:
    async def play() -> list[int]:
        async with open_scene(traits=ROOMY, faults=Faults(broken=0.2), seed=7) as scene:
            return [(await scene.call("GET", "/stores"))[0] for _ in range(60)]

    first = await play()
    assert first == await play()
    assert 3 <= first.count(500) <= 25
    assert set(first) == {200, 500}


async def test_rows_are_listed_late_though_they_bear_their_own_date() -> None:
    async with open_scene(build_orders(1), faults=Faults(rows_late=10 * MINUTE)) as scene:
        made = scene.account.make_label(scene.account.find_order("N-1"))
        await scene.account.advance(9 * MINUTE)
        assert (await scene.get("/shipments"))["total"] == 0
        await scene.account.advance(MINUTE)
        [row] = (await scene.get("/shipments"))["shipments"]
        assert row["shipmentId"] == made.shipment_id
        assert row["createDate"] == "2026-03-02T09:00:00.0000000"
