"""Many shipments of which some notices get lost, late or repeated, some labels are voided, and some
orders are returned or marked as shipped; a real `portside serve` in front of a shop is killed amid
them. Everything is real but the time, which is simulated (`tests.account.mass.simulated`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from socket import socket
from time import perf_counter

import msgspec
from sqlalchemy import select

from connectors.orders import Order, OrderId
from proxy.simulator.account.books import ParcelRow
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.traits import Fate, Faults, Traits
from proxy.storage.database import Database
from proxy.storage.outbox.interface import Origin
from proxy.storage.outbox.rows import read_shipment
from proxy.storage.tables import deliveries
from tests.acceptance.served import Served, serving
from tests.account.mass.plans import Plan, choose_plans, count_kinds
from tests.account.mass.simulated import SharedClock
from tests.builders import build_item, build_order
from tests.delivery.shelf import ShelfShop, open_shop
from tests.simulator.account.stage import NOW
from tests.simulator.store import LOGIN

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FOUND_WITHIN, TOLD_WITHIN = 15 * MINUTE, 25 * MINUTE
_LATE_BY = 20 * MINUTE
_SECRET = "a-secret-of-thirty-two-letters-x"
_SETTINGS = """\
listen: 127.0.0.1:{port}
admin: {{listen: 127.0.0.1:0}}
database: {database}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector: {{type: shelf, url: "{shop}"}}
    upstream: {{rate: 100000/s}}
    account:
      url: "{account.url}"
      api_key: {account.key}
      api_secret: {account.secret}
      store_id: {store_id}
      refresh: {{on_new_orders: false, heal: false}}
      audit: {{every: never}}
      {hooks}
"""
_HOOKS = "webhooks: {{address: 'http://127.0.0.1:{port}', secret: {secret}}}"


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How simulated time goes: shipments are spread evenly over `lasts`, the process is `down` for
    so long after it was killed, and time goes on in steps of `jump`.
    """

    lasts: timedelta
    jump: timedelta = 15 * SECOND
    down: timedelta = 2 * MINUTE


class Outcome(msgspec.Struct, kw_only=True):
    """What became of all of them. `found` and `told` are the longest times from a parcel's making;
    `by_account` counts the deliveries that no notice brought.
    """

    shipments: int
    kinds: Mapping[str, int]
    missing: int
    doubled: int
    wrong: int
    by_account: int
    found: timedelta
    told: timedelta
    busiest_minute: int
    requests: int
    refused: int
    seconds: float


async def play(
    count: int, folder: Path, database: str, pace: Pace, *, has_hooks: bool = False
) -> Outcome:
    """Ship `count` orders, with a kill in the middle, and with ShipStation's webhooks if it
    `has_hooks`.
    """
    clock = SharedClock(folder / "clock", NOW)
    async with (
        open_shop() as shop,
        FakeAccount(clock, traits=Traits(), faults=Faults(late_by=_LATE_BY)) as account,
    ):
        mass = _Mass(count, pace, clock, account, shop)
        return await mass.run(folder, database, has_hooks=has_hooks)


def build_orders(count: int) -> list[Order]:
    """The shop's orders, which all changed before `NOW`."""
    return [
        build_order(
            id=OrderId(f"{number}"),
            number=f"M-{number}",
            modified_at=NOW - timedelta(hours=1) - (count - number) * SECOND,
            items=(build_item(id=f"{number}01"),),
        )
        for number in range(1, count + 1)
    ]


