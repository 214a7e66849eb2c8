"""All that one store is checked for: what its connector finds, what would become of its last
orders, and what the settings name that the orders have not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec

from connectors.fieldmap.filler import Filler
from connectors.fieldmap.survey import FieldSurvey
from connectors.interface import CheckLevel, ConnectorType, Finding, Remark
from connectors.language.expressions import Expression
from connectors.reading.durations import write_duration
from proxy.export.sweep import choose_interval
from proxy.operator.checks.sample import sample_findings
from proxy.settings.models import ExportSettings, StoreSettings
from proxy.settings.problems import did_you_mean
from proxy.stores import Store, StoreServices, open_store

_SHOW = "`portside preview --store NAME ORDER` shows what the shop sends"
# More say nothing that these do not.
_MOST_REMARKS = 10


async def check_store(
    name: str,
    settings: StoreSettings,
    kind: ConnectorType,
    export: ExportSettings,
    services: StoreServices | None = None,
) -> AsyncIterator[Finding]:
    """What is doubtful in its settings; what the connector finds and remarks; what would become of
    the last orders, and whether a sweep looks for changes, where the connector found nothing that
    does not work. Each finding is given as soon as it is known.
    """
    remarks = dict[str, Remark]()

    def hear_remark(remark: Remark) -> None:
        if len(remarks) < _MOST_REMARKS:
            remarks[remark.about] = remark

    surveys = list[FieldSurvey]()

    def survey(filler: Filler) -> FieldSurvey:
        surveys.append(FieldSurvey(filler))
        return surveys[-1]

    services = msgspec.structs.replace(
        services or StoreServices(), remark=hear_remark, survey=survey
    )
    async with open_store(name, settings, kind, services) as store:
        report = await store.connector.check()
        for finding in (*kind.review(settings.connector), *report.findings):
            yield finding
        if report.healthy:
            for finding in await sample_findings(store):
                yield finding
            for finding in (fault for each in surveys for fault in _describe_survey(each)):
                yield finding
            for finding in _describe_sweep(store, export):
                yield finding
    for each in remarks.values():
        yield Finding(level=CheckLevel.WARNING, what=each.text)


def _describe_survey(survey: FieldSurvey) -> Iterator[Finding]:
    """Names in `fields`, `address` and `filters` that none of the last orders has, and what may be
    any name.
    """
    for unknown in survey.find_unknown_names():
        inside = f" in {'.'.join(unknown.path)}" if unknown.path else ""
        what = (
            f"{_quote(unknown.expression)}: no {unknown.part} of the last orders has"
            f" {unknown.name!r}{inside}{did_you_mean(unknown.name, unknown.known)}"
        )
        yield Finding(level=CheckLevel.WARNING, what=what, advice=_SHOW)
    for key in survey.find_unknown_keys():
        # Most are there in some orders alone; a typing error is near to another one.
        if near := did_you_mean(key.text, key.known):
            what = (
                f"{_quote(key.expression)}: none of the last orders has the {key.name}"
                f" {key.text!r} in {'.'.join(key.path)}{near}"
            )
            yield Finding(level=CheckLevel.WARNING, what=what, advice=_SHOW)
    yield from _describe_open_reads(survey)
    if unbounded := next(survey.find_unbounded(), None):
        yield Finding(
            level=CheckLevel.WARNING,
            what=(
                f"{_quote(unbounded)} may look at anything, so the shop is asked for"
                f" whole orders: {survey.size / 1024:.1f} KB each, as the last ones were"
            ),
            advice="name the fields that it looks at, so that only these are asked for",
        )


def _describe_open_reads(survey: FieldSurvey) -> Iterator[Finding]:
    """What it costs that an expression may look at any of a value."""
    for each in survey.find_open_reads():
        holder = each.path[0] if len(each.path) > 1 or not each.is_list else "order"
        example = "[?key=='_vat'].value | [0]" if each.is_list else ".id"
        yield Finding(
            level=CheckLevel.WARNING,
            what=(
                f"{_quote(each.expression)} may look at any of {each.name}, so the shop is asked"
                f" for all of it: {each.size / 1024:.1f} KB for each {holder}, as the last ones"
                " were"
            ),
            advice=f"name the {'keys' if each.is_list else 'fields'}, as in `{each.name}{example}`",
        )


def _quote(expression: Expression) -> str:
    """An expression with its place in the settings."""
    return f"`{expression.one_line}`{f' ({expression.place})' if expression.place else ''}"


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
