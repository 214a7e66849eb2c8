from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from proxy.simulator.account.traits import Faults, Traits
from tests.simulator.account.stage import MINUTE, NOW, ROOMY, Scene, build_orders, open_scene


class Listener:
    """Takes webhooks and keeps what they say."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.Response()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Listener"]:
        app = web.Application()
        app.router.add_post("/hook", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        try:
            yield self
        finally:
            await runner.cleanup()


async def subscribe(scene: Scene, listener: Listener, event: str, **more: object) -> int:
    made = await scene.post(
        "/webhooks/subscribe", target_url=listener.url, event=event, friendly_name="x", **more
    )
    assert (made["HookType"], made["Url"], made["Name"]) == (event, listener.url, "x")
    return int(made["WebHookID"])


async def play(scene: Scene, event: str) -> None:
    """Make happen what the event tells of."""
    account = scene.account
    if "ORDER" in event:
        scene.shop.book = build_orders(3)
        await account.import_orders(scene.store, since=NOW - timedelta(days=1))
    elif event == "FULFILLMENT_SHIPPED":
        account.mark_shipped(account.find_order("N-1"), "X-1")
    else:
        account.make_label(account.find_order("N-1"))
    await account.settle()


@pytest.mark.parametrize(
    ("event", "found", "items"),
    [
        ("ORDER_NOTIFY", ["N-2", "N-3"], None),
        ("ITEM_ORDER_NOTIFY", ["N-2", "N-3"], None),
        ("SHIP_NOTIFY", ["N-1"], 0),
        ("ITEM_SHIP_NOTIFY", ["N-1"], 2),
        ("FULFILLMENT_SHIPPED", ["N-1"], None),
    ],
)
async def test_a_webhook_names_an_address_that_lists_what_happened_and_no_more(
    event: str, found: list[str], items: int | None
) -> None:
    async with Listener().open() as listener, open_scene(build_orders(1)) as scene:
        await subscribe(scene, listener, event)
        await play(scene, event)
        scene.account.make_label(scene.account.find_order("N-1"))
        [first, *_] = listener.heard
        assert set(first) == {"resource_url", "resource_type"}
        assert first["resource_type"] == event
        assert first["resource_url"].startswith(scene.account.url)
        assert len(first["resource_url"]) <= 200
        status, answer, _ = await scene.call("GET", first["resource_url"])
        assert status == 200
        [rows] = [rows for rows in answer.values() if isinstance(rows, list)]
        assert [row["orderNumber"] for row in rows] == found
        if items is not None:
            assert len(rows[0]["shipmentItems"] or ()) == items


async def test_a_webhook_of_another_store_or_one_that_was_removed_says_nothing() -> None:
    async with Listener().open() as listener, open_scene(build_orders(1)) as scene:
        south = scene.account.add_store("South")
        await subscribe(scene, listener, "SHIP_NOTIFY", store_id=south.store_id)
        gone = await subscribe(scene, listener, "SHIP_NOTIFY")
        status, _, _ = await scene.call("DELETE", f"/webhooks/{gone}")
        assert status == 200
        await play(scene, "SHIP_NOTIFY")
        assert listener.heard == []
        scene.account.make_label(scene.account.add_order(south, "S-1", {"MUG-9": 1}))
        await scene.account.settle()
        assert len(listener.heard) == 1
        assert len((await scene.get("/webhooks"))["webhooks"]) == 1


@pytest.mark.parametrize(
    ("faults", "count"), [(Faults(hooks_lost=1), 0), (Faults(hooks_repeated=1), 2)]
)
async def test_webhooks_are_lost_or_repeated_on_request(faults: Faults, count: int) -> None:
    async with (
        Listener().open() as listener,
        open_scene(build_orders(1), traits=ROOMY, faults=faults) as scene,
    ):
        await subscribe(scene, listener, "SHIP_NOTIFY")
        await play(scene, "SHIP_NOTIFY")
        assert len(listener.heard) == count


async def test_a_webhook_may_be_late_and_a_listener_that_is_gone_stops_nothing() -> None:
    async with open_scene(build_orders(1), traits=Traits(limit=99, hook_after=MINUTE)) as scene:
        async with Listener().open() as listener:
            await subscribe(scene, listener, "SHIP_NOTIFY")
            await play(scene, "SHIP_NOTIFY")
            assert listener.heard == []
        await scene.account.advance(MINUTE)
        assert [sent.status for sent in scene.account.webhooks.sent] == [0]
        assert len(scene.shop.shipments) == 1


async def test_an_account_may_tell_nobody_of_orders_marked_as_shipped() -> None:
    traits = Traits(limit=99, fulfillment_hooks=False)
    async with Listener().open() as listener, open_scene(build_orders(1), traits=traits) as scene:
        await subscribe(scene, listener, "FULFILLMENT_SHIPPED")
        await play(scene, "FULFILLMENT_SHIPPED")
        assert listener.heard == []
