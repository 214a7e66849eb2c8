"""The audit of a store: every order of a span as the shop, Portside's records and the merchant's
ShipStation account have it, and where the three do not agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

import msgspec

from connectors.orders import Window
from proxy.account.audit import AccountReader
from proxy.export.ledger import Ledger
from proxy.operator.audit.reading import SpanReading
from proxy.operator.times import plain_moment
from proxy.rules.audit.faults import STUCK_AFTER, AuditRules, Fault, Remedy
from proxy.rules.audit.judging import judge_order
from proxy.storage.names import BooksName
from proxy.storage.order_records import OrderRecords
from proxy.stores import Store


class AuditReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit of one store found.

    `findings` are faults; `meant` are orders left out as the settings ask. `compared` orders were
    looked at, `unasked` of them without the shop's side, because it did not list them in the span
    and there were too many to be asked for one by one. Without `has_account` ShipStation's side was
    not compared.
    """

    store: str
    since: datetime
    compared: int
    findings: Sequence[Fault]
    meant: Sequence[Fault]
    unasked: int = 0
    has_account: bool = True

    def count_faulty(self) -> Mapping[str, int]:
        """How many orders have a fault, by its kind."""
        orders = {(fault.kind.value, fault.order, fault.shop_id) for fault in self.findings}
        return Counter(kind for kind, _, _ in orders)


class Auditor:
    """Compares the orders of a store; only `heal` changes anything."""

    def __init__(
        self, store: Store, records: OrderRecords, ledger: Ledger, account: AccountReader | None
    ) -> None:
        self._store = store
        self._records = records
        self._ledger = ledger
        self._account = account

    async def audit(
        self,
        window: Window,
        *,
        stuck: timedelta = STUCK_AFTER,
        tagged: AbstractSet[int] | None = None,
    ) -> AuditReport:
        """Compare all orders that changed anywhere within the window, which ends now; with
        `tagged` only those with these ids in ShipStation.

        Raises ConnectorError where the shop or the account does not answer, and StorageError.
        """
        rules = await read_rules(self._store.name, self._ledger, window.end)
        heals = self._store.reaches_back
        rules = msgspec.structs.replace(rules, stuck=stuck, heals=heals)
        reading = SpanReading(self._store, self._records, self._account, window)
        sides = await reading.read()
        if tagged is not None:
            sides = [each for each in sides if tagged & {order.id for order in each.there}]
        faults = [fault for each in sides for fault in judge_order(each, rules)]
        return AuditReport(
            store=self._store.name,
            since=window.start,
            compared=len(sides),
            findings=[fault for fault in faults if not fault.is_meant],
            meant=[fault for fault in faults if fault.is_meant],
            unasked=reading.unasked,
            has_account=self._account is not None,
        )

    async def heal(self, report: AuditReport) -> None:
        """Have what another giving can mend given again with the next poll. Raises StorageError."""
        ids = {
            fault.shop_id
            for fault in report.findings
            if fault.remedy is Remedy.GIVE_AGAIN and fault.shop_id
        }
        if ids and self._store.reaches_back:
            await self._ledger.give_again(BooksName(self._store.name), sorted(ids))


async def read_rules(store: str, ledger: Ledger, now: datetime) -> AuditRules:
    """By what the orders of a store are judged now."""
    report = await ledger.read_coverage(BooksName(store))
    covered = None if report.coverage is None else report.coverage.covered_until
    moments = [moment for moment in (report.finished_until, covered) if moment is not None]
    until = max(moments, default=None)
    return AuditRules(store=store, now=now, asked_until=until)


def plain_report(report: AuditReport) -> dict[str, Any]:
    """What was compared, as plain values, for JSON; the findings are listed apart."""
    return {
        "store": report.store,
        "since": plain_moment(report.since),
        "orders_compared": report.compared,
        "orders_without_the_shop": report.unasked,
        "with_account": report.has_account,
    }


def plain_fault(store: str, fault: Fault) -> dict[str, Any]:
    """A finding as plain values, for JSON."""
    return {
        "store": store,
        "order": fault.order,
        "kind": fault.kind.value,
        "cause": fault.cause,
        "next_step": fault.next_step,
        "account_order_id": fault.account_order_id,
        "since": plain_moment(fault.since),
    }
