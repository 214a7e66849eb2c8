"""A second client on one store is told to the operator; what one client does alone never is."""

from __future__ import annotations

from msgspec.structs import replace

from connectors.errors import UnavailableError
from connectors.interface import Remark
from proxy.doors.custom_store.requests import ExportRequest
from tests.export.play.poller import Poller
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.shop_turns import fail_at, fill
from tests.export.play.world import World


async def said_of_pollers(world: World) -> str:
    """What each replica tells the operator."""
    said: list[Remark] = []
    for replica in world.replicas:
        await replica.exporter.report_list(replace(world.store, remark=said.append))
    texts = {remark.text for remark in said if remark.about == "second poller"}
    assert len(texts) == 1
    return texts.pop()


async def test_two_clients_with_windows_of_their_own_are_told_by_every_replica(
    world: World,
) -> None:
    other = Poller(world.clock)
    for turn in range(4):
        assert await said_of_pollers(world) == ""
        await poll_after(world, 240)
        world.clock.forward(120)
        await other.poll(world.page, world.sent)
        world.at = turn % 2
    await poll_after(world, 240)
    assert "Two clients poll this store" in await said_of_pollers(world)
    await world.restart(0)
    assert "Two clients poll this store" in await said_of_pollers(world)
    for _ in range(73):
        await poll_after(world, HOUR)
    assert await said_of_pollers(world) == ""


async def test_pages_that_come_again_late_or_at_once_failures_and_restarts_are_one_client(
    world: World,
) -> None:
    for turn in range(6):
        fill(world, 7)
        walk = world.poller.begin()
        pages = [await world.ask(number) for number in (1, 2, 3)]
        assert [page.pages for page in pages] == [3, 3, 3]
        await world.poller.finish(walk, world.page, world.sent)
        await world.page(ExportRequest(start=walk.start, end=walk.end, page=2))
        await world.restart(turn % 2)
        world.clock.forward(120)
        fail_at(world, 1, UnavailableError("shop is down"))
        try:
            await world.poll()
        except UnavailableError:
            world.clock.forward(HOUR)
        await world.poll()
    assert await said_of_pollers(world) == ""
