from datetime import timedelta

import msgspec
import pytest

from connectors.orders import OrderStatus
from proxy.simulator.account.importer import follow_status
from proxy.simulator.account.traits import OrderKey, Traits
from tests.builders import build_item
from tests.simulator.account.stage import MINUTE, NOW, ROOMY, build_orders, open_scene

HOUR = timedelta(hours=1)


async def test_an_import_brings_each_order_once_with_its_lines_and_its_store() -> None:
    async with open_scene(build_orders(20)) as scene:
        answer = await scene.get("/orders", pageSize=500)
        assert answer["total"] == 20
        assert len({row["orderId"] for row in answer["orders"]}) == 20
        row = answer["orders"][0]
        assert [(item["lineItemKey"], item["adjustment"]) for item in row["items"]] == [
            ("101", False),
            ("102", False),
            ("103", True),
        ]
        assert row["items"][0]["options"] == [{"name": "Colour", "value": "Green"}]
        assert row["advancedOptions"]["storeId"] == scene.store.store_id
        assert (row["orderTotal"], row["taxAmount"], row["customerNotes"]) == (
            37.47,
            4.99,
            "Ring twice",
        )
        again = await scene.account.import_orders(scene.store, since=NOW - timedelta(days=1))
        assert (len(again.poll.orders), again.created) == (20, ())


@pytest.mark.parametrize(
    ("here", "there", "then"),
    [
        ("awaiting_payment", "awaiting_shipment", "awaiting_shipment"),
        ("awaiting_shipment", "awaiting_payment", "awaiting_shipment"),
        ("awaiting_shipment", "on_hold", "awaiting_shipment"),
        ("on_hold", "cancelled", "cancelled"),
        ("on_hold", "awaiting_shipment", "on_hold"),
        ("awaiting_shipment", "shipped", "shipped"),
        ("cancelled", "awaiting_shipment", "cancelled"),
        ("shipped", "awaiting_shipment", "shipped"),
    ],
)
def test_a_known_order_follows_its_store_only_where_shipstation_says_so(
    here: str, there: str, then: str
) -> None:
    assert follow_status(here, there) == then


async def test_an_edit_in_the_shop_changes_an_open_order_and_dates_it_but_not_a_shipped_one() -> (
    None
):
    async with open_scene(build_orders(2)) as scene:
        account = scene.account
        await account.advance(HOUR)
        account.make_label(account.find_order("N-2"))
        changed = [
            msgspec.structs.replace(
                order, modified_at=NOW + 5 * MINUTE, items=(build_item(id="101", quantity=9),)
            )
            for order in scene.shop.book
        ]
        first = await scene.get(f"/orders/{account.find_order('N-1').order_id}")
        scene.shop.book = changed
        await account.import_orders(scene.store)
        row = await scene.get(f"/orders/{first['orderId']}")
        assert [item["quantity"] for item in row["items"]] == [9]
        assert row["items"][0]["orderItemId"] == first["items"][0]["orderItemId"]
        assert (row["createDate"], row["modifyDate"]) == (
            first["createDate"],
            "2026-03-02T10:00:00.0000000",
        )
        assert len(account.find_order("N-2").items) == 3
        before = account.find_order("N-1").modify_date
        await account.advance(HOUR)
        await account.import_orders(scene.store, since=NOW)
        assert account.find_order("N-1").modify_date == before


async def test_an_order_whose_word_no_mapping_names_is_not_imported() -> None:
    async with open_scene() as scene:
        scene.shop.book = build_orders(1, status=OrderStatus.ON_HOLD)
        scene.store.resource["statusMappings"] = [
            {"orderStatus": "awaiting_shipment", "statusKey": "paid, Processing"}
        ]
        await scene.account.import_orders(scene.store)
        assert (await scene.get("/orders"))["total"] == 0
        assert scene.store.skipped == {"N-1": "no status mapping for 'on_hold'"}
        assert scene.store.find_status("Processing") == "awaiting_shipment"
        assert scene.store.find_status("processing") is None


