"""Audits on a timer: each store is compared as often as its settings say, and what was found is
kept in numbers, without any order's.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from connectors.interface import Remark
from connectors.orders import Window
from proxy.account.audit import AccountReader, choose_store
from proxy.account.client import AccountClient
from proxy.export.ledger import Ledger
from proxy.operator.audit.auditor import Auditor, AuditReport
from proxy.rules.audit.faults import MEANT, FaultKind
from proxy.rules.conditions import write_audit
from proxy.settings.account import AccountSettings
from proxy.storage.account.audits import AuditResult, Audits
from proxy.storage.database import Database
from proxy.storage.order_records import OrderRecords
from proxy.stores import Store

# What was found says nothing any more after so many intervals without another audit.
_LAPSES_AFTER = 3
_log = structlog.get_logger("portside.operator")


class AuditTimer:
    """Audits stores when they are due, once for all replicas."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._audits = Audits(database)
        self._records = OrderRecords(database)
        self._ledger = ledger
        self._remarked: dict[str, datetime] = {}

    async def audit_due(self, client: AccountClient, store: Store) -> None:
        """Audit the store if it is due, have given again what that can mend, and remark on the
        rest. A store that ShipStation has not asked for orders yet is not due.

        Raises `ConnectorError` where the shop or the account does not answer, and StorageError.
        """
        account = store.settings.account
        if account is None:
            return
        every = account.audit.every
        if every == "never":
            if await self._audits.forget(store.name):
                self._remark(store, None)
            return
        result, now = await self._audits.read(store.name)
        if result is None or not result.finished_at <= now < result.finished_at + every:
            report = await self._audit(client, store, account, now)
            result = None if report is None else await keep_report(self._audits, report, every)
        if result is not None:
            self._remark(store, result)

    async def _audit(
        self, client: AccountClient, store: Store, account: AccountSettings, now: datetime
    ) -> AuditReport | None:
        coverage = (await self._ledger.read_coverage(store.books)).coverage
        if coverage is None:
            return None
        # Older orders are imported only by a person: they may have been sent by other means.
        start = max(now - account.audit.look_back, coverage.since)
        reader = AccountReader(client, await choose_store(client, store.name, account))
        auditor = Auditor(store, self._records, self._ledger, reader)
        window = Window(start=min(start, now), end=now)
        report = await auditor.audit(window, stuck=account.audit.stuck)
        await auditor.heal(report)
        _log.info("Audited.", store=store.name, orders=report.compared, faults=len(report.findings))
        return report

    def _remark(self, store: Store, result: AuditResult | None) -> None:
        """Say what was found, and take back once what an earlier audit had found."""
        faulty = {} if result is None else result.faulty
        kinds = set(faulty)
        if result is None or self._remarked.get(store.name) != result.finished_at:
            kinds |= {kind.value for kind in FaultKind if kind not in MEANT}
        for kind in sorted(kinds):
            text = ""
            if result is not None and kind in faulty:
                count = faulty[kind]
                text = (
                    f"audit: {count} {'order is' if count == 1 else 'orders are'} {kind};"
                    f" `{write_audit(store.name, result.since)}` names"
                    f" {'it' if count == 1 else 'them'}"
                )
            store.remark(Remark(about=f"audit {kind}", text=text))
        if result is not None:
            self._remarked[store.name] = result.finished_at


async def keep_report(audits: Audits, report: AuditReport, every: timedelta) -> AuditResult:
    """Keep what an audit of all orders of a store found, until another one is long overdue."""
    return await audits.keep(
        report.store,
        report.since,
        report.compared,
        report.count_faulty(),
        _LAPSES_AFTER * every,
    )
