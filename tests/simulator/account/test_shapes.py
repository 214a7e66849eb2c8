from copy import deepcopy
from typing import Any

import pytest

from proxy.simulator.account.traits import Fate, Shape, Traits
from tests.simulator.account import samples
from tests.simulator.account.samples import find_differences
from tests.simulator.account.stage import Scene, build_orders, open_scene


async def stock(scene: Scene) -> dict[str, int]:
    """One row of each kind, and the ids to ask for them."""
    account = scene.account
    label = account.make_label(account.find_order("N-1"), fate=Fate.LOST_WITH_ERROR)
    account.mark_shipped(account.find_order("N-2"), "X-77", fate=Fate.LOST_WITH_ERROR)
    hook = account.webhooks.subscribe("http://127.0.0.1:9/hook", "SHIP_NOTIFY", None, "x")
    return {
        "order": label.order_id,
        "store": scene.store.store_id,
        "hook": hook.id,
        "customer": next(iter(account.books.customers.values())).customer_id,
        "product": next(iter(account.books.products.values())).product_id,
    }


@pytest.mark.parametrize(
    ("path", "rows", "sample"),
    [
        ("/orders?orderNumber=N-1", "orders", samples.ORDER),
        ("/orders/{order}", "", samples.ORDER),
        ("/shipments?includeShipmentItems=true", "shipments", samples.SHIPMENT),
        ("/fulfillments", "fulfillments", samples.FULFILLMENT),
        ("/stores/{store}", "", samples.STORE),
        ("/users", "[]", samples.USER),
        ("/accounts/listtags", "[]", samples.TAG),
        ("/warehouses", "[]", samples.WAREHOUSE),
        ("/carriers", "[]", samples.CARRIER),
        ("/carriers/listservices?carrierCode=fedex", "[]", samples.SERVICE),
        ("/webhooks", "webhooks", samples.WEBHOOK),
    ],
)
async def test_each_answer_has_the_shape_that_is_documented(
    path: str, rows: str, sample: dict[str, Any]
) -> None:
    async with open_scene(build_orders(2)) as scene:
        answer = await scene.get(path.format(**await stock(scene)))
        row = answer[0] if rows == "[]" else answer[rows][0] if rows else answer
        assert find_differences(row, sample) == []
        if rows and rows not in {"[]", "webhooks"}:
            assert set(answer) == {rows, "total", "page", "pages"}


def test_another_shape_would_be_noticed() -> None:
    answer = deepcopy(samples.SHIPMENT)
    answer["shipTo"].pop("city")  # type: ignore[attr-defined]
    answer["createDate"] = "2026-03-02T01:15:27Z"
    answer["voided"] = 0
    answer["shipmentCost"] = "6.35"
    assert len(find_differences(answer, samples.SHIPMENT)) == 4


async def test_customers_and_products_are_those_of_the_orders() -> None:
    async with open_scene(build_orders(2)) as scene:
        ids = await stock(scene)
        customers = await scene.get("/customers", countryCode="US")
        products = await scene.get("/products", sortBy="SKU")
        assert [row["email"] for row in customers["customers"]] == ["ada@example.test"]
        assert [row["sku"] for row in products["products"]] == ["CUP-1", "MUG-1"]
        assert (await scene.get("/products", sku="MUG", startDate="2026-03-02"))["total"] == 1
        assert (await scene.get("/customers", stateCode="CA"))["total"] == 0
        assert await scene.get(f"/customers/{ids['customer']}") == customers["customers"][0]
        assert (await scene.get(f"/products/{ids['product']}"))["price"] == 13.99


async def test_inactive_users_are_shown_only_when_asked_for() -> None:
    async with open_scene() as scene:
        assert len(await scene.get("/users")) == 1
        assert len(await scene.get("/users", showInactive="true")) == 2


async def test_items_of_shipments_come_only_when_asked_for() -> None:
    async with open_scene(build_orders(2)) as scene:
        await stock(scene)
        [row] = (await scene.get("/shipments"))["shipments"]
        assert row["shipmentItems"] is None
        [row] = (await scene.get("/shipments", includeShipmentItems="True"))["shipments"]
        assert [(item["lineItemKey"], item["quantity"]) for item in row["shipmentItems"]] == [
            ("101", 2),
            ("102", 1),
        ]


async def test_webhooks_are_listed_and_answered_in_the_older_shape_too() -> None:
    async with open_scene(traits=Traits(hooks=Shape.OLD)) as scene:
        made = await scene.post(
            "/webhooks/subscribe", target_url="http://127.0.0.1:9/", event="ORDER_NOTIFY"
        )
        assert set(made) == {"id"}
        [row] = (await scene.get("/webhooks"))["webhooks"]
        assert row["WebHookID"] == made["id"]
        assert row["IsLabelAPIHook"] is False
        assert "WebhookLogs" in row