@pytest.mark.parametrize(
    ("key", "expected"), [(OrderKey.ID, "1001"), (OrderKey.NUMBER, "N-1"), (OrderKey.RANDOM, "")]
)
async def test_the_order_key_is_what_the_account_is_told_it_is(
    key: OrderKey, expected: str
) -> None:
    async with open_scene(build_orders(1), traits=Traits(order_key=key)) as scene:
        order = scene.account.find_order("N-1")
        assert order.order_key == expected or (not expected and len(order.order_key) == 32)
        await scene.account.import_orders(scene.store, since=NOW - timedelta(days=1))
        assert (await scene.get("/orders"))["total"] == 1


async def test_two_stores_may_have_an_order_of_the_same_number() -> None:
    async with open_scene(build_orders(1)) as scene:
        account = scene.account
        south = account.add_store("South")
        theirs = account.add_order(south, "N-1", {"MUG-9": 2})
        assert await scene.numbers("/orders", orderNumber="N-1") == ["N-1", "N-1"]
        assert await scene.numbers("/orders", storeId=south.store_id) == ["N-1"]
        assert account.find_order("N-1", scene.store) is not theirs
        account.mark_shipped(theirs, "X-1")
        [row] = (await scene.get("/fulfillments"))["fulfillments"]
        assert row["orderId"] == theirs.order_id
        assert "storeId" not in msgspec.json.encode(row).decode()


async def test_tags_users_and_holds_are_set_and_seen() -> None:
    async with open_scene(build_orders(3)) as scene:
        ids = [scene.account.find_order(f"N-{number}").order_id for number in (1, 2, 3)]
        [user] = await scene.get("/users")
        await scene.account.advance(MINUTE)
        await scene.post("/orders/addtag", orderId=ids[0], tagId=9002)
        await scene.post("/orders/addtag", orderId=ids[1], tagId=9002)
        await scene.post("/orders/removetag", orderId=ids[1], tagId=9002)
        await scene.post("/orders/assignuser", orderIds=ids, userId=user["userId"])
        await scene.post("/orders/unassignuser", orderIds=ids[1:2])
        await scene.post("/orders/holduntil", orderId=ids[2], holdUntilDate="2026-03-09")
        rows = [await scene.get(f"/orders/{number}") for number in ids]
        assert [row["tagIds"] for row in rows] == [[9002], None, None]
        assert [row["userId"] for row in rows] == [user["userId"], None, user["userId"]]
        assert (rows[2]["orderStatus"], rows[2]["holdUntilDate"]) == ("on_hold", "2026-03-09")
        assert all(row["modifyDate"] > row["createDate"] for row in rows)
        by_tag = {"orderStatus": "awaiting_shipment", "tagId": 9002}
        assert await scene.numbers("/orders/listbytag", **by_tag) == ["N-1"]
        assert await scene.numbers("/orders/listbytag", orderStatus="shipped", tagId=9002) == []
        await scene.post("/orders/restorefromhold", orderId=ids[2])
        assert (await scene.get(f"/orders/{ids[2]}"))["orderStatus"] == "awaiting_shipment"
        status, _, _ = await scene.call("POST", "/orders/restorefromhold", {"orderId": ids[2]})
        assert status == 400


async def test_a_user_that_is_none_changes_no_order() -> None:
    async with open_scene(build_orders(1), traits=ROOMY) as scene:
        order = scene.account.find_order("N-1")
        body = {"orderIds": [order.order_id], "userId": "nobody"}
        assert (await scene.call("POST", "/orders/assignuser", body))[0] == 404
        assert order.user_id is None


async def test_a_label_made_by_the_api_is_announced_to_the_store() -> None:
    async with open_scene(build_orders(1)) as scene:
        order = scene.account.find_order("N-1")
        made = await scene.post(
            "/orders/createlabelfororder",
            orderId=order.order_id,
            carrierCode="fedex",
            serviceCode="fedex_ground",
        )
        await scene.account.settle()
        [row] = (await scene.get("/shipments"))["shipments"]
        for name in ("shipmentId", "trackingNumber", "shipmentCost"):
            assert made[name] == row[name]
        assert (row["carrierCode"], row["marketplaceNotified"]) == ("fedex", True)
        assert len(scene.shop.shipments) == 1
