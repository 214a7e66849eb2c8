"""Held orders: kept back with a reason, let go when the reason is gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
from click.testing import CliRunner

from connectors.orders import Fulfillment, OrderStatus
from proxy.cli.main import main
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import HeldOrder, HintReason
from proxy.storage.names import BooksName
from tests.builders import PLACED, build_item
from tests.databases import make_migrated_file
from tests.export.conftest import OpenWorld
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World


async def test_one_bad_order_is_held_with_its_reason_and_the_rest_goes_out(world: World) -> None:
    for _ in range(4):
        world.book.add()
    world.connector.rejected["000002"] = "line_items[2].price: expected money, found 'abc'"
    world.book.edit("000003", number="")
    assert await poll_after(world, 60) == ["000001", "000003", "000004"] or sorted(
        world.poller.copy
    ) == ["000001", "000004"]
    held = {
        each.order_id: (each.kind, each.reason)
        for each in await world.exporter.ledger.list_held(world.store.books)
    }
    assert held["000002"] == ("unreadable", "line_items[2].price: expected money, found 'abc'")
    assert held["000003"][0] == "invalid"


async def test_lines_that_stay_behind_are_listed_until_they_go_out(world: World) -> None:
    printed = build_item(id="2", fulfillment=Fulfillment.OTHER_SERVICE)
    world.book.add(items=(build_item(id="1"), printed))
    assert await poll_after(world, 60) == ["000001"]
    (held,) = await world.exporter.ledger.list_held(world.store.books)
    assert (held.order_id, held.kind) == ("000001", "filtered")
    assert held.reason.startswith("items: 1 of 2 lines stay behind: another service ships them (")
    # News of the order goes out, and a cancelled one packs nothing.
    world.book.edit("000001", items=(build_item(id="1"), build_item(id="2")))
    assert await poll_after(world, HOUR) == ["000001"]
    assert await world.exporter.ledger.list_held(world.store.books) == []


async def test_a_held_order_leaves_the_list_once_it_goes_out(world: World) -> None:
    world.book.add()
    world.connector.rejected["000001"] = "total: expected money, found 'abc'"
    assert await poll_after(world, 60) == []
    world.connector.rejected.clear()
    world.book.edit("000001")
    assert await poll_after(world, 60) == ["000001"]
    assert await world.exporter.ledger.list_held(world.store.books) == []


async def test_orders_whose_ids_cannot_be_read_are_each_held_and_stay_so(world: World) -> None:
    for order_id in (world.book.add().id, world.book.add().id):
        world.connector.rejected[order_id] = "id: expected a text or a number, found null"
        world.connector.nameless.add(order_id)
    for _ in range(3):
        assert await poll_after(world, HOUR) == []
        held = await world.exporter.ledger.list_held(world.store.books)
        assert {order.order_id for order in held} == {
            "(no id: row 000001)",
            "(no id: row 000002)",
        }
    async with world.storage.reading(world.store.books) as rows:
        assert not await rows.list_waiting_hints([HintReason.HELD], 10), "no id to ask for"


async def test_an_order_that_is_too_young_comes_as_soon_as_it_is_old_enough(
    open_world: OpenWorld,
) -> None:
    world = await open_world(store={"filters": {"min_age": "2h"}})
    world.book.add()
    assert await poll_after(world, HOUR) == []
    assert [each.kind for each in await world.exporter.ledger.list_held(world.store.books)] == [
        "early"
    ]
    assert await poll_after(world, 2 * HOUR) == ["000001"]
    assert await poll_after(world, HOUR) == []


async def test_no_filter_keeps_news_from_shipstation_of_an_order_it_has(world: World) -> None:
    world.book.add()
    world.book.add(items=(build_item(fulfillment=Fulfillment.DIGITAL),))
    assert await poll_after(world, 60) == ["000001"]
    world.book.edit("000001", items=(), status=OrderStatus.SHIPPED)
    assert await poll_after(world, HOUR) == ["000001"]


async def test_held_orders_are_bounded_in_number_for_each_kind(world: World) -> None:
    async with world.storage.writing(world.store.books) as rows:
        await rows.prune(world.clock(), 0)
    world.book.add()
    world.book.add(items=())
    world.connector.rejected["000001"] = "total: expected money, found 'abc'"
    await poll_after(world, 60)
    async with world.storage.writing(world.store.books) as rows:
        await rows.prune(world.clock(), 1)
        assert {each.kind for each in await rows.list_held(10)} == {"unreadable", "filtered"}
        await rows.prune(world.clock(), 0)
        assert await rows.list_held(10) == []


async def test_a_limit_does_not_hide_a_broken_order_behind_filtered_ones(world: World) -> None:
    async with world.storage.writing(world.store.books) as rows:
        await rows.hold(
            HeldOrder(
                order_id=f"{ago}",
                number=f"N{ago}",
                kind=kind,
                reason="kept back",
                first_seen=rows.now - timedelta(hours=ago),
                last_seen=rows.now - timedelta(hours=ago),
            )
            for ago, kind in enumerate(
                ("filtered", "early", "invalid", "unreadable", "invalid", "unreadable")
            )
        )
    listed = await world.exporter.ledger.list_held(world.store.books, 5)
    assert [each.order_id for each in listed] == ["3", "5", "2", "4", "0"]


async def test_held_orders_that_nobody_saw_again_are_forgotten_with_what_they_quote(
    world: World,
) -> None:
    world.book.add(items=())
    await poll_after(world, 60)
    async with world.storage.writing(world.store.books) as rows:
        (held,) = await rows.list_held(10)
        await rows.prune(held.last_seen, 10)
        assert len(await rows.list_held(10)) == 1
        await rows.prune(held.last_seen + timedelta(seconds=1), 10)
        assert await rows.list_held(10) == []


async def test_the_command_counts_orders_by_reason_and_tells_filtered_from_unreadable(
    tmp_path: Path,
) -> None:
    kinds = {
        "7": ("filtered", "the buyer collects this order (to export such orders: filters.include)"),
        "8": ("filtered", "the buyer collects this order (to export such orders: filters.include)"),
        "9": ("unreadable", "line_items[2].price: expected money, found 'abc'"),
        "10": ("unreadable", "line_items[0].price: expected money, found 'x'"),
        "11": ("invalid", "ship_to: the address has no town, so no label can be made"),
    }
    url = make_migrated_file(tmp_path / "portside.db")
    async with (
        Database.open(url) as database,
        DatabaseExportStorage(database).writing(BooksName("north")) as rows,
    ):
        await rows.hold(
            HeldOrder(
                order_id=order_id,
                number=order_id,
                kind=kind,
                reason=reason,
                first_seen=PLACED,
                last_seen=PLACED,
            )
            for order_id, (kind, reason) in kinds.items()
        )
    file = tmp_path / "settings.yaml"
    login = {"username": "u", "password": "p"}
    book = {"north": {"credentials": login, "connector": {"type": "book"}}}
    file.write_text(msgspec.json.encode({"database": url, "stores": book}).decode())
    words = ["held", "--settings", str(file)]
    shown = (await asyncio.to_thread(CliRunner().invoke, main, words)).stdout
    *_, counts = shown.split("ORDERS")
    rows_of_counts = [" ".join(line.split()) for line in counts.splitlines()[1:] if line.strip()]
    assert rows_of_counts == [
        "2 unreadable line_items[…].price: expected money",
        "2 filtered the buyer collects this order",
        "1 invalid ship_to: the address has no town, so no label can be made",
    ]
    told = await asyncio.to_thread(CliRunner().invoke, main, [*words, "--json"])
    found = {each["order_id"]: each["kind"] for each in msgspec.json.decode(told.stdout)}
    assert found == {order_id: kind for order_id, (kind, _) in kinds.items()}
