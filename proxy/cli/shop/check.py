"""`portside check`: are the settings right, and does each store's shop do what Portside needs?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click

from connectors.interface import CheckLevel, Finding
from connectors.quoting import count_things
from proxy.account.inspection import find_stand_in
from proxy.cli.kinds import find_kind
from proxy.cli.options import (
    UnusableSettingsError,
    find_store,
    json_option,
    only_store_option,
    read_settings,
    settings_option,
)
from proxy.cli.shop.database import check_database
from proxy.cli.shop.file_watch import watch_file
from proxy.cli.shop.findings import Findings, choose_findings
from proxy.cli.shop.front import find_untrusted_proxies, find_weak_logins
from proxy.operator.checks.store import check_store
from proxy.settings.models import Settings, StoreSettings
from proxy.telemetry.logs import configure_logs
from proxy.telemetry.tracing import MISSING, is_tracing_installed


@click.command
@settings_option
@only_store_option
@json_option
@click.option(
    "--offline", is_flag=True, help="Check the settings alone and ask no shop and no database."
)
@click.option(
    "--watch",
    "is_watched",
    is_flag=True,
    help="Check again whenever the file changes, until Ctrl-C.",
)
def check(file: Path, name: str | None, *, as_json: bool, offline: bool, is_watched: bool) -> None:
    """Check the settings, then the database and each store's shop; say what is wrong and what to do
    about it.

    Nothing is changed anywhere, but for the time of this test in the database. The exit status is 0
    if all works (warnings included), 1 if something does not, 2 if the settings are wrong.
    """
    configure_logs(level="error")

    def work() -> bool:
        return _check_file(file, name, choose_findings(as_json=as_json), offline=offline)

    if is_watched:
        watch_file(file, work)
    elif not work():
        raise SystemExit(1)


def _check_file(file: Path, name: str | None, findings: Findings, *, offline: bool) -> bool:
    """Check all that `file` says, or the store of this name; whether all of it works."""
    try:
        settings = read_settings(file)
    except UnusableSettingsError as error:
        findings.end_with(error)
    stores = {name: find_store(settings.stores, name)} if name else settings.stores
    right = f"{file}: the settings are right ({count_things(len(settings.stores), 'store')})"
    findings.add(Finding(level=CheckLevel.OK, what=right))
    if settings.tracing.endpoint and not is_tracing_installed():
        findings.add(Finding(level=CheckLevel.PROBLEM, what=MISSING))
    for finding in find_weak_logins(settings, stores):
        findings.add(finding)
    for account in filter(None, (store.account for store in stores.values())):
        for finding in find_stand_in(account):
            findings.add(finding)
    if offline:
        _review_stores(findings, stores)
    healthy = offline or asyncio.run(_check_all(findings, settings, stores))
    findings.end()
    return healthy


def _review_stores(findings: Findings, stores: Mapping[str, StoreSettings]) -> None:
    """What is doubtful in the settings of each store, as far as its kind of shop can say."""
    for name, store in stores.items():
        doubts = find_kind(store.connector.type).review(store.connector)
        if doubts:
            findings.begin_store(name, store.connector.type)
        for finding in doubts:
            findings.add(finding)


async def _check_all(
    findings: Findings, settings: Settings, stores: Mapping[str, StoreSettings]
) -> bool:
    database = await check_database(settings.database.get_secret_value())
    findings.add(database)
    healthy = database.level is not CheckLevel.PROBLEM
    for finding in await find_untrusted_proxies(settings, stores):
        findings.add(finding)
    for name, store in stores.items():
        findings.begin_store(name, store.connector.type)
        kind = find_kind(store.connector.type)
        async for finding in check_store(name, store, kind, settings.export):
            findings.add(finding)
            healthy = healthy and finding.level is not CheckLevel.PROBLEM
    return healthy
