from datetime import UTC, datetime, timedelta

import pytest

from proxy.simulator.account.traits import Shape, Traits
from tests.simulator.account.stage import MINUTE, NOW, build_orders, open_scene


async def test_the_list_of_stores_has_no_status_mappings_but_a_single_store_has() -> None:
    async with open_scene() as scene:
        scene.account.add_store("South")
        rows = await scene.get("/stores")
        assert [row["storeName"] for row in rows] == ["North", "South"]
        assert not any("statusMappings" in row for row in rows)
        one = await scene.get(f"/stores/{scene.store.store_id}")
        assert {row["orderStatus"] for row in one.pop("statusMappings")} == {
            "awaiting_payment",
            "awaiting_shipment",
            "shipped",
            "cancelled",
            "on_hold",
        }
        assert one == rows[0]
        assert one["integrationUrl"] == scene.shop.url
        custom = await scene.get("/stores", marketplaceId=one["marketplaceId"])
        assert [row["storeName"] for row in custom] == ["North"]


async def test_inactive_stores_are_listed_only_when_asked_for() -> None:
    async with open_scene() as scene:
        scene.store.resource["active"] = False
        assert await scene.get("/stores") == []
        assert len(await scene.get("/stores", showInactive="true")) == 1


async def test_a_store_is_written_whole_and_what_is_left_out_is_lost() -> None:
    async with open_scene(build_orders(1)) as scene:
        path = f"/stores/{scene.store.store_id}"
        before = await scene.get(path)
        await scene.account.advance(MINUTE)
        given = {**before, "statusMappings": before["statusMappings"][:1], "phone": "1"}
        given.pop("website")
        status, answer, _ = await scene.call("PUT", path, given)
        assert status == 200
        after = await scene.get(path)
        assert answer == after
        assert "website" not in after
        assert after["statusMappings"] == before["statusMappings"][:1]
        assert after["phone"] == "1"
        assert (before["modifyDate"], after["modifyDate"]) == (
            "2026-03-02T09:00:00.0000000",
            "2026-03-02T09:01:00.0000000",
        )
        for name in ("createDate", "refreshDate", "lastRefreshAttempt", "storeName"):
            assert after[name] == before[name]
        scene.shop.book = build_orders(2)
        await scene.account.import_orders(scene.store, since=NOW - timedelta(days=1))
        assert scene.store.skipped.keys() == {"N-1", "N-2"}


@pytest.mark.parametrize(
    "change",
    [
        {"storeName": None},
        {"active": None},
        {"modifyDate": None},
        {"storeId": 1},
        {"statusMappings": [{"orderStatus": "lost", "statusKey": "x"}]},
        {"statusMappings": ["paid"]},
    ],
)
async def test_a_resource_that_is_not_whole_changes_nothing(change: dict[str, object]) -> None:
    async with open_scene() as scene:
        path = f"/stores/{scene.store.store_id}"
        before = await scene.get(path)
        await scene.account.advance(MINUTE)
        status, _, _ = await scene.call("PUT", path, {**before, **change})
        assert status == 400
        assert await scene.get(path) == before


async def test_an_edit_by_a_person_moves_the_date_of_modification() -> None:
    async with open_scene() as scene:
        await scene.account.advance(MINUTE)
        scene.account.edit_store(scene.store, companyName="Example & Daughters")
        row = await scene.get(f"/stores/{scene.store.store_id}")
        assert (row["companyName"], row["modifyDate"]) == (
            "Example & Daughters",
            "2026-03-02T09:01:00.0000000",
        )


async def test_an_account_may_show_neither_address_nor_words_and_imports_by_them() -> None:
    traits = Traits(limit=100, shows_address=False, shows_words=False)
    async with open_scene(build_orders(2), traits=traits) as scene:
        row = await scene.get(f"/stores/{scene.store.store_id}")
        assert row["integrationUrl"] is None
        assert "statusMappings" not in row
        assert (await scene.get("/orders"))["total"] == 2
        with pytest.raises(ValueError, match="an address of its own"):
            await scene.account.connect_store("Again", scene.shop.url, scene.credentials)


async def test_a_refresh_is_queued_and_then_imports_from_the_date_that_was_asked_for() -> None:
    async with open_scene() as scene:
        store_id = scene.store.store_id
        scene.shop.book = build_orders(3)
        answer = await scene.post(
            "/stores/refreshstore", storeId=store_id, refreshDate="2026-03-01 13:02:30"
        )
        assert answer["success"] is True
        status = await scene.get("/stores/getrefreshstatus", storeId=store_id)
        assert status == {"storeId": store_id, "refreshDate": None, "status": "Queued"}
        await scene.account.advance(timedelta(seconds=10))
        assert sorted(await scene.numbers("/orders")) == ["N-2", "N-3"]
        status = await scene.get("/stores/getrefreshstatus", storeId=store_id)
        assert status["status"] == "Success"
        assert status["refreshDate"] == "2026-03-02T09:00:00.0000000"
        assert "start_date=03%2f01%2f2026+21%3a02" in scene.shop.polls[0]


async def test_a_refresh_without_a_store_takes_all_that_can_be_refreshed() -> None:
    async with open_scene(build_orders(1), traits=Traits(refresh_status=Shape.OLD)) as scene:
        manual = scene.account.add_store("South")
        await scene.account.advance(5 * MINUTE)
        await scene.post("/stores/refreshstore")
        await scene.account.advance(MINUTE)
        assert len(scene.shop.polls) == 2 * 1
        row = await scene.get("/stores/getrefreshstatus", storeId=scene.store.store_id)
        assert (row["refreshStatusId"], row["refreshStatus"]) == (1, "Success")
        assert row["lastRefreshAttempt"] == "2026-03-02T09:05:10.0000000"
        body = {"storeId": manual.store_id}
        assert (await scene.call("POST", "/stores/refreshstore", body))[0] == 400


async def test_a_failed_import_shows_in_the_status_keeps_its_window_and_may_end_the_polls() -> None:
    traits = Traits(poll_every=5 * MINUTE, stops_after_failure=True)
    async with open_scene(traits=traits) as scene:
        await scene.account.settle()
        scene.shop.book = build_orders(1)
        scene.shop.faults = frozenset({"dead"})
        await scene.account.advance(5 * MINUTE)
        row = await scene.get("/stores/getrefreshstatus", storeId=scene.store.store_id)
        assert row["status"].startswith("Error: page 1: status 500")
        assert row["refreshDate"] == "2026-03-02T09:00:00.0000000"
        scene.shop.faults = frozenset()
        asked = len(scene.shop.polls)
        await scene.account.advance(60 * MINUTE)
        assert len(scene.shop.polls) == asked
        await scene.account.import_orders(scene.store, since=datetime(2026, 3, 1, tzinfo=UTC))
        assert (await scene.get("/orders"))["total"] == 1


async def test_polls_happen_by_themselves_as_time_passes() -> None:
    async with open_scene(traits=Traits(poll_every=5 * MINUTE)) as scene:
        await scene.account.advance(16 * MINUTE)
        assert len(scene.shop.polls) == 4
        windows = [poll.partition("start_date=")[2][:21] for poll in scene.shop.polls[1:]]
        assert windows == [f"03%2f02%2f2026+17%3a0{n}"[:21] for n in (0, 5)] + [
            "03%2f02%2f2026+17%3a10"[:21]
        ]
