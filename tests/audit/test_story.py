"""`portside order`: the story of one order, as a person is told it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proxy.simulator.account.traits import Fate
from tests.audit.scene import HOUR, Scene, open_scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        yield scene


async def test_the_story_of_a_shipped_order_names_window_content_parcel_and_both_states(
    scene: Scene,
) -> None:
    label = scene.account.make_label(scene.account.find_order("1001"))
    await scene.account.settle()
    made = await scene.run("order", "1001")
    assert made.exit_code == 0, made.output
    told = await scene.run_json("order", "1001")
    (order,) = told["orders"]
    assert (order["number"], order["shop_id"], order["shop"]["status"]) == (
        "1001",
        "1001",
        "shipped",
    )
    given = order["given"]
    assert (given["page"], len(given["digest"])) == (1, 24)
    assert given["window_start"] < given["window_end"] < given["told_at"]
    (there,), (parcel,) = order["account_orders"], order["account_parcels"]
    assert (there["status"], there["is_in_this_store"]) == ("shipped", True)
    assert (parcel["tracking_number"], parcel["is_announced"]) == (label.tracking_number, True)
    (delivery,) = order["deliveries"]
    assert [attempt["outcome"] for attempt in delivery["tries"]] == ["delivered"]
    for words in (given["digest"], label.tracking_number, "delivered", "announced to the store"):
        assert words in made.stdout
    assert made.stdout.splitlines()[-1] == (
        "✓ Nothing is wrong: the order is shipped in the shop, and ShipStation has it as shipped."
    )


async def test_a_label_that_was_never_announced_ends_the_story_with_what_to_do(
    scene: Scene,
) -> None:
    account = scene.account
    label = account.make_label(account.find_order("1002"), fate=Fate.LOST_SILENTLY)
    await account.settle()
    made = await scene.run("order", "1002", "--store", "north")
    assert made.exit_code == 1
    last = made.stdout.splitlines()[-1]
    assert last.startswith("✗ ShipStation has label")
    assert "ShipStation never announced it." in last
    command = f"portside ship --store north --tracking {label.tracking_number} 1002"
    assert f"`{command}`" in last
    await scene.run(*command.split()[1:])
    assert (await scene.run("order", "1002")).exit_code == 0


async def test_the_story_is_told_without_a_key(scene: Scene) -> None:
    scene.edit_account(api_key=None)
    made = await scene.run("order", "1003")
    assert made.exit_code == 0, made.output
    assert "not asked: the settings name no `account`" in made.stdout
    told = await scene.run_json("order", "1003")
    assert told["orders"][0]["account_orders"] is None
    assert told["orders"][0]["given"]["page"] == 1


async def test_an_account_that_does_not_answer_costs_its_part_alone(scene: Scene) -> None:
    scene.edit_account(api_secret="another-secret")
    made = await scene.run("order", "1003")
    assert made.exit_code == 0, made.output
    assert "Compare `account.api_key`" in made.stdout
    assert "another-secret" not in made.output


async def test_a_shop_that_does_not_answer_costs_its_part_alone(scene: Scene) -> None:
    await scene.shop.stop()
    told = await scene.run_json("order", "1003")
    assert told["orders"][0]["account_orders"][0]["status"] == "awaiting_shipment"
    assert told["orders"][0]["shop"] is None
    assert told["orders"][0]["shop_error"]


async def test_numbers_are_compared_exactly_and_ids_are_numbers_too(tmp_path: Path) -> None:
    async with open_scene(tmp_path, orders=0) as scene:
        book = scene.shop.book
        for order_id, number in (("41", "1001"), ("42", "10012")):
            order = book.add(modified_at=datetime.now(UTC) - 20 * HOUR)
            book.delete(order.id)
            order.id, order.number = order_id, number
            book.put(order)
        await scene.account.import_orders(scene.store, datetime.now(UTC) - 47 * HOUR)
        for word in ("1001", "41", "1001-1"):
            told = await scene.run_json("order", word)
            (order_,) = told["orders"]
            assert (order_["number"], order_["shop_id"]) == ("1001", "41")
            assert [each["number"] for each in order_["account_orders"]] == ["1001"]


async def test_orders_that_shipstation_split_belong_to_the_story(scene: Scene) -> None:
    scene.account.add_order(scene.store, "1001-1", {"SKU-1": 1})
    told = await scene.run_json("order", "1001-1")
    assert sorted(each["number"] for each in told["orders"][0]["account_orders"]) == [
        "1001",
        "1001-1",
    ]


async def test_an_order_that_never_went_out_says_why(scene: Scene) -> None:
    scene.shop.book.add(modified_at=datetime.now(UTC) - 2 * HOUR)
    made = await scene.run("order", "1004")
    assert made.exit_code == 1
    assert "ShipStation was never given it: ShipStation has read changes up to" in made.stdout


async def test_a_filter_is_named_and_is_no_fault(tmp_path: Path) -> None:
    async with open_scene(tmp_path, orders=1, filters={"tags": ["wholesale"]}) as scene:
        made = await scene.run("order", "1001")
        assert made.exit_code == 0, made.output
        assert "The settings leave the order out: tags: expected one of wholesale" in made.stdout
        assert "held            filtered" in made.stdout


async def test_an_order_deleted_in_the_shop_and_open_there_is_told(scene: Scene) -> None:
    scene.shop.book.delete("1003")
    made = await scene.run("order", "1003")
    assert made.exit_code == 1
    assert "The shop does not know the order any more" in made.stdout


async def test_a_number_that_nobody_knows_is_said_in_one_line(scene: Scene) -> None:
    made = await scene.run("order", "9999")
    assert made.exit_code == 1
    assert made.output.startswith("Error: no order '9999' is known")


async def test_another_stores_order_of_the_same_number_is_shown_as_such(scene: Scene) -> None:
    account = scene.account
    account.add_order(account.add_store("Other"), "1003", {"SKU-1": 1})
    made = await scene.run("order", "1003")
    assert made.exit_code == 0, made.output
    assert "in another store of the account" in made.stdout
