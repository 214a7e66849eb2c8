"""An order for several addresses on its way to ShipStation: several orders, asked for as one."""

from __future__ import annotations

from datetime import timedelta

from connectors.orders import Destination, LineItem, Order, OrderStatus
from proxy.export.sweep import Sweeper
from tests.builders import build_address, build_item
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World

PLACES = tuple(Destination(key=key, ship_to=build_address(name=key)) for key in ("a", "b"))
CUP, POT = (build_item(id=name, destination=key) for name, key in (("cup", "a"), ("pot", "b")))


def add(world: World, *items: LineItem, places: tuple[Destination, ...] = PLACES) -> Order:
    return world.book.add(items=items, destinations=places)


async def held(world: World) -> dict[str, tuple[str, str]]:
    """The kind and reason of each held order by the shop's id."""
    ledger = world.exporter.ledger
    found = await ledger.list_held(world.store.books)
    return {each.order_id: (each.kind, each.reason) for each in found}


async def test_each_address_is_an_order_of_its_own_and_news_goes_to_all(world: World) -> None:
    add(world, CUP, POT)
    assert await poll_after(world, 60) == ["000001~1", "000001~2"]
    world.book.edit("000001", status=OrderStatus.CANCELLED)
    assert await poll_after(world, HOUR) == ["000001~1", "000001~2"]
    assert {each.status for each in world.poller.copy.values()} == {"cancelled"}


async def test_the_parts_of_one_order_may_fall_on_two_pages(world: World) -> None:
    for _ in range(4):
        add(world, CUP, POT)
    assert len(set(await poll_after(world, 60))) == 8


async def test_an_order_that_is_split_later_keeps_its_id_for_the_first_address(
    world: World,
) -> None:
    add(world, CUP, places=PLACES[:1])
    assert await poll_after(world, 60) == ["000001"]
    world.book.edit("000001", items=(CUP, POT), destinations=PLACES)
    assert sorted(await poll_after(world, HOUR)) == ["000001", "000001~2"]
    world.book.edit("000001", items=(CUP,), destinations=())
    assert sorted(await poll_after(world, HOUR)) == ["000001", "000001~2"]
    assert world.poller.copy["000001~2"].status == "cancelled"
    assert world.poller.copy["000001"].status != "cancelled"


async def test_one_address_without_a_street_is_held_and_the_other_goes_out(world: World) -> None:
    nowhere = Destination(key="b", ship_to=build_address(line1="", line2=""))
    add(world, CUP, POT, places=(PLACES[0], nowhere))
    assert await poll_after(world, 60) == ["000001~1"]
    kind, reason = (await held(world))["000001"]
    assert (kind, reason.startswith("order N000001-2: ship_to")) == ("invalid", True)
    world.book.edit("000001", dated=False, destinations=PLACES)
    assert sorted(await poll_after(world, HOUR)) == ["000001~1", "000001~2"]
    assert await held(world) == {}


async def test_a_sweep_finds_a_change_at_one_of_the_addresses(world: World) -> None:
    add(world, CUP, POT)
    assert len(await poll_after(world, 60)) == 2
    sweeper = Sweeper(world.exporter.ledger, timedelta(hours=1))
    assert await sweeper.sweep(world.store) == 0
    moved = (PLACES[0], Destination(key="b", ship_to=build_address(name="moved")))
    world.book.edit("000001", dated=False, destinations=moved)
    assert await sweeper.sweep(world.store) == 1
