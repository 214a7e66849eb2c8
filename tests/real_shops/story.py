"""What is tried on every real shop: orders out, shipments in, each once, whatever is repeated, lost
or forgotten on the way.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from lxml import etree

from proxy.doors.custom_store.schema import schema_faults
from proxy.simulator.answers import ReceivedOrder
from proxy.simulator.client import StoreClient
from proxy.simulator.notices import Notice, read_lines, split_lines
from proxy.simulator.poller import Poller
from tests.acceptance.served import run_portside
from tests.real_shops.order_xml import add_up, describe_order, read_amount
from tests.real_shops.portside import Portside
from tests.real_shops.shop import Shop
from tests.real_shops.transcript import Transcript
from tests.real_shops.wire import Wire

_PATIENCE = 60
# Portside looks once a minute whether a sweep is due.
_SWEPT = 150.0


class Story:
    """One run. `folder` is Portside's; `wire` leads to the shop."""

    def __init__(self, shop: Shop, wire: Wire, folder: Path, transcript: Transcript) -> None:
        self._shop = shop
        self._wire = wire
        self._portside = Portside(shop, wire.url, folder)
        self._transcript = transcript
        self._told: list[Notice] = []

    async def play(self) -> None:
        """All of it."""
        await self._check()
        async with self._portside.open("first") as client:
            orders = await self._export(client)
            open_orders = [
                order
                for order in orders
                if order.status == "paid" and sum(line.quantity for line in read_lines(order)) > 1
            ]
            await self._verify(client)
            await self._whole(client, open_orders[0])
            await self._partial(client, open_orders[1])
            await self._interrupted(client, open_orders[2], lost=1)
            await self._interrupted(client, open_orders[3], lost=2)
            await self._cancelled(client, open_orders[4])
        async with self._portside.open("second") as client:
            await self._forgotten(client)
            await self._export_again(client, open_orders[:4])

    async def _check(self) -> None:
        self._transcript.step("portside check")
        status, printed, errors = await run_portside(
            "check", "--settings", str(self._portside.write_settings("check"))
        )
        for line in (printed + errors).splitlines()[2:]:
            self._transcript.say(line)
        self._transcript.expect("`portside check` finds nothing wrong", status == 0)

    async def _verify(self, client: StoreClient) -> None:
        self._transcript.step("portside verify: ShipStation's promises, one by one")
        status, printed, errors = await run_portside(
            "verify",
            client.public_url,
            PORTSIDE_USERNAME="shipstation",
            PORTSIDE_PASSWORD="pass-word",
        )
        lines = (printed + errors).strip().splitlines()
        for line in lines[-1:] if status == 0 else lines:
            self._transcript.say(line)
        self._transcript.expect("no promise is broken", status == 0)

    async def _walk(self, client: StoreClient) -> tuple[list[ReceivedOrder], int]:
        now = datetime.now(UTC)
        poll = await Poller(client, since=now).walk(
            now - timedelta(days=1), now + timedelta(minutes=1)
        )
        self._transcript.expect(
            f"the window was walked to its end{f': {poll.error}' if poll.error else ''}",
            poll.is_finished,
        )
        return list(poll.orders), poll.pages

    async def _export(self, client: StoreClient) -> list[ReceivedOrder]:
        self._transcript.step("ShipStation polls: action=export")
        began = time.monotonic()
        orders, pages = await self._walk(client)
        self._transcript.say(
            f"{len(orders)} orders on {pages} pages in {time.monotonic() - began:.1f} s"
        )
        for order in orders[:3]:
            self._transcript.say(describe_order(order))
        self._transcript.expect(
            f"all {self._shop.placed} orders came, each once",
            len({order.key for order in orders}) == self._shop.placed,
        )
        self._transcript.expect("none came twice", len(orders) == self._shop.placed)
        faults = [fault for order in orders for fault in schema_faults(etree.fromstring(order.xml))]
        self._transcript.expect(
            f"every order fits ShipStation's schema{f': {faults[:2]}' if faults else ''}",
            not faults,
        )
        wrong = [
            order.number
            for order in orders
            if order.status != "cancelled" and add_up(order) != read_amount(order, "OrderTotal")
        ]
        self._transcript.expect(
            f"lines, shipping and tax add up to the total{f', not in {wrong}' if wrong else ''}",
            not wrong,
        )
        cancelled = [order for order in orders if order.status == "cancelled"]
        self._transcript.expect("the cancelled order says so", len(cancelled) == 1)
        return orders

    async def _export_again(self, client: StoreClient, shipped: list[ReceivedOrder]) -> None:
        self._transcript.step("ShipStation polls once more")
        orders, _ = await self._walk(client)
        states = {order.key: order.status for order in orders}
        self._transcript.expect("every order is there still", len(states) == self._shop.placed)
        self._transcript.expect(
            "the four are shipped now", all(states[order.key] == "shipped" for order in shipped)
        )

    async def _whole(self, client: StoreClient, order: ReceivedOrder) -> None:
        self._transcript.step(f"order {order.number}: all of it in one parcel")
        notice = self._notice(order, "00340434161094000011")
        await self._tell(client, notice)
        await self._tell(client, notice, again=True)
        await self._expect(order, [notice])

    async def _partial(self, client: StoreClient, order: ReceivedOrder) -> None:
        self._transcript.step(f"order {order.number}: one piece, later the rest")
        notice = self._notice(order, "1Z999AA10123456784")
        first, rest = split_lines(notice.lines)
        part = notice.with_lines(first)
        await self._tell(client, part)
        await self._tell(client, part, again=True)
        await self._expect(order, [part])
        last = msgspec.structs.replace(
            notice.with_lines(rest), tracking_number="1Z999AA10123456793"
        )
        await self._tell(client, last)
        await self._tell(client, last, again=True)
        await self._expect(order, [part, last])

    async def _interrupted(self, client: StoreClient, order: ReceivedOrder, *, lost: int) -> None:
        which = {1: "first", 2: "second"}[lost]
        self._transcript.step(
            f"order {order.number}: the shop's answer to the {which} of the two calls is lost"
        )
        notice = self._notice(order, f"9400110200881234567{lost}")
        self._wire.lose_answer(lost)
        await self._tell(client, notice)
        self._transcript.expect(
            "an answer was lost", sum(each.lost for each in self._wire.writes) == lost
        )
        for _ in range(_PATIENCE):
            if notice.tracking_number in {
                number for number, _ in await self._shop.tracking(order.key)
            }:
                break
            await asyncio.sleep(1)
        # A second parcel would be made by an attempt that is still to come.
        await asyncio.sleep(5)
        await self._expect(order, [notice])

    async def _cancelled(self, client: StoreClient, order: ReceivedOrder) -> None:
        self._transcript.step(
            f"order {order.number}: cancelled by the shop's people; ShipStation polls the last"
            " minutes again and again"
        )
        await self._shop.cancel(order.key)
        began = time.monotonic()
        seen: set[str] = set()
        while "cancelled" not in seen and time.monotonic() - began < _SWEPT:
            now = datetime.now(UTC)
            poll = await Poller(client, since=now).walk(now - timedelta(minutes=1), now)
            seen |= {each.status for each in poll.orders if each.key == order.key}
            await asyncio.sleep(2)
        self._transcript.say(
            f"the shop says: {await self._shop.state(order.key)}; ShipStation knew after"
            f" {time.monotonic() - began:.0f} s"
        )
        self._transcript.expect("ShipStation hears of it", "cancelled" in seen)

    async def _forgotten(self, client: StoreClient) -> None:
        self._transcript.step(
            "Portside has lost its memory: an empty database, and ShipStation repeats every notice"
        )
        before = len(self._wire.writes)
        for notice in self._told:
            await self._tell(client, notice, again=True, keep=False)
        self._transcript.expect("nothing was written to the shop", len(self._wire.writes) == before)

    def _notice(self, order: ReceivedOrder, number: str) -> Notice:
        notice = Notice.about(order, shipped_at=datetime.now(UTC), tracking_number=number)
        carrier = "UPS" if number.startswith("1Z") else "USPS" if number.startswith("94") else "DHL"
        return msgspec.structs.replace(notice, carrier=carrier)

    async def _tell(
        self, client: StoreClient, notice: Notice, *, again: bool = False, keep: bool = True
    ) -> None:
        before = len(self._wire.writes)
        answer = await client.tell(notice.query(), notice.body())
        made = len(self._wire.writes) - before
        pieces = sum(line.quantity for line in notice.lines)
        what = (
            f"{pieces} {'piece' if pieces == 1 else 'pieces'}, {notice.carrier}"
            f" {notice.tracking_number}"
        )
        writes = (
            f"{made} call{'' if made == 1 else 's'} to the shop that write"
            if made
            else "nothing written"
        )
        self._transcript.say(
            f"shipnotify{' again' if again else ''}: {what} → {answer.status} ({writes})"
        )
        self._transcript.expect("ShipStation hears 200", answer.status == 200)
        if again:
            self._transcript.expect("the repeat wrote nothing", made == 0)
        elif keep:
            self._told.append(notice)

    async def _expect(self, order: ReceivedOrder, notices: list[Notice]) -> None:
        """The shop's own word: each notice is there, once, with all its pieces."""
        wanted = sorted(
            (notice.tracking_number, sum(line.quantity for line in notice.lines))
            for notice in notices
        )
        found = await self._shop.tracking(order.key)
        self._transcript.say(f"the shop says: {await self._shop.state(order.key)}, {found}")
        self._transcript.expect("each parcel is in the shop, once", found == wanted)
