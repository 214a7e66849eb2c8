"""Every state that two parcels of one order, two workers, a shop and an operator can reach, visited
once: a model check of the outbox.

Time goes in steps of a whole lease. A worker that dies is one that never moves again, so its death
needs no step of its own; one that was given up for dead and comes back late is one that moves after
its lease has lapsed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec

from connectors.shipments import Shipment
from proxy.storage.errors import LeaseLostError
from proxy.storage.outbox.interface import (
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryFilter,
    DeliveryState,
    PutResult,
)
from tests.storage.conftest import HandClock
from tests.storage.memory_outbox import MemoryOutbox

LEASE = 60.0
PARCELS = {
    name: Shipment(order_number="1001", tracking_number=name, carrier="UPS") for name in "AB"
}


class Moment(NamedTuple):
    """A state of the world: the rows, what each of the two workers believes to hold, what the shop
    has, what was settled as delivered.
    """

    rows: tuple[Delivery, ...]
    hands: tuple[Delivery | None, Delivery | None]
    parcels: frozenset[str]
    delivered: frozenset[int]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine that never waits, as those of the outbox in memory do not."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


def opened(moment: Moment) -> tuple[MemoryOutbox, HandClock]:
    clock = HandClock()
    outbox = MemoryOutbox(clock)
    outbox._rows = {row.id: row for row in moment.rows}
    return outbox, clock


def moves(moment: Moment) -> Iterator[tuple[str, Moment]]:
    """Each thing that may happen next."""
    for name, shipment in PARCELS.items():
        for lease in (None, LEASE) if moment.hands[0] is None else (None,):
            outbox, _ = opened(moment)
            result, delivery = run(outbox.put("north", shipment, lease=lease))
            yield (
                f"notice {name}",
                after(moment, outbox, {0: delivery} if result is PutResult.LEASED else {}),
            )
    for worker in (0, 1):
        yield from moves_of(moment, worker)
    for way in ("retry", "discard"):
        outbox, _ = opened(moment)
        run(getattr(outbox, way)(DeliveryFilter()))
        yield way, after(moment, outbox, {})
    yield "time", after(moment, opened(moment)[0], {}, time_passes=True)


def moves_of(moment: Moment, worker: int) -> Iterator[tuple[str, Moment]]:
    """What one worker may do: claim with empty hands; else call the shop while its lease lasts, or
    settle, perhaps too late.
    """
    held = moment.hands[worker]
    outbox, clock = opened(moment)
    if held is None:
        for delivery in run(outbox.claim("north", limit=1, lease=LEASE)):
            yield f"{worker} claims", after(moment, outbox, {worker: delivery})
        return
    number = held.shipment.tracking_number
    if held.lease_until is not None and clock() < held.lease_until and number not in moment.parcels:
        yield f"{worker} calls", moment._replace(parcels=moment.parcels | {number})
    told = Attempt(at=clock(), outcome=AttemptOutcome.RETRY, seconds=0, message="", worker="")
    for way in ("delivered",) if number in moment.parcels else ("retry", "later", "bury"):
        outbox, clock = opened(moment)
        ways = {
            "delivered": partial(outbox.mark_delivered, held, told),
            "retry": partial(outbox.retry_at, held, clock(), told, counted=False),
            "later": partial(
                outbox.retry_at, held, clock() + timedelta(seconds=LEASE), told, counted=False
            ),
            "bury": partial(outbox.mark_dead, held, told),
        }
        try:
            run(ways[way]())
        except LeaseLostError:
            yield f"{worker} is too late", after(moment, outbox, {worker: None})
        else:
            told_of = {held.id} if way == "delivered" else frozenset()
            yield (
                f"{worker}: {way}",
                after(
                    moment._replace(delivered=moment.delivered | told_of), outbox, {worker: None}
                ),
            )


def after(
    moment: Moment,
    outbox: MemoryOutbox,
    hands: dict[int, Delivery | None],
    *,
    time_passes: bool = False,
) -> Moment:
    """The state that follows, told so that two states which differ in nothing that matters are
    equal.
    """
    left, right = (hands.get(worker, moment.hands[worker]) for worker in (0, 1))
    names = {
        held.lease: f"worker {worker}"
        for worker, held in enumerate((left, right))
        if held is not None
    }
    rows = tuple(_plain(row, names, time_passes=time_passes) for row in outbox._rows.values())
    left, right = (held and _plain(held, names, time_passes=time_passes) for held in (left, right))
    return moment._replace(rows=rows, hands=(left, right))


def _plain(row: Delivery, names: dict[str | None, str], *, time_passes: bool) -> Delivery:
    """The clock of every state stands still, so what lies ahead comes nearer instead.

    A lease goes by its holder's name.
    """
    now = HandClock().time

    def nearer(then: datetime | None) -> datetime | None:
        return then and max(then - timedelta(seconds=LEASE if time_passes else 0), now)

    return msgspec.structs.replace(
        row,
        lease=row.lease and names.get(row.lease, "nobody"),
        lease_until=nearer(row.lease_until),
        next_attempt_at=nearer(row.next_attempt_at),
        attempts=0,
        created_at=now,
        queued_at=now,
        finished_at=None,
    )


def key(moment: Moment) -> tuple[Any, ...]:
    rows = (
        (row.shipment.tracking_number, row.state, row.lease, row.lease_until, row.next_attempt_at)
        for row in moment.rows
    )
    hands = (held and (held.id, held.lease_until) for held in moment.hands)
    return (*rows, *hands, moment.parcels, moment.delivered)


def faults(before: Moment, after: Moment) -> Iterator[str]:
    """What must hold in every state, and over every step."""
    now = HandClock().time
    busy = [row for row in after.rows if row.lease_until is not None and row.lease_until > now]
    if len(busy) > 1:
        yield "two deliveries of one order are under way"
    held_before = {row.id: row.lease for row in before.rows}
    for row in busy:
        in_front = [
            other
            for other in after.rows
            if other.id < row.id and other.state is DeliveryState.WAITING
        ]
        if in_front and held_before.get(row.id) is None:
            yield "a delivery has overtaken one that was noticed before it"
    calling = [
        held
        for held in after.hands
        if held is not None and held.lease_until is not None and held.lease_until > now
    ]
    if len(calling) > 1:
        yield "two workers may call the shop for one order"
    states = {row.id: row.state for row in after.rows}
    if {row.id for row in before.rows} - set(states):
        yield "a notice is gone"
    delivered = {number for number, state in states.items() if state is DeliveryState.DELIVERED}
    if delivered != after.delivered:
        yield "a delivery was settled by one who could not, or came undone"
    if (
        not {row.shipment.tracking_number for row in after.rows if row.id in delivered}
        <= after.parcels
    ):
        yield "something counts as delivered that the shop does not have"
    if (
        before.rows
        and not any(state is DeliveryState.WAITING for state in states.values())
        and any(calling)
    ):
        yield "a worker holds what is settled"


def test_no_state_that_can_be_reached_breaks_a_promise() -> None:
    start = Moment(rows=(), hands=(None, None), parcels=frozenset(), delivered=frozenset())
    paths: dict[tuple[Any, ...], tuple[str, ...]] = {key(start): ()}
    ahead = deque([start])
    while ahead:
        moment = ahead.popleft()
        path = paths[key(moment)]
        for move, following in moves(moment):
            assert not list(faults(moment, following)), (*path, move, *faults(moment, following))
            if key(following) not in paths:
                paths[key(following)] = (*path, move)
                ahead.append(following)
    assert len(paths) > 500, "the model is so small that it shows nothing"
