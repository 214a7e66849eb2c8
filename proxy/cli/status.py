"""`portside status`: whether all is well, how far each store is, what waits, what is held, and what
should be known about its shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from proxy.cli.options import (
    CommandError,
    Moment,
    find_store,
    json_option,
    only_store_option,
    read_records_settings,
    settings_option,
)
from proxy.cli.output import build_table, print_json, wide_console
from proxy.cli.records import Records, keep_action, open_records
from proxy.operator.status.alarms import list_alarms, summarize
from proxy.operator.status.plain import plain_status
from proxy.operator.status.reading import read_status
from proxy.operator.status.standing import ShopWord, Standing, Status
from proxy.operator.times import exact_moment, plain_moment
from proxy.rules.alarms import Alarm, AlarmKind
from proxy.storage.account.audits import AuditResult
from proxy.storage.export.polls import Poll, PollOutcome
from proxy.storage.names import BooksName

_NUMBERS = ("WAITING", "DEAD", "UNREADABLE", "INVALID", "FILTERED")
_GOOD = frozenset({PollOutcome.GIVEN, PollOutcome.UNDER_WAY})
# They name the shop's failure themselves.
_ABOUT_POLLS = frozenset({AlarmKind.SHOP_DOWN, AlarmKind.INCOMPLETE})
_ADVICE = (
    "its deliveries are not tried; name the store in the settings again, or see"
    " `portside deliveries discard --help`"
)


@click.command
@settings_option
@json_option
@only_store_option
@click.option(
    "--dismiss-gap",
    "gap",
    type=Moment(),
    metavar="START",
    help="You have seen to the gap of --store that starts then.",
)
def status(file: Path, name: str | None, gap: datetime | None, *, as_json: bool) -> None:
    """Show whether all is well, and how each store stands.

    The exit status is 1 if a person is needed. Orders held as filtered need no person.

    A gap is a span whose changes may never have reached ShipStation, because it lay too far back to
    be read again. Compare the orders of that span by hand, or ask ShipStation to import it, then
    dismiss it.

    Works beside a running Portside, on the same database.
    """
    settings = read_records_settings(file)
    if name is not None:
        find_store(settings.stores, name)
    if gap is not None:
        _dismiss(file, name, gap)
        return
    named = list(settings.stores)
    found = open_records(settings, lambda records: read_status(records.database, named, name))
    alarms = list_alarms(found, settings.alerts.when.thresholds())
    if as_json:
        print_json(plain_status(found, alarms))
    else:
        _print_status(wide_console(), found, alarms)
    if any(alarm.needs_person for alarm in alarms):
        raise SystemExit(1)


def _print_status(console: Console, found: Status, alarms: Sequence[Alarm]) -> None:
    pressing = any(alarm.needs_person for alarm in alarms)
    console.print(Text(summarize(alarms), style="bold red" if pressing else "bold green"))
    table = build_table("STORE", "LAST POLL", "COVERED UNTIL", *_NUMBERS, right=_NUMBERS)
    for standing in found.stores:
        table.add_row(*_build_row(standing))
    console.print(table)
    console.print(Text("Times are UTC.", style="dim"))
    for alarm in alarms:
        console.print(Text.assemble(("✗ ", "red"), f"{alarm.text}."))
        console.print(Text(f"  → {alarm.advice}", style="dim"))
    said = {alarm.store for alarm in alarms if alarm.kind in _ABOUT_POLLS}
    for standing in found.stores:
        if standing.store not in said and (trouble := _describe_trouble(standing)):
            console.print(Text(f"{standing.store}: {trouble}"))
        _print_notes(console, standing)


def _describe_trouble(standing: Standing) -> str:
    """What no alarm says yet: a shop that is down or slow, or a last poll that brought nothing."""
    if standing.shop_word in {ShopWord.DOWN, ShopWord.SLOW}:
        return _describe_shop(standing)
    poll = standing.last_poll
    if poll is None or poll.outcome in _GOOD or not poll.reason:
        return ""
    return f"the last poll brought no orders: {poll.reason}"


def _print_notes(console: Console, standing: Standing) -> None:
    for lost in standing.gaps:
        console.print(
            Text(
                f"{standing.store}: changes from {exact_moment(lost.start)} to"
                f" {exact_moment(lost.end)} may be missing"
            )
        )
    for remark in standing.remarks:
        console.print(
            Text(f"{standing.store}: {remark.text} (since {plain_moment(remark.first_seen)})")
        )
    if standing.audit is not None:
        console.print(Text(f"{standing.store}: {_describe_audit(standing.audit)}", style="dim"))
    if not standing.named:
        console.print(Text(f"{standing.store}: {_ADVICE}"))


def _describe_audit(audit: AuditResult) -> str:
    faults = "" if audit.faulty else "; all sides agreed"
    return (
        f"audited {audit.finished_at:%Y-%m-%d %H:%M} UTC: {audit.compared} orders compared{faults}"
    )


def _describe_shop(standing: Standing) -> str:
    shop = standing.shop
    if standing.shop_word is ShopWord.SLOW:
        return f"the shop is slow: it takes {shop.seconds or 0.0:.1f} s to answer on average"
    then = f"; it is asked again at {shop.next_try_at:%H:%M:%S} UTC" if shop.next_try_at else ""
    return f"the shop has not answered since {plain_moment(shop.failing_since)}{then}: {shop.error}"


def _build_row(standing: Standing) -> tuple[Text, ...]:
    until = standing.covered_until
    covered = "nothing given yet" if until is None else f"{until:%Y-%m-%d %H:%M:%S}"
    if not standing.named:
        covered = "not in the settings"
    held, waiting, dead = standing.held, standing.waiting.count, standing.dead.count
    return (
        Text(standing.store),
        _describe_poll(standing.last_poll),
        Text(covered, style="" if standing.named else "red"),
        Text(str(waiting), style="yellow" if waiting else ""),
        Text(str(dead), style="red" if dead else ""),
        Text(str(held.unreadable), style="red" if held.unreadable else ""),
        Text(str(held.invalid), style="red" if held.invalid else ""),
        Text(str(held.filtered + held.early)),
    )


def _describe_poll(poll: Poll | None) -> Text:
    if poll is None:
        return Text("none yet")
    is_good = poll.outcome in _GOOD
    word = "" if is_good else f" {poll.outcome.value.replace('_', ' ')}"
    return Text(f"{poll.at:%Y-%m-%d %H:%M}{word}", style="" if is_good else "red")


def _dismiss(file: Path, name: str | None, start: datetime) -> None:
    if name is None:
        raise CommandError("--dismiss-gap: expected --store NAME with it, found none")

    async def work(records: Records) -> bool:
        is_there = await records.ledger.dismiss_gap(BooksName(name), start)
        if is_there:
            subject = exact_moment(start)
            await keep_action(records.database, "dismiss gap", name, subject=subject)
        return is_there

    if not open_records(read_records_settings(file), work):
        raise CommandError(
            f"--dismiss-gap: {name} has no gap that starts at {exact_moment(start)}; see `portside"
            f" status --store {name}`"
        )
    click.echo("dismissed")
