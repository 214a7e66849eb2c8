"""A call to the shop ends before its lease does, however slow the database is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.shipments import Shipment
from proxy.delivery.intake import NoticeOutcome
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Delivery, PutResult
from tests.delivery.conftest import Process, World, until
from tests.delivery.plays import Gate, Parcel, drain


class SlowOutbox(DatabaseOutbox):
    """An outbox one of whose answers takes so many seconds, once; `time` is what a steady clock
    shows.
    """

    def __init__(self, database: Database, slow: str, seconds: float) -> None:
        super().__init__(database)
        self.time = 1000.0
        self._slow = {slow: seconds}

    async def put(
        self, store: str, shipment: Shipment, *, lease: float | None, doubts: Sequence[str] = ()
    ) -> tuple[PutResult, Delivery]:
        found = await super().put(store, shipment, lease=lease, doubts=doubts)
        self.time += self._slow.pop("put", 0.0)
        return found

    async def claim(self, store: str, *, limit: int, lease: float) -> Sequence[Delivery]:
        found = await super().claim(store, limit=limit, lease=lease)
        self.time += self._slow.pop("claim", 0.0)
        return found

    async def earlier(self, delivery: Delivery) -> Sequence[Shipment]:
        found = await super().earlier(delivery)
        self.time += self._slow.pop("earlier", 0.0)
        return found


async def slow_process(world: World, slow: str, seconds: float) -> Process:
    """A process that holds deliveries for 8 seconds on an outbox that is slow."""
    outbox = world.outbox = SlowOutbox(world.database, slow, seconds)
    process = await world.process(lease="8s", answer_within="7s")
    process.deliverer.attempts.clock = lambda: outbox.time
    return process


async def ended(process: Process) -> None:
    async def idle() -> bool:
        return process.deliverer.count_running("north") == 0

    await until(idle)


@pytest.mark.parametrize("slow", ["claim", "earlier"])
async def test_a_delivery_whose_lease_is_all_but_over_is_given_back_and_the_shop_not_asked(
    world: World, parcel: Parcel, slow: str
) -> None:
    process = await slow_process(world, slow, 6.5)
    await world.outbox.put("north", parcel(), lease=None)
    assert await process.worker.look() == 1
    await ended(process)
    row = await world.only()
    assert (world.shop.calls, row.lease, row.attempts) == ([], None, 0)
    await drain(process)
    assert len(world.shop.calls) == 1


@pytest.mark.parametrize("slow", ["put", "earlier"])
async def test_a_notice_whose_lease_is_all_but_over_is_told_later(
    world: World, parcel: Parcel, slow: str
) -> None:
    process = await slow_process(world, slow, 6.5)
    answer = await process.deliverer.accept(process.store, parcel())
    assert (answer.outcome, world.shop.calls) == (NoticeOutcome.WAITING, [])
    assert answer.message.endswith("the database took so long that the shop was not asked")
    await drain(process)
    assert len(world.shop.calls) == 1


@pytest.mark.parametrize("slow", ["claim", "earlier"])
async def test_a_call_has_only_what_a_slow_database_left_of_its_lease(
    world: World, parcel: Parcel, slow: str
) -> None:
    process = await slow_process(world, slow, 5.8)
    world.shop.before = Gate()
    await world.outbox.put("north", parcel(), lease=None)
    await process.worker.look()
    await ended(process)
    (attempt,) = await world.deliveries.attempts_at((await world.only()).id)
    assert attempt.message == "the shop did not answer within 0.2 seconds"
