"""Polls of a world after time has passed, and how far its store has been given then."""

from __future__ import annotations

from proxy.export import CoverageReport
from tests.export.play.world import World

HOUR = 3600
DAY = 24 * HOUR


async def poll_after(world: World, seconds: float) -> list[str]:
    """What ShipStation is given so much later."""
    world.clock.forward(seconds)
    before = world.poller.received
    world.poller.log = []
    await world.poll()
    assert world.poller.received - before == len(world.poller.log)
    return world.poller.log


async def report_coverage(world: World) -> CoverageReport:
    return await world.exporter.ledger.read_coverage(world.store.books)
