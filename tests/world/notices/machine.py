"""Random notices over random orders, on shops that lose answers or ignore writes. In the end every
piece was told at most as often as it was sent, every accepted parcel is in the shop, and every
answer was true when it was given.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from connectors.testing.faults import Answer, DropAnswer, Fault, Mute, Reset, Spare
from connectors.testing.requests import SeenRequest
from proxy.storage.outbox.interface import DeliveryState
from tests.world.notices.front import Front, Heard, open_front
from tests.world.notices.sent import (
    SPELLINGS,
    TRACKING,
    Part,
    SentOrder,
    Spelling,
    fold,
    write_notice,
)
from tests.world.notices.shops import SHOPS

T = TypeVar("T")
QUANTITIES = st.lists(st.integers(1, 3), min_size=1, max_size=3)
PARCELS = st.sampled_from(sorted(TRACKING))
# Pieces of each line, also more than there can be; none at all is a notice without items.
PIECES = st.one_of(st.just(()), st.lists(st.integers(0, 4), min_size=3, max_size=3).map(tuple))
WRITE_FAULTS: dict[str, Fault] = {
    "answer lost after the effect": DropAnswer(),
    "lost before the effect": Reset(),
    "fails": Answer(503),
    "throttles": Answer(429, headers={"Retry-After": "120"}),
    "ignores, with an empty object": Answer(200, "{}"),
    "ignores, with nothing": Answer(200, ""),
    "does it and says nothing": Mute(b"{}"),
}
READ_FAULTS: dict[str, Fault] = {"fails": Answer(503), "lost": Reset(), "cut": DropAnswer()}


class World:
    """One shop and one Portside for a whole run: each example has orders of its own in it."""

    def __init__(self, kind: str) -> None:
        self.runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.front = self.do(self._open(kind))

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Let the loop run until this is done."""
        return self.runner.run(work)

    def close(self) -> None:
        """Close shop and Portside."""
        self.do(self._stack.aclose())
        self.runner.close()

    async def _open(self, kind: str) -> Front:
        folder = Path(self._stack.enter_context(TemporaryDirectory()))
        harness = await self._stack.enter_async_context(SHOPS[kind]())
        return await self._stack.enter_async_context(open_front(harness, folder))


