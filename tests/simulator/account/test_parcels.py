import pytest

from proxy.simulator.account.books import NoSuchRowError
from proxy.simulator.account.parcels import Label
from tests.simulator.account.stage import MINUTE, build_orders, open_scene


async def test_a_label_for_a_part_leaves_the_order_waiting_and_the_rest_ships_it() -> None:
    async with open_scene(build_orders(1)) as scene:
        account = scene.account
        order = account.find_order("N-1")
        first = account.make_label(order, {"101": 1})
        assert order.order_status == "awaiting_shipment"
        rest = account.make_label(order, label=Label(carrier="fedex", service="fedex_ground"))
        assert order.order_status == "shipped"
        assert order.ship_date == rest.ship_date
        rows = (await scene.get("/shipments", includeShipmentItems="true"))["shipments"]
        assert [
            [(item["lineItemKey"], item["quantity"]) for item in row["shipmentItems"]]
            for row in rows
        ] == [[("101", 1)], [("101", 1), ("102", 1)]]
        assert len({row["trackingNumber"] for row in rows}) == 2
        assert rows[0]["trackingNumber"] == first.tracking_number
        assert rows[1]["carrierCode"] == "fedex"


async def test_lines_are_named_by_key_or_sku_and_no_others() -> None:
    async with open_scene(build_orders(1)) as scene:
        order = scene.account.find_order("N-1")
        row = scene.account.make_label(order, {"CUP-1": 1})
        assert [item.line_item_key for item in row.shipment_items or ()] == ["102"]
        with pytest.raises(NoSuchRowError, match="found '103'"):
            scene.account.make_label(order, {"103": 1})


async def test_a_voided_label_is_dated_and_the_order_waits_again() -> None:
    async with open_scene(build_orders(1)) as scene:
        order = scene.account.find_order("N-1")
        row = scene.account.make_label(order)
        await scene.account.advance(MINUTE)
        body = {"shipmentId": row.shipment_id}
        assert (await scene.post("/shipments/voidlabel", **body))["approved"] is True
        assert (await scene.post("/shipments/voidlabel", **body))["approved"] is False
        [seen] = (await scene.get("/shipments"))["shipments"]
        assert (seen["voided"], seen["voidDate"]) == (True, "2026-03-02T09:01:00.0000000")
        assert order.order_status == "awaiting_shipment"


async def test_a_return_label_changes_no_order_and_tells_no_store() -> None:
    async with open_scene(build_orders(1)) as scene:
        order = scene.account.find_order("N-1")
        scene.account.return_label(order)
        await scene.account.advance(MINUTE)
        [row] = (await scene.get("/shipments"))["shipments"]
        assert (row["isReturnLabel"], row["marketplaceNotified"]) == (True, False)
        assert order.order_status == "awaiting_shipment"
        assert scene.shop.shipments == []


async def test_an_order_marked_as_shipped_by_the_api_is_a_fulfillment() -> None:
    async with open_scene(build_orders(2)) as scene:
        ids = [scene.account.find_order(f"N-{number}").order_id for number in (1, 2)]
        common = {"carrierCode": "usps", "trackingNumber": "X-1", "shipDate": "2026-03-01"}
        await scene.post("/orders/markasshipped", orderId=ids[0], notifySalesChannel=True, **common)
        await scene.post("/orders/markasshipped", orderId=ids[1], **common)
        await scene.account.settle()
        rows = (await scene.get("/fulfillments"))["fulfillments"]
        assert [(row["shipDate"], row["marketplaceNotified"]) for row in rows] == [
            ("2026-03-01T00:00:00.0000000", True),
            ("2026-03-01T00:00:00.0000000", False),
        ]
        assert (await scene.get("/shipments"))["total"] == 0
        [told] = scene.shop.shipments
        assert (told.order_number, told.tracking_number, len(told.items)) == ("N-1", "X-1", 2)
