"""Many shipments of which some notices get lost, late or repeated, some labels are voided, and some
orders are returned or marked as shipped; a real `portside serve` in front of a shop is killed amid
them. Everything is real but the time, which is simulated (`tests.account.mass.simulated`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from socket import socket
from time import perf_counter

import msgspec
from pydantic import SecretStr
from sqlalchemy import select

from connectors.orders import Order, OrderId
from proxy.account.client import AccountClient
from proxy.account.webhooks import place_webhooks, register_hooks
from proxy.settings.account.webhooks import AccountWebhookSettings
from proxy.simulator.account.books import ParcelRow
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.traits import Faults, Traits
from proxy.storage.database import Database
from proxy.storage.outbox.rows import read_shipment
from proxy.storage.tables import deliveries
from tests.acceptance.served import Served, serving
from tests.account.mass.ends import MINUTE, TOLD_WITHIN, ParcelEnd
from tests.account.mass.plans import Plan, choose_plans, count_kinds
from tests.account.mass.simulated import SharedClock
from tests.account.stage import build_settings
from tests.builders import build_item, build_order
from tests.delivery.shelf import ShelfShop, open_shop
from tests.simulator.account.stage import NOW
from tests.simulator.store import LOGIN

SECOND = timedelta(seconds=1)
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
    so long after it was killed, and time goes on in steps of `jump`. At the `tenths` of it another
    program uses the key up, for the rest of a minute.
    """

    lasts: timedelta
    jump: timedelta = 15 * SECOND
    down: timedelta = 2 * MINUTE
    tenths: tuple[int, ...] = tuple(range(1, 10))


class Outcome(msgspec.Struct, kw_only=True):
    """What became of all of them. `found` and `told` are the longest times from a parcel's making;
    `by_account` counts the deliveries that no notice brought; `troubles` has a line for each that
    is missing or late.
    """

    shipments: int
    kinds: Mapping[str, int]
    missing: int
    doubled: int
    wrong: int
    by_account: int
    found: timedelta
    told: timedelta
    troubles: Sequence[str]
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
            if has_hooks:
                await self._register_hooks(database, f"http://127.0.0.1:{port}", store.store_id)
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

    async def _register_hooks(self, database: str, address: str, store_id: int) -> None:
        """Ask ShipStation for its webhooks, as `portside account webhooks register` does."""
        place = place_webhooks(
            "north", store_id, AccountWebhookSettings(address=address, secret=SecretStr(_SECRET))
        )
        async with (
            Database.open(database, clock=self._clock) as opened,
            AccountClient.open(build_settings(self._account), opened) as client,
        ):
            await register_hooks(client, place)
        assert self._account.webhooks.hooks

    def _plan_all(self) -> None:
        """Each order is shipped in its turn; now and then another program uses the key up."""
        agenda, now = self._account.agenda, self._clock()
        for number, plan in enumerate(self._plans, 1):
            due = now + self._pace.lasts * number / len(self._plans)
            agenda.plan(due, partial(self._ship, f"M-{number}", plan))
        for tenth in self._pace.tenths:
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
                await self._clock.wait_until_idle(
                    lambda: self._is_alive, lambda: len(self._account.calls)
                )

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
        async with database.reading() as connection:
            rows = (await connection.execute(select(deliveries))).mappings().all()
        by_order = {read_shipment(row["shipment"]).order_number: row for row in rows}
        answers = defaultdict[str, list[int]](list)
        for notice in self._account.notifier.sent:
            answers[notice.order_number].append(notice.status)
        ends = [
            ParcelEnd(
                order=f"M-{number}",
                plan=plan,
                made_at=self._rows[f"M-{number}"].create_date,
                voided_at=self._rows[f"M-{number}"].void_date,
                answers=answers[f"M-{number}"],
                delivery=by_order.get(f"M-{number}"),
                is_at_shop=bool(at_shop[f"M-{number}"]),
            )
            for number, plan in enumerate(self._plans, 1)
        ]
        found = [end.found_after for end in ends if end.found_after is not None]
        told = [end.told_after for end in ends if end.told_after is not None]
        numbers = {parcel["number"] for parcel in self._shop.parcels}
        calls = self._account.calls
        return Outcome(
            shipments=len(self._plans),
            kinds=count_kinds(self._plans),
            missing=sum(end.is_missing for end in ends),
            doubled=sum(count > 1 for count in at_shop.values()),
            wrong=len(numbers & self._returns),
            by_account=sum(end.is_by_account for end in ends),
            found=max(found, default=timedelta(0)),
            told=max(told, default=timedelta(0)),
            troubles=[end.describe() for end in ends if end.is_missing or end.is_late],
            busiest_minute=self._account.count_busiest_minute(),
            requests=len(calls),
            refused=sum(call.status == 429 for call in calls),
            seconds=0.0,
        )