class _Mass:
    def __init__(
        self,
        count: int,
        pace: Pace,
        clock: SharedClock,
        account: FakeAccount,
        shop: ShelfShop,
    ) -> None:
        self._plans = choose_plans(count)
        self._pace = pace
        self._clock = clock
        self._account = account
        self._shop = shop
        self._rows: dict[str, ParcelRow] = {}
        self._returns = set[str]()
        self._is_alive = False

    async def run(self, folder: Path, database: str, *, has_hooks: bool) -> Outcome:
        began = perf_counter()
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        file = folder / "settings.yaml"
        account, count = self._account, len(self._plans)
        store = await account.connect_store(
            "North",
            f"http://127.0.0.1:{port}/stores/north",
            LOGIN,
            since=NOW - timedelta(hours=2) - count * SECOND,
        )
        file.write_text(
            _SETTINGS.format(
                port=port,
                database=database,
                shop=self._shop.url,
                account=account,
                store_id=store.store_id,
                hooks=_HOOKS.format(port=port, secret=_SECRET) if has_hooks else "",
            )
        )
        environment = {
            "SIMULATED_CLOCK": str(folder / "clock"),
            "SHELF_ORDERS": str(count),
        }
        start = partial(serving, file, module="tests.account.mass.simulated", **environment)
        async with start() as served:
            self._is_alive = True
            await account.import_orders(store)
            assert len(account.books.orders) == count
            self._plan_all()
            await self._live(self._pace.lasts / 2)
            await self._kill_amid_a_run(served)
        await self._live(self._pace.down)
        async with start():
            self._is_alive = True
            await self._live(self._pace.lasts / 2 + TOLD_WITHIN)
        async with Database.open(database) as opened:
            outcome = await self._judge(opened)
        outcome.seconds = perf_counter() - began
        return outcome

    def _plan_all(self) -> None:
        """Each order is shipped in its turn; now and then another program uses the key up."""
        agenda, now = self._account.agenda, self._clock()
        for number, plan in enumerate(self._plans, 1):
            due = now + self._pace.lasts * number / len(self._plans)
            agenda.plan(due, partial(self._ship, f"M-{number}", plan))
        for tenth in range(1, 10):
            agenda.plan(now + self._pace.lasts * tenth / 10, self._use_key_up)

    async def _use_key_up(self) -> None:
        self._account.spend_requests(self._account.traits.limit)

    async def _ship(self, number: str, plan: Plan) -> None:
        account = self._account
        order = account.find_order(number)
        if plan.is_mark:
            self._rows[number] = account.mark_shipped(order, f"X-{number}", fate=plan.fate)
            return
        row = self._rows[number] = account.make_label(order, fate=plan.fate)
        if plan.voided_after is not None:

            async def void() -> None:
                account.void(row)

            account.agenda.plan(self._clock() + plan.voided_after, void)
        if plan.is_returned:
            self._returns.add(account.return_label(order).tracking_number)

    async def _live(self, span: timedelta) -> None:
        until, noticed = self._clock() + span, self._clock()
        agenda = self._account.agenda
        while (now := self._clock()) < until:
            due = agenda.find_due() or until
            self._clock.set(max(now, min(due, noticed + self._pace.jump, until)))
            await agenda.run_due()
            if self._clock() >= noticed + self._pace.jump:
                noticed = self._clock()
                await self._clock.wait_until_idle(lambda: self._is_alive)

    async def _kill_amid_a_run(self, served: Served) -> None:
        """Go on until the next run has asked for its labels, and kill it then."""

        def kill(path: str) -> None:
            if path == "/fulfillments" and self._is_alive:
                self._is_alive = False
                served.process.kill()

        self._account.on_call.append(kill)
        while self._is_alive:
            await self._live(self._pace.jump)
        await served.process.wait()
        self._account.on_call.remove(kill)

    async def _judge(self, database: Database) -> Outcome:
        at_shop = Counter(parcel["order"] for parcel in self._shop.parcels)
        due = [
            number
            for number, plan in enumerate(self._plans, 1)
            if plan.voided_after is None or plan.fate is Fate.SENT
        ]
        async with database.reading() as connection:
            rows = (await connection.execute(select(deliveries))).mappings().all()
        found, told, by_account = timedelta(0), timedelta(0), 0
        for delivery in rows:
            number = read_shipment(delivery["shipment"]).order_number
            made = self._rows[number].create_date
            found = max(found, delivery["created_at"] - made)
            if delivery["state"] == "delivered":
                told = max(told, delivery["finished_at"] - made)
            by_account += delivery["origin"] == Origin.ACCOUNT.value
        numbers = {parcel["number"] for parcel in self._shop.parcels}
        calls = self._account.calls
        return Outcome(
            shipments=len(self._plans),
            kinds=count_kinds(self._plans),
            missing=sum(not at_shop[f"M-{number}"] for number in due),
            doubled=sum(count > 1 for count in at_shop.values()),
            wrong=len(numbers & self._returns),
            by_account=by_account,
            found=found,
            told=told,
            busiest_minute=self._account.count_busiest_minute(),
            requests=len(calls),
            refused=sum(call.status == 429 for call in calls),
            seconds=0.0,
        )
