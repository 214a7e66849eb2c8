"""`portside audit`, as a person and a script run it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.orders import OrderStatus
from proxy.storage.account.audits import Audits
from proxy.storage.database import Database
from tests.audit.scene import HOUR, Scene, open_scene


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(tmp_path) as scene:
        yield scene


def cancel(scene: Scene, number: str) -> None:
    """Cancelled in the shop two hours ago."""
    moment = datetime.now(UTC) - 2 * HOUR
    scene.shop.book.set_status(number, OrderStatus.CANCELLED, moment)


async def test_three_sides_that_agree_end_with_status_0(scene: Scene) -> None:
    made = await scene.run("audit")
    assert made.exit_code == 0, made.output
    assert "✓ north: 3 orders compared since " in made.stdout
    assert "all sides agree" in made.stdout


async def test_a_finding_has_all_that_a_script_needs(scene: Scene) -> None:
    cancel(scene, "1002")
    told = await scene.run_json("audit")
    (finding,) = told["findings"]
    assert set(finding) == {
        *("store", "order", "kind", "cause", "next_step", "account_order_id", "since")
    }
    assert (finding["store"], finding["order"]) == ("north", "1002")
    assert finding["kind"] == "cancelled_here_open_there"
    assert finding["account_order_id"] == scene.account.find_order("1002").order_id
    assert finding["since"].endswith("Z")
    made = await scene.run("audit")
    assert made.exit_code == 1
    assert "✗ 1002  cancelled_here_open_there" in made.stdout
    assert "1 fault;" in made.stdout


async def test_what_is_cancelled_here_is_given_again_and_mended(scene: Scene) -> None:
    cancel(scene, "1002")
    assert (await scene.run("audit")).exit_code == 1
    made = await scene.run("order", "1002")
    assert "goes out again with the next poll" in made.stdout
    await scene.account.advance(3 * HOUR)
    start = datetime.now(UTC) - timedelta(minutes=2)
    await scene.account.import_orders(scene.store, start)
    assert scene.account.find_order("1002").order_status == "cancelled"
    assert (await scene.run("audit")).exit_code == 0


async def test_only_orders_of_the_tag_are_compared(scene: Scene) -> None:
    for number in ("1001", "1002"):
        cancel(scene, number)
    office = scene.account.office
    office.add_tag(scene.account.find_order("1002").order_id, office.tags[1].tag_id)
    for tag in (office.tags[1].name, str(office.tags[1].tag_id)):
        told = await scene.run_json("audit", "--tag", tag)
        assert [each["order"] for each in told["findings"]] == ["1002"]
        assert told["stores"][0]["orders_compared"] == 1
    made = await scene.run("audit", "--tag", "Wholesal")
    assert made.exit_code == 1
    assert "expected one of Fragile, Wholesale" in made.output


async def test_an_order_is_stuck_after_the_time_that_is_asked_for(scene: Scene) -> None:
    assert (await scene.run("audit", "--stuck", "2h")).exit_code == 1
    told = await scene.run_json("audit", "--stuck", "2h")
    assert {each["kind"] for each in told["findings"]} == {"stuck"}
    assert len(told["findings"]) == 3


async def test_how_long_an_order_may_wait_is_the_stores_own_setting(scene: Scene) -> None:
    scene.edit_account(audit={"stuck": "2h"})
    told = await scene.run_json("audit")
    assert {each["kind"] for each in told["findings"]} == {"stuck"}
    assert (await scene.run("audit", "--stuck", "4d")).exit_code == 0


async def test_without_a_key_the_shop_is_compared_with_the_records(scene: Scene) -> None:
    scene.edit_account(api_key=None)
    scene.shop.book.add(modified_at=datetime.now(UTC) - 2 * HOUR)
    made = await scene.run("audit")
    assert made.exit_code == 1
    assert "✗ 1004  never_given" in made.stdout
    assert "! north: without ShipStation's side" in made.stdout
    assert "--tag needs the account" in (await scene.run("audit", "--tag", "Fragile")).output


async def test_what_the_settings_leave_out_is_counted_and_is_no_fault(tmp_path: Path) -> None:
    async with open_scene(tmp_path, orders=2, filters={"tags": ["wholesale"]}) as scene:
        made = await scene.run("audit")
        assert made.exit_code == 0, made.output
        assert "all sides agree; 2 left out as the settings say" in made.stdout
        told = await scene.run_json("audit")
        assert [each["kind"] for each in told["meant"]] == ["filtered", "filtered"]
        assert told["findings"] == []


async def test_an_order_changed_long_after_it_was_given_is_no_false_alarm(scene: Scene) -> None:
    told = await scene.run_json("audit", "--since", "3h")
    assert told["findings"] == []


@pytest.mark.parametrize(
    ("words", "is_told"),
    [((), True), (("--since", "2d"), False), (("--tag", "Fragile"), False)],
)
async def test_an_audit_of_as_much_takes_the_place_of_what_the_timer_found(
    scene: Scene, words: tuple[str, ...], *, is_told: bool
) -> None:
    since = datetime.now(UTC) - timedelta(days=7)
    async with Database.open(f"sqlite:///{scene.file.parent}/portside.db") as database:
        audits = Audits(database)
        await audits.keep("north", since, 3, {"stuck": 1}, 72 * HOUR)
        made = await scene.run("status")
        assert made.exit_code == 1
        assert "✗ north: the audit found 1 order with a fault: 1 stuck." in made.stdout
        assert (await scene.run("audit", *words)).exit_code == 0
        found, _ = await audits.read("north")
        assert found is not None
        assert found.faulty == ({} if is_told else {"stuck": 1})
    made = await scene.run("status")
    assert made.exit_code == (0 if is_told else 1), made.output
    assert ("3 orders compared; all sides agreed" in made.stdout) is is_told


async def test_a_shop_that_does_not_answer_ends_the_audit_with_one_line(scene: Scene) -> None:
    await scene.shop.stop()
    made = await scene.run("audit")
    assert made.exit_code == 1
    assert made.output.startswith("Error: north: ")
