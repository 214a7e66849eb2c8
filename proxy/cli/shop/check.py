"""`portside check`: are the settings right, and does each store's shop do what Portside needs?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.survey import FieldSurvey
from connectors.interface import CheckLevel, CheckReport, Finding, Remark
from connectors.quoting import count_things
from connectors.reading.durations import write_duration
from proxy.account.inspection import find_stand_in
from proxy.cli.kinds import find_kind
from proxy.cli.options import (
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
from proxy.cli.shop.sample import sample_findings
from proxy.export.sweep import choose_interval
from proxy.settings.models import ExportSettings, Settings, StoreSettings
from proxy.settings.problems import did_you_mean
from proxy.stores import Store, StoreServices, open_store
from proxy.telemetry.logs import configure_logs

# More say nothing that these do not.
_MOST_REMARKS = 10


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
    settings = read_settings(file)
    stores = {name: find_store(settings.stores, name)} if name else settings.stores
    right = f"{file}: the settings are right ({count_things(len(settings.stores), 'store')})"
    findings.add(Finding(level=CheckLevel.OK, what=right))
    for finding in find_weak_logins(settings, stores):
        findings.add(finding)
    for account in filter(None, (store.account for store in stores.values())):
        for finding in find_stand_in(account):
            findings.add(finding)
    healthy = offline or asyncio.run(_check_all(findings, settings, stores))
    findings.end()
    return healthy


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
        report = await _check_store(name, store, settings.export)
        for finding in report.findings:
            findings.add(finding)
        healthy = healthy and report.healthy
    return healthy


async def _check_store(name: str, settings: StoreSettings, export: ExportSettings) -> CheckReport:
    """What the connector finds and remarks; what would become of the last orders, and whether a
    sweep looks for changes, where the connector found nothing that does not work.
    """
    remarks = dict[str, Remark]()

    def hear_remark(remark: Remark) -> None:
        if len(remarks) < _MOST_REMARKS:
            remarks[remark.about] = remark

    surveys = list[FieldSurvey]()

    def survey(filler: Filler) -> FieldSurvey:
        surveys.append(FieldSurvey(filler))
        return surveys[-1]

    kind = find_kind(settings.connector.type)
    services = StoreServices(remark=hear_remark, survey=survey)
    async with open_store(name, settings, kind, services) as store:
        report = await store.connector.check()
        findings = list(report.findings)
        if report.healthy:
            findings += await sample_findings(store)
            findings += [fault for each in surveys for fault in _describe_survey(each)]
            findings += _describe_sweep(store, export)
    findings += [Finding(level=CheckLevel.WARNING, what=each.text) for each in remarks.values()]
    return CheckReport(findings=tuple(findings))


def _describe_survey(survey: FieldSurvey) -> Iterator[Finding]:
    """Names in `fields`, `address` and `filters` that none of the last orders has, and what may be
    any name.
    """
    for unknown in survey.find_unknown_names():
        place = f" ({unknown.expression.place})" if unknown.expression.place else ""
        what = (
            f"`{unknown.expression.one_line}`{place}: no {unknown.part} of the last orders has"
            f" {unknown.name!r}{did_you_mean(unknown.name, unknown.known)}"
        )
        yield Finding(
            level=CheckLevel.WARNING,
            what=what,
            advice="`portside preview --store NAME ORDER` shows what the shop sends",
        )
    if unbounded := next(survey.find_unbounded(), None):
        place = f" ({unbounded.place})" if unbounded.place else ""
        yield Finding(
            level=CheckLevel.WARNING,
            what=(
                f"`{unbounded.one_line}`{place} may look at anything, so the shop is asked for"
                f" whole orders: {survey.size / 1024:.1f} KB each, as the last ones were"
            ),
            advice="name the fields that it looks at, so that only these are asked for",
        )


def _describe_sweep(store: Store, export: ExportSettings) -> Sequence[Finding]:
    """What a shop needs that does not date all its changes."""
    if not store.undated:
        return ()
    every = choose_interval(export.sweep, store)
    if every is None:
        what = (
            f"this shop does not date every change ({store.undated}), and `export.sweep: never`"
            " keeps Portside from looking for the others: ShipStation will not hear of them"
        )
        advice = "remove `sweep: never`; the open orders are then read again each hour"
        return (Finding(level=CheckLevel.WARNING, what=what, advice=advice),)
    what = (
        f"every {write_duration(every)} a sweep looks for changes that this shop does not date"
        f" ({store.undated})"
    )
    return (Finding(level=CheckLevel.OK, what=what),)
