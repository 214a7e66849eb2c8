"""An account with orders that Portside gave it, and the runs that read its parcels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from connectors.interface import Remark
from proxy.account.client import AccountClient
from proxy.account.reconcile.reconciler import Reconciler
from proxy.account.reconcile.withdrawer import Withdrawer
from proxy.rules.retry_schedule import RetrySchedule
from proxy.settings.models import DeliverySettings
from proxy.simulator.account.traits import Traits
from proxy.storage.database import Database
from proxy.storage.order_records import OrderRecords
from proxy.storage.outbox.interface import Delivery, DeliveryFilter
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store
from tests.account.stage import Front, open_client, open_front
from tests.simulator.account.stage import NOW, ROOMY, build_orders

_QUARTER = timedelta(minutes=15)


class Desk:
    """The account with its orders `N-1`, `N-2`, … given by Portside, and who reads it."""

    def __init__(self, front: Front, client: AccountClient, database: Database) -> None:
        self.front = front
        self.account = front.account
        self._client = client
        self._database = database
        self.remarks = dict[str, str]()
        self.others = list[Store]()

    async def reconcile(self) -> int:
        """One run; how many requests it made."""
        before = len(self.account.calls)
        await self.find_untold()
        made = len(self.account.calls) - before
        await self.withdraw()
        return made

    async def find_untold(self) -> None:
        """Read the account's parcels, and tell the shop of none that was voided."""
        await Reconciler(self._database).find_untold(self._client, [self.front.store, *self.others])

    async def list_outcomes(self) -> list[list[str]]:
        """How the tries of each delivery ended, one after the other."""
        kept = DatabaseDeliveries(self._database)
        return [
            [attempt.outcome.value for attempt in await kept.attempts_at(each.id)]
            for each in await self.list_deliveries()
        ]

    async def withdraw(self) -> None:
        """Tell the shop of voided labels, as far as it is due."""
        given = DeliverySettings()
        schedule = RetrySchedule(steps=given.schedule, order_grace=given.order_grace)
        withdrawer = Withdrawer(self._database, schedule)
        await withdrawer.withdraw_due(self._client, self.front.store)

    async def pass_time(self, span: timedelta) -> None:
        """Let time pass; what is due then is told."""
        await self.account.advance(span)
        await self.front.deliver()

    async def live(self, span: timedelta) -> None:
        """Let time pass with two runs, a quarter of an hour apart."""
        for part in (_QUARTER, span - _QUARTER):
            await self.reconcile()
            await self.pass_time(part)

    async def list_deliveries(self) -> list[Delivery]:
        return list(await DatabaseDeliveries(self._database).find(DeliveryFilter()))

    async def list_withdrawn(self) -> set[str]:
        """The tracking numbers that were taken out of the shop, as the audit knows them."""
        found = await self.list_deliveries()
        withdrawn = await OrderRecords(self._database).find_withdrawn(found)
        return {each.shipment.tracking_number for each in found if each.id in withdrawn}

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the shop was told, order and tracking number."""
        return [(each.order_number, each.tracking_number) for each in self.front.stall.shipped]


@asynccontextmanager
async def open_desk(
    url: str, count: int = 3, traits: Traits = ROOMY, **settings: Any
) -> AsyncIterator[Desk]:
    remarks = dict[str, str]()

    def remark(made: Remark) -> None:
        remarks[made.about] = made.text

    async with (
        open_front(url, traits=traits, remark=remark, **settings) as front,
        open_client(front.account, url) as (client, _),
        Database.open(url, clock=front.account.clock) as database,
    ):
        front.stall.orders = list(build_orders(count))
        await front.account.import_orders(front.there, NOW - timedelta(days=1))
        desk = Desk(front, client, database)
        desk.remarks = remarks
        yield desk