class NoticeMachine(RuleBasedStateMachine):
    """Set `world` before it runs."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.front = self.world.front
        self.harness = self.front.harness
        self.orders: list[SentOrder] = []
        self.written: list[tuple[SentOrder, Part]] = []

    @initialize(quantities=QUANTITIES, given=st.booleans())
    def open(self, quantities: list[int], *, given: bool) -> None:
        self.buyer_orders(quantities, given=given)

    @rule(quantities=QUANTITIES, given=st.booleans())
    def buyer_orders(self, quantities: list[int], *, given: bool) -> None:
        lines = tuple((f"SKU-{place}", count) for place, count in enumerate(quantities))
        order = self.harness.shop.book.add(lines=lines)
        if given:
            self.world.do(self.front.give(order.id))
        self.orders.append(SentOrder(order, given))

    @rule(which=st.integers(0, 9), parcel=PARCELS, pieces=PIECES, spelling=SPELLINGS)
    def client_ships(
        self, which: int, parcel: str, pieces: tuple[int, ...], spelling: Spelling
    ) -> None:
        sent = self.orders[which % len(self.orders)]
        cut = pieces[: len(sent.order.lines)]
        part = Part(parcel, cut if any(cut) else ())
        self._send(sent, part, spelling)

    @precondition(lambda self: self.written)
    @rule(which=st.integers(0, 99), spelling=SPELLINGS, bare=st.booleans())
    def client_repeats(self, which: int, spelling: Spelling, *, bare: bool) -> None:
        sent, part = self.written[which % len(self.written)]
        self._send(sent, Part(part.parcel, ()) if bare else part, spelling)

    @precondition(lambda self: self.written)
    @rule(which=st.integers(0, 99), spelling=SPELLINGS, times=st.integers(2, 3))
    def client_repeats_at_once(self, which: int, spelling: Spelling, times: int) -> None:
        sent, part = self.written[which % len(self.written)]
        query, body = write_notice(sent, part, spelling)

        async def tell_all() -> list[Heard]:
            return await asyncio.gather(*(self.front.tell(query, body) for _ in range(times)))

        sent.take(part)
        for heard in self.world.do(tell_all()):
            self.world.do(self._check_answer(sent, part, heard, is_last=False))

    @rule(fault=st.sampled_from(sorted(WRITE_FAULTS)), spared=st.integers(0, 2))
    def shop_fails_to_write(self, fault: str, spared: int) -> None:
        self._add_fault(WRITE_FAULTS[fault], spared, is_write=True)

    @rule(fault=st.sampled_from(sorted(READ_FAULTS)), spared=st.integers(0, 3))
    def shop_fails_to_read(self, fault: str, spared: int) -> None:
        self._add_fault(READ_FAULTS[fault], spared, is_write=False)

    @rule()
    def shop_is_well(self) -> None:
        self.harness.shop.faults.clear()

    @rule(minutes=st.sampled_from([1, 10, 90]))
    def time_passes(self, minutes: int) -> None:
        self.world.do(self.front.work(timedelta(minutes=minutes)))

    def teardown(self) -> None:
        self.harness.shop.faults.clear()
        self.world.do(self.front.finish())
        for sent in self.orders:
            self.world.do(self._check_order(sent))

    def _add_fault(self, fault: Fault, spared: int, *, is_write: bool) -> None:
        def is_meant(seen: SeenRequest) -> bool:
            return self.harness.is_write(seen) is is_write

        self.harness.shop.faults.add(*[Spare()] * spared, fault, when=is_meant)

    def _send(self, sent: SentOrder, part: Part, spelling: Spelling) -> None:
        query, body = write_notice(sent, part, spelling)
        sent.take(part)
        self.written.append((sent, part))
        heard = self.world.do(self.front.tell(query, body))
        self.world.do(self._check_answer(sent, part, heard))

    async def _check_answer(
        self, sent: SentOrder, part: Part, heard: Heard, *, is_last: bool = True
    ) -> None:
        """Whether it was true at the moment it was given; unless it `is_last`, what was to be told
        then may have been told since, or refused.
        """
        order = sent.order
        rows = [
            row
            for row in await self.front.list_deliveries()
            if order.number in {row.shipment.order_number.partition("-")[0], row.shipment.order_id}
            and fold(row.shipment.tracking_number) == part.parcel
        ]
        states = {row.state for row in rows}
        if heard.status != 200:
            assert "<Error>" in heard.text, heard
            assert states & {DeliveryState.DEAD, DeliveryState.WAITING}, heard
        elif "the shop has it" in heard.text:
            assert part.parcel in self._count_received(order.id), heard
            assert DeliveryState.DELIVERED in states, heard
        else:
            assert "Portside will tell the shop" in heard.text, heard
            assert states if not is_last else DeliveryState.WAITING in states, heard

    def _count_received(self, order_id: str) -> Counter[str]:
        return Counter(fold(tracking) for tracking, _ in self.harness.list_received(order_id))

    async def _check_order(self, sent: SentOrder) -> None:
        """What the shop has of an order in the end."""
        harness, order_id = self.harness, sent.order.id
        received, parts, pieces = (
            self._count_received(order_id),
            sent.count_parts(),
            sent.count_sent(),
        )
        told: Counter[str] = Counter()
        for _, quantities in harness.list_received(order_id):
            told.update(quantities)
        story = f"sent {sent.parts}, the shop has {harness.list_received(order_id)}"
        if harness.takes_quantities:
            assert dict(told) == pieces, story
        assert all(received[parcel] <= parts[parcel] for parcel in received), story
        if harness.takes_further:
            assert set(received) == set(parts), story
        left = [line for line in sent.order.lines if pieces.get(line.id, 0) < line.quantity]
        assert harness.is_shipped(order_id) == (not left), story
        rows = await self.front.list_deliveries(order_id)
        dead = [row.last_error for row in rows if row.state is not DeliveryState.DELIVERED]
        assert not dead or not harness.takes_further, f"{story}; {dead}"
