"""Parcels that no notice announced: each reaches the shop once, whichever of row and notice comes
first, and nothing reaches it that should not.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from proxy.simulator.account.traits import Fate, Faults, OrderKey, Traits
from proxy.storage.outbox.interface import DeliveryState, Origin
from tests.account.desk import open_desk
from tests.databases import copy_migrated

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("key", OrderKey)
async def test_a_lost_notice_is_told_once_as_shipstation_would_have_told_it(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, key: OrderKey
) -> None:
    traits = Traits(limit=10_000, order_key=key)
    async with open_desk(copy_migrated(request, kind, tmp_path), traits=traits) as desk:
        find = desk.account.find_order
        told = desk.account.make_label(find("N-1"), {"101": 2}, fate=Fate.SENT)
        lost = desk.account.make_label(find("N-2"), {"201": 2}, fate=Fate.LOST_AND_CLAIMED)
        await desk.account.settle()
        await desk.live(HOUR)
        assert desk.told == [("N-1", told.tracking_number), ("N-2", lost.tracking_number)]
        by_notice, by_row = desk.front.stall.shipped
        assert (by_row.order_id, by_notice.order_id) == ("1002", "1001")
        assert [(item.line_id, item.quantity) for item in by_row.items] == [("201", 2)]
        same = ("carrier", "carrier_code", "service", "shipped_on")
        assert [getattr(by_row, name) for name in same] == [
            getattr(by_notice, name) for name in same
        ]
        deliveries = await desk.list_deliveries()
        origins = {each.shipment.order_number: each.origin for each in deliveries}
        assert origins == {"N-1": Origin.NOTICE, "N-2": Origin.ACCOUNT}


@pytest.mark.parametrize(
    ("fate", "waits"),
    [
        (Fate.LOST_WITH_ERROR, timedelta(0)),
        (Fate.LOST_SILENTLY, 10 * MINUTE),
        (Fate.LOST_AND_CLAIMED, 10 * MINUTE),
    ],
)
async def test_nothing_is_told_before_its_grace_unless_shipstation_says_that_it_failed(
    kept_url: str, fate: Fate, waits: timedelta
) -> None:
    async with open_desk(kept_url) as desk:
        row = desk.account.make_label(desk.account.find_order("N-1"), fate=fate)
        await desk.pass_time(4 * MINUTE)
        await desk.reconcile()
        assert len(await desk.list_deliveries()) == 1
        if waits:
            await desk.pass_time(waits - 4 * MINUTE - SECOND)
            await desk.reconcile()
            await desk.front.deliver()
            assert desk.told == []
            await desk.pass_time(SECOND)
        await desk.front.deliver()
        assert desk.told == [("N-1", row.tracking_number)]


@pytest.mark.parametrize("late_by", [7 * MINUTE, 2 * HOUR])
@pytest.mark.parametrize(
    "way", ["label", "mark", "mark without a number", "mark in other words without a number"]
)
async def test_a_late_notice_and_its_row_are_one_delivery(
    kept_url: str, late_by: timedelta, way: str
) -> None:
    async with open_desk(kept_url) as desk:
        desk.account.faults = Faults(late_by=late_by)
        order = desk.account.find_order("N-1")
        if way == "label":
            desk.account.make_label(order, fate=Fate.LATE)
        else:
            number = "" if way.endswith("number") else "X-1"
            # The notice calls it `dhl_express_worldwide`, too, and the row is read as DHL Express.
            carrier = "dhl_express_worldwide" if "other words" in way else "UPS"
            desk.account.mark_shipped(order, number, carrier=carrier, fate=Fate.LATE)
        await desk.reconcile()
        await desk.pass_time(8 * MINUTE)
        assert len(desk.told) == (late_by < 8 * MINUTE)
        await desk.live(3 * HOUR)
        assert len(desk.account.notifier.sent) == 1
        assert len(desk.told) == len(await desk.list_deliveries()) == 1


async def test_a_row_that_comes_after_its_notice_is_the_same_delivery(kept_url: str) -> None:
    async with open_desk(kept_url) as desk:
        order = desk.account.find_order("N-1")
        desk.account.mark_shipped(order, carrier="dhl_express_worldwide", fate=Fate.SENT)
        await desk.pass_time(MINUTE)
        assert desk.told == [("N-1", "")]
        await desk.live(HOUR)
        assert len(desk.told) == len(await desk.list_deliveries()) == 1


@pytest.mark.parametrize("when", ["before it is seen", "before it is told"])
async def test_voided_labels_and_labels_for_returns_are_never_told(
    kept_url: str, when: str
) -> None:
    async with open_desk(kept_url) as desk:
        desk.account.return_label(desk.account.find_order("N-1"))
        label = desk.account.make_label(desk.account.find_order("N-2"), fate=Fate.LOST_SILENTLY)
        if when == "before it is told":
            await desk.reconcile()
        desk.account.void(label)
        await desk.live(HOUR)
        assert desk.told == []
        assert len(await desk.list_deliveries()) == (when == "before it is told")
        assert desk.remarks["account voided"] == ""


async def test_a_label_that_is_voided_days_after_the_shop_was_told_is_remarked(
    kept_url: str,
) -> None:
    async with open_desk(kept_url) as desk:
        label = desk.account.make_label(desk.account.find_order("N-1"), fate=Fate.SENT)
        await desk.live(HOUR)
        await desk.pass_time(20 * DAY)
        await desk.reconcile()
        assert desk.remarks["account voided"] == ""
        desk.account.void(label)
        for _ in range(3):
            await desk.pass_time(DAY + MINUTE)
            await desk.reconcile()
            assert f"N-1 ({label.tracking_number})" in desk.remarks["account voided"]
        assert desk.told == [("N-1", label.tracking_number)]


async def test_an_order_marked_as_shipped_is_found(kept_url: str) -> None:
    async with open_desk(kept_url) as desk:
        find = desk.account.find_order
        desk.account.mark_shipped(find("N-1"), "X-1", fate=Fate.LOST_SILENTLY)
        desk.account.mark_shipped(find("N-2"), fate=Fate.LOST_SILENTLY)
        await desk.live(HOUR)
        assert sorted(desk.told) == [("N-1", "X-1"), ("N-2", "")]


async def test_an_order_of_another_store_with_the_same_number_is_never_told(
    kept_url: str,
) -> None:
    async with open_desk(kept_url) as desk:
        other = desk.account.add_store("By hand")
        for number, is_label in (("N-1", True), ("N-2", False)):
            order = desk.account.add_order(other, number, {"CUP-1": 1})
            if is_label:
                desk.account.make_label(order)
            else:
                desk.account.mark_shipped(order, "X-2")
        own = desk.account.find_order("N-2", desk.front.there)
        desk.account.mark_shipped(own, "OURS", fate=Fate.LOST_SILENTLY)
        await desk.live(HOUR)
        assert desk.told == [("N-2", "OURS")]


async def test_what_was_shipped_before_our_time_is_left_to_who_told_of_it_then(
    kept_url: str,
) -> None:
    async with open_desk(kept_url) as desk:
        order = desk.account.add_order(desk.front.there, "OLD-1", {"CUP-1": 1})
        desk.account.make_label(order, fate=Fate.LOST_SILENTLY)
        waiting = desk.account.make_label(desk.account.find_order("N-1"), fate=Fate.LOST_SILENTLY)
        await desk.pass_time(2 * DAY)
        await desk.live(HOUR)
        assert desk.told == [("N-1", waiting.tracking_number)]


async def test_a_row_that_cannot_be_read_is_remarked_and_costs_no_other(kept_url: str) -> None:
    async with open_desk(kept_url) as desk:
        find = desk.account.find_order
        bad = desk.account.make_label(find("N-1"), fate=Fate.LOST_SILENTLY)
        good = desk.account.make_label(find("N-2"), fate=Fate.LOST_SILENTLY)
        mended, bad.order_number = bad.order_number, 5  # type: ignore[assignment]
        await desk.live(HOUR)
        assert desk.told == [("N-2", good.tracking_number)]
        assert "1 rows of ShipStation's lists" in desk.remarks["account rows"]
        assert "$.orderNumber" in desk.remarks["account rows"]
        bad.order_number = mended
        await desk.pass_time(DAY)
        await desk.live(HOUR)
        assert desk.told[1:] == [("N-1", bad.tracking_number)]
        assert desk.remarks["account rows"] == ""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("ends_at", ["/shipments", "/fulfillments", "/orders", ""])
async def test_a_run_that_ends_anywhere_loses_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, ends_at: str
) -> None:
    async with open_desk(copy_migrated(request, kind, tmp_path)) as desk:
        find = desk.account.find_order
        desk.account.make_label(find("N-1"), fate=Fate.LOST_SILENTLY)
        desk.account.mark_shipped(find("N-2"), "X-2", fate=Fate.LOST_SILENTLY)
        await desk.pass_time(MINUTE)
        run = asyncio.create_task(desk.reconcile())

        def end(path: str) -> None:
            if path == ends_at:
                run.cancel()

        desk.account.on_call.append(end)
        await asyncio.wait({run})
        assert run.cancelled() == bool(ends_at)
        desk.account.on_call.clear()
        # Another process goes on: what was found stands in the outbox, what was not is read again.
        await desk.front.process.deliverer.close()
        desk.front.process = desk.front.build_process()
        await desk.live(HOUR)
        assert sorted(order for order, _ in desk.told) == ["N-1", "N-2"]
        assert all(each.state is DeliveryState.DELIVERED for each in await desk.list_deliveries())


async def test_a_row_that_shipstation_shows_late_is_found(kept_url: str) -> None:
    async with open_desk(kept_url) as desk:
        await desk.live(HOUR)
        find, shown = desk.account.find_order, desk.account.books.shipments
        late = desk.account.make_label(find("N-1"), fate=Fate.LOST_SILENTLY)
        del shown[late.shipment_id]
        await desk.pass_time(30 * MINUTE)
        desk.account.make_label(find("N-2"), fate=Fate.SENT)
        await desk.pass_time(15 * MINUTE)
        await desk.reconcile()
        assert [order for order, _ in desk.told] == ["N-2"]
        shown[late.shipment_id] = late
        await desk.live(HOUR)
        assert [order for order, _ in desk.told] == ["N-2", "N-1"]


@pytest.mark.parametrize("account", [{"store_id": None}, {"reconcile": {"every": "never"}}])
async def test_without_the_stores_number_or_where_it_is_switched_off_nothing_is_read(
    kept_url: str, account: dict[str, object]
) -> None:
    async with open_desk(kept_url, account=account) as desk:
        desk.account.make_label(desk.account.find_order("N-1"), fate=Fate.LOST_SILENTLY)
        assert await desk.reconcile() == 0
