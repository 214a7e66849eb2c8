"""`portside audit`: where the shop, Portside's records and ShipStation do not agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from connectors.orders import Window
from proxy.account.audit import AccountReader
from proxy.cli.account.target import wait_for_budget
from proxy.cli.options import (
    CommandError,
    Moment,
    find_store,
    json_option,
    only_store_option,
    read_settings,
    settings_option,
)
from proxy.cli.output import PlainConsole, print_json
from proxy.cli.records import open_database
from proxy.cli.shops import ask_store
from proxy.cli.target import duration
from proxy.export.ledger import Ledger
from proxy.operator.accounts import open_account
from proxy.operator.audit.auditor import Auditor, AuditReport, plain_fault, plain_report
from proxy.operator.audit.timer import keep_report
from proxy.rules.audit.building import write_moment
from proxy.rules.audit.faults import STUCK_AFTER, Fault
from proxy.settings.models import Settings
from proxy.storage.account.audits import Audits
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.order_records import OrderRecords
from proxy.stores import Store


@click.command
@settings_option
@only_store_option
@click.option(
    "--since",
    type=Moment(),
    default="7d",
    show_default=True,
    help="Orders that changed since then, on any side: 2d ago, or a date (UTC).",
)
@click.option(
    "--stuck",
    type=duration,
    help="An order that waits for its parcel longer than this is stuck; if not given, as long as"
    " `account.audit.stuck` says: 48h.",
)
@click.option(
    "--tag", metavar="NAME", help="Only orders with this tag in ShipStation, by name or id."
)
@json_option
def audit(
    file: Path,
    name: str | None,
    since: datetime,
    stuck: timedelta | None,
    tag: str | None,
    *,
    as_json: bool,
) -> None:
    """Compare every order of a span on three sides: in the shop, in Portside's records and, where
    the settings name a key of the account, in ShipStation.

    What another giving can mend is given again with the next poll; nothing else is changed. Orders
    that the settings leave out are counted, and listed with --json. The exit status is 0 if all
    sides agree, 1 if not.
    """
    settings = read_settings(file)
    if name is not None:
        find_store(settings.stores, name)
    window = Window(start=since, end=max(since, datetime.now(UTC)))
    reports = [
        _audit(settings, store, window, stuck, tag)
        for store in ([name] if name else settings.stores)
    ]
    if as_json:
        print_json(_plain(reports))
    else:
        console = PlainConsole(highlight=False, soft_wrap=True, markup=False)
        for report in reports:
            _print_report(console, report)
    if any(report.findings for report in reports):
        raise SystemExit(1)


def _audit(
    settings: Settings, name: str, window: Window, stuck: timedelta | None, tag: str | None
) -> AuditReport:
    async def work(store: Store) -> AuditReport:
        async with (
            open_database(settings.database.get_secret_value()) as database,
            open_account(
                name, settings.stores[name], database, sleep=wait_for_budget
            ) as find_account,
        ):
            reader = None if find_account is None else await find_account()
            tagged = None if tag is None else await _find_tagged(name, reader, tag)
            return await _compare(store, database, reader, window, stuck, tagged)

    try:
        return ask_store(settings, name, work)
    except StorageError as error:
        raise CommandError(str(error)) from error


async def _find_tagged(name: str, reader: AccountReader | None, tag: str) -> frozenset[int]:
    if reader is None:
        raise CommandError(f"{name}: --tag needs the account; add `account` to this store")
    try:
        return await reader.read_tagged(tag)
    except LookupError as error:
        raise CommandError(f"{name}: --tag: {error.args[0]}") from error


async def _compare(
    store: Store,
    database: Database,
    reader: AccountReader | None,
    window: Window,
    stuck: timedelta | None,
    tagged: frozenset[int] | None,
) -> AuditReport:
    ledger = Ledger(DatabaseExportStorage(database))
    auditor = Auditor(store, OrderRecords(database), ledger, reader)
    timer = None if store.settings.account is None else store.settings.account.audit
    usual = STUCK_AFTER if timer is None else timer.stuck
    report = await auditor.audit(window, stuck=stuck or usual, tagged=tagged)
    await auditor.heal(report)
    if timer is not None and timer.every != "never" and tagged is None and stuck in {None, usual}:
        audits = Audits(database)
        last, _ = await audits.read(store.name)
        # As much as the timer compared: what it found, and its alarm, are out of date.
        if last is not None and window.start <= max(last.since, window.end - timer.look_back):
            await keep_report(audits, report, timer.every)
    return report


def _plain(reports: Sequence[AuditReport]) -> dict[str, object]:
    return {
        "stores": [plain_report(report) for report in reports],
        "findings": [_plain_one(report, fault) for report in reports for fault in report.findings],
        "meant": [_plain_one(report, fault) for report in reports for fault in report.meant],
    }


def _plain_one(report: AuditReport, fault: Fault) -> dict[str, object]:
    return plain_fault(report.store, fault)


def _print_report(console: Console, report: AuditReport) -> None:
    for fault in report.findings:
        since = "" if fault.since is None else f", since {write_moment(fault.since)}"
        there = "" if fault.account_order_id is None else f", id {fault.account_order_id} there"
        console.print(
            Text.assemble(
                ("✗ ", "red"), (f"{fault.order}  {fault.kind}", "bold"), f"{since}{there}"
            )
        )
        console.print(Text(f"  {fault.cause}"))
        console.print(Text(f"  → {fault.next_step}", style="dim"))
    mark, style = ("✗", "red") if report.findings else ("✓", "green")
    count = len(report.findings)
    faults = f"{count} fault{'s' * (count > 1)}" if count else "all sides agree"
    console.print(
        Text.assemble(
            (f"{mark} ", style),
            f"{report.store}: {report.compared} orders compared since"
            f" {write_moment(report.since)}: {faults}; {len(report.meant)} left out as the settings"
            " say",
        )
    )
    for note in _list_notes(report):
        console.print(Text(f"! {report.store}: {note}", style="yellow"))


def _list_notes(report: AuditReport) -> list[str]:
    notes = []
    if not report.has_account:
        notes.append("without ShipStation's side, because the settings name no `account`")
    if report.unasked:
        notes.append(
            f"{report.unasked} orders were compared without the shop's side: it did not list them"
            " in the span; name an earlier --since"
        )
    return notes
