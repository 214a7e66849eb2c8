"""Two workers, a shop, an operator and ShipStation do whatever they may, on real databases: what
must hold, holds at every step.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from connectors.shipments import Shipment
from proxy.storage.database import Database
from proxy.storage.errors import LeaseLostError
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import (
    Attempt,
    AttemptOutcome,
    Deliveries,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    Outbox,
    PutResult,
)
from proxy.storage.outbox.operator import DatabaseDeliveries
from tests.databases import copy_migrated
from tests.storage.conftest import HandClock

LEASE = 60.0
WORKERS = st.sampled_from(["left", "right"])
ORDERS = st.sampled_from(["1001", "1001", "1001", "1002"])
PARCELS = st.sampled_from(["A", "B", "C"])
_STORES = itertools.count()


class Interleavings(RuleBasedStateMachine):
    """The shop's `parcels` are what it took, `hands` what each worker believes to hold."""

    url: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.clock = HandClock()
        self.store = f"store-{next(_STORES)}"
        self.workers: dict[str, Outbox] = {}
        self.hands: dict[str, dict[int, Delivery]] = {"left": {}, "right": {}}
        self.parcels: list[str] = []
        self.noticed: dict[str, int] = {}
        self.told: set[int] = set()
        self.operator: Deliveries = self.run(self.opened())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    async def opened(self) -> Deliveries:
        databases = [
            await self.stack.enter_async_context(Database.open(self.url, clock=self.clock))
            for _ in range(2)
        ]
        self.workers = {"left": DatabaseOutbox(databases[0]), "right": DatabaseOutbox(databases[1])}
        return DatabaseDeliveries(databases[0])

    def rows(self) -> list[Delivery]:
        return list(self.run(self.operator.find(DeliveryFilter(store=self.store))))

    def live(self, delivery: Delivery) -> bool:
        return delivery.lease_until is not None and self.clock() < delivery.lease_until

    @rule(worker=WORKERS, order=ORDERS, parcel=PARCELS, at_once=st.booleans())
    def a_notice_comes_in(self, worker: str, order: str, parcel: str, *, at_once: bool) -> None:
        shipment = Shipment(order_number=order, tracking_number=f"{order}-{parcel}", carrier="UPS")
        result, delivery = self.run(
            self.workers[worker].put(self.store, shipment, lease=LEASE if at_once else None)
        )
        assert self.noticed.setdefault(shipment.key(), delivery.id) == delivery.id, (
            "one notice, one delivery"
        )
        if result is PutResult.LEASED:
            assert at_once
            self.hands[worker][delivery.id] = delivery

    @rule(worker=WORKERS, limit=st.integers(1, 3))
    def a_worker_claims(self, worker: str, limit: int) -> None:
        for delivery in self.run(self.workers[worker].claim(self.store, limit=limit, lease=LEASE)):
            assert delivery.state is DeliveryState.WAITING
            self.hands[worker][delivery.id] = delivery

    def held(self) -> list[tuple[str, Delivery]]:
        """What anybody believes to hold; a worker that died is one that never comes back to it."""
        return [
            (worker, delivery) for worker, hand in self.hands.items() for delivery in hand.values()
        ]

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data())
    def a_worker_calls_the_shop(self, data: st.DataObject) -> None:
        """A call never outlasts its lease, and the connector looks before it writes."""
        held = [delivery for _, delivery in self.held() if self.live(delivery)]
        if held:
            shipment = data.draw(st.sampled_from(held)).shipment
            if shipment.tracking_number not in self.parcels:
                self.parcels.append(shipment.tracking_number)

    @precondition(lambda self: any(self.hands.values()))
    @rule(data=st.data(), wait=st.sampled_from([0, 30, 90]))
    def a_worker_settles(self, data: st.DataObject, wait: int) -> None:
        worker, delivery = data.draw(st.sampled_from(self.held()))
        del self.hands[worker][delivery.id]
        outbox, has_it = self.workers[worker], delivery.shipment.tracking_number in self.parcels
        ways = ["delivered"] if has_it else ["bury", "retry", "give back"]
        attempt = Attempt(
            at=self.clock(), outcome=AttemptOutcome.RETRY, seconds=0, message="", worker=worker
        )
        settle = {
            "delivered": lambda: outbox.mark_delivered(delivery, attempt),
            "retry": lambda: outbox.retry_at(
                delivery, _later(self.clock, wait), attempt, counted=True
            ),
            "bury": lambda: outbox.mark_dead(delivery, attempt),
            "give back": lambda: outbox.give_back(delivery),
        }
        way = data.draw(st.sampled_from(ways))
        mine = any(
            row.id == delivery.id and row.lease == delivery.lease is not None for row in self.rows()
        )
        try:
            self.run(settle[way]())
        except LeaseLostError:
            assert not mine, "who holds the lease can settle"
        else:
            assert mine, "who lost the lease cannot"
            if way == "delivered":
                self.told.add(delivery.id)

    @rule(seconds=st.sampled_from([1, 30, 60, 120]))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds)

    @precondition(lambda self: any(row.state is DeliveryState.DEAD for row in self.rows()))
    @rule(discards=st.sampled_from([False, False, True]))
    def the_operator_decides(self, *, discards: bool) -> None:
        wanted = DeliveryFilter(store=self.store, states=(DeliveryState.DEAD,))
        self.run((self.operator.discard if discards else self.operator.retry)(wanted))

    @invariant()
    def of_one_order_no_two_are_under_way(self) -> None:
        busy = [row.shipment.order_number for row in self.rows() if self.live(row)]
        assert len(busy) == len(set(busy))

    @invariant()
    def nothing_that_was_noticed_is_gone(self) -> None:
        assert {row.shipment.key(): row.id for row in self.rows()} == self.noticed

    @invariant()
    def what_counts_as_delivered_is_at_the_shop_once_and_for_good(self) -> None:
        delivered = {
            row.id: row.shipment.tracking_number
            for row in self.rows()
            if row.state is DeliveryState.DELIVERED
        }
        assert set(delivered) == self.told
        assert all(self.parcels.count(number) == 1 for number in delivered.values())

    def teardown(self) -> None:
        """At last a sound worker comes: whatever still waits reaches the shop, in the order it was
        noticed.
        """
        try:
            self.finish()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    def finish(self) -> None:
        self.clock.forward(200)
        expected = [row.id for row in reversed(self.rows()) if row.state is DeliveryState.WAITING]
        reached: list[Delivery] = []
        while claimed := self.run(self.workers["left"].claim(self.store, limit=9, lease=LEASE)):
            for delivery in claimed:
                attempt = Attempt(
                    at=self.clock(),
                    outcome=AttemptOutcome.DELIVERED,
                    seconds=0,
                    message="",
                    worker="last",
                )
                self.run(self.workers["left"].mark_delivered(delivery, attempt))
                reached.append(delivery)
        assert sorted(delivery.id for delivery in reached) == expected
        for order in ("1001", "1002"):
            ids = [delivery.id for delivery in reached if delivery.shipment.order_number == order]
            assert ids == sorted(ids)


def _later(clock: HandClock, seconds: int) -> Any:
    moved = HandClock()
    moved.time = clock.time
    moved.forward(seconds)
    return moved.time


_QUICK = settings(stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_interleaving_breaks_the_outbox_on_a_database(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    class OnDatabase(Interleavings):
        url = copy_migrated(request, kind, tmp_path)

    run_state_machine_as_test(OnDatabase, settings=settings(_QUICK, max_examples=6))
