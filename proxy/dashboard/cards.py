"""A store's card: what of its standing is drawn, and where. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

import msgspec

from connectors.quoting import count_things
from proxy.doors.custom_store.words import fill_status_words
from proxy.export.polls import describe_given
from proxy.operator.status.standing import Standing
from proxy.operator.status.strip import CELLS, DAY, StripCell
from proxy.rules.alarms import Alarm, AlarmKind
from proxy.settings.store import StoreSettings
from proxy.settings.values import ListenAddress
from proxy.storage.export.polls import Poll, PollOutcome

_OUTCOMES = {
    PollOutcome.GIVEN: "given",
    PollOutcome.UNDER_WAY: "being given",
    PollOutcome.FAILED: "failed",
    PollOutcome.STILL_READING: "told to come again",
    PollOutcome.DEFERRED: "deferred",
    PollOutcome.BROKEN_OFF: "broken off",
    PollOutcome.ALL_HELD: "all held",
}
_ALARM_PAGES: Mapping[AlarmKind, str] = {
    AlarmKind.DEAD: "/ui/deliveries?state=dead",
    AlarmKind.OLDEST_WAITING: "/ui/deliveries?state=waiting",
    AlarmKind.UNREADABLE: "/ui/held?kind=faulty",
    AlarmKind.INVALID: "/ui/held?kind=faulty",
}
_NO_POLL = "none in the last 24 hours"
_QUIET = {PollOutcome.GIVEN, PollOutcome.UNDER_WAY}


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a bar, in cells from its left end: where, how wide, of which look, and in words."""

    x: float
    width: float
    look: str
    text: str


class TimeBar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar over a span of time that ends now, and what it shows in one sentence."""

    since: datetime
    stretches: Sequence[Stretch]
    text: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One field of ShipStation's form, and what to type there; `is_exact`: as it stands."""

    field: str
    value: str
    is_exact: bool = True


def find_alarm_page(alarm: Alarm) -> str:
    """The page with what an alarm is about; empty where the card itself shows it."""
    place = _ALARM_PAGES.get(alarm.kind)
    return "" if place is None else f"{place}&{urlencode({'store': alarm.store})}"


def draw_strip(cells: Sequence[StripCell], now: datetime) -> TimeBar:
    """The polls of the last 24 hours; neighbours that look alike are one stretch."""
    since = now - DAY
    # Cells that follow one another keep the difference of place and number.
    runs = groupby(enumerate(cells), key=lambda pair: (pair[1].worst, pair[1].place - pair[0]))
    stretches, bad = [], 0
    for (worst, _), each in runs:
        run = [cell for _, cell in each]
        bad += 0 if worst in _QUIET else len(run)
        begun = since + DAY / CELLS * run[0].place
        number = count_things(sum(cell.polls for cell in run), "poll")
        text = f"{begun:%H:%M} UTC: {number}, {_OUTCOMES[worst]}"
        stretches.append(Stretch(x=run[0].place, width=len(run), look=worst.value, text=text))
    polls = sum(cell.polls for cell in cells)
    said = f"{count_things(polls, 'poll')} in the last 24 hours" if polls else _NO_POLL
    trouble = f"; trouble in {bad} of {CELLS} quarters of an hour" if bad else ""
    return TimeBar(since=since, stretches=stretches, text=f"{said}{trouble}.")


def draw_coverage(standing: Standing, now: datetime) -> TimeBar:
    """How far ShipStation has been given everything, and the gaps in it; over 24 hours, or back to
    the oldest gap.
    """
    oldest = min((gap.start for gap in standing.gaps), default=now)
    since = min(now - DAY, oldest - DAY / 24)
    until = standing.covered_until
    stretches: list[Stretch] = []
    if until is not None:
        stretches += _place(since, now, since, until, "covered", f"covered until {until:%H:%M} UTC")
    for gap in standing.gaps:
        text = f"changes from {gap.start:%d %b %H:%M} to {gap.end:%d %b %H:%M} UTC may be missing"
        stretches += _place(since, now, gap.start, gap.end, "gap", text)
    if until is None:
        text = "nothing has been given yet."
    else:
        gaps = count_things(len(standing.gaps), "gap") if standing.gaps else "no gaps"
        text = f"until {until:%Y-%m-%d %H:%M} UTC, {gaps}."
    return TimeBar(since=since, stretches=stretches, text=text)


def _place(
    since: datetime, now: datetime, start: datetime, end: datetime, look: str, text: str
) -> Iterator[Stretch]:
    span = (now - since) / timedelta(seconds=1)
    left = max((start - since) / timedelta(seconds=1), 0.0) / span * CELLS
    right = min((end - since) / timedelta(seconds=1), span) / span * CELLS
    if right > left:
        # A gap of a minute must be seen too.
        width = max(right - left, 0.6)
        yield Stretch(
            x=round(min(left, CELLS - width), 2), width=round(width, 2), look=look, text=text
        )


def describe_poll(poll: Poll) -> str:
    """What became of a poll, in one sentence without a full stop."""
    if poll.outcome in _TROUBLE:
        reason = f": {poll.reason}" if poll.reason else ""
        return f"{_TROUBLE[poll.outcome]}{reason}"
    return f"{describe_given(poll)}, {poll.seconds:.1f} s"


_TROUBLE: Mapping[PollOutcome, str] = {
    PollOutcome.FAILED: "could not give ShipStation its orders",
    PollOutcome.STILL_READING: "told ShipStation to come again while the shop was being read",
    PollOutcome.BROKEN_OFF: "was left by ShipStation before its answer was sent",
    PollOutcome.ALL_HELD: "held all orders for one reason",
}


def list_entries(name: str, settings: StoreSettings, listen: ListenAddress) -> Sequence[Entry]:
    """What a merchant types into the form of ShipStation's custom store. Secrets are named, never
    shown.
    """
    address = settings.webhooks.address.rstrip("/") if settings.webhooks else ""
    login = settings.credentials[0]
    entries = [
        Entry(
            field="URL to custom XML page",
            value=f"{address or 'https://YOUR-ADDRESS'}/stores/{name}",
            is_exact=bool(address),
        )
    ]
    if login.username:
        secret = f"the password of this user (stores.{name}.credentials in the settings)"
        entries += [
            Entry(field="Username", value=login.username),
            Entry(field="Password", value=secret, is_exact=False),
        ]
    else:
        secret = f"append ?auth_key=… with the key of stores.{name}.credentials to the address"
        entries.append(Entry(field="Login", value=secret, is_exact=False))
    words = fill_status_words(settings.status_words)
    entries += [
        Entry(field=f"{status.value.replace('_', ' ').capitalize()} statuses", value=word)
        for status, word in words.items()
    ]
    if not address:
        entries.append(
            Entry(
                field="YOUR-ADDRESS",
                value=f"the public https address in front of Portside's {listen}",
                is_exact=False,
            )
        )
    return entries
