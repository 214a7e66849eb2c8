"""The conditions of the alarms: when one holds, in whose words, and what helps.

Each condition has a threshold of its own; one that is None or false is never an alarm. Pure: no
clock, no storage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.quoting import count_things
from proxy.rules.alarms import MEGABYTE, Alarm, AlarmKind, Thresholds
from proxy.rules.refresh import UNHEEDED
from proxy.rules.rhythm import find_silence

_MOST_REASON = 200
# Of an audit, named in one sentence.
_MOST_KINDS = 3


class StoreFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one store. Not `named`: the settings do not name it, so that nothing tries
    its deliveries.

    `fruitless_since`: no poll has brought orders since then. `poll_outcome`, `poll_kind` and
    `poll_reason` are of the last poll; `refreshed_at` is when it was last asked to poll again;
    `poll_kind` is `IncompleteListingError` where the shop's list cannot be proved complete.
    `faulty` is how many orders have each kind of fault, by the last audit, of those that changed
    since `audit_since`. `miscount`: how many orders the shop counts, and how many were found. Texts
    hold nothing of buyers.
    """

    store: str
    named: bool = True
    last_poll_at: datetime | None = None
    usual_interval: timedelta | None = None
    refreshed_at: datetime | None = None
    fruitless_since: datetime | None = None
    poll_outcome: str = ""
    poll_kind: str = ""
    poll_reason: str = ""
    shop_failing_since: datetime | None = None
    shop_error: str = ""
    dead: int = 0
    waiting: int = 0
    oldest_waiting_at: datetime | None = None
    unreadable: int = 0
    invalid: int = 0
    gaps: Sequence[tuple[datetime, datetime]] = ()
    is_late: bool = False
    miscount: tuple[int, int] | None = None
    has_second_poller: bool = False
    audit_since: datetime | None = None
    faulty: Mapping[str, int] = {}
    wrong_logins: int = 0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of all stores; `wrong_logins` are those at the operator's side."""

    now: datetime
    stores: Sequence[StoreFacts] = ()
    disk_free: int | None = None
    wrong_logins: int = 0


def find_alarms(facts: Facts, thresholds: Thresholds) -> tuple[Alarm, ...]:
    """The alarms that hold, the worst kind first, then by store as given."""
    found = [*_check_all(facts, thresholds)]
    for store in facts.stores:
        found += _check_shop(store, facts.now, thresholds)
        found += _check_polls(store, facts.now, thresholds)
        found += _check_deliveries(store, facts.now, thresholds)
        found += _check_orders(store, thresholds)
        found += _check_audit(store, thresholds)
        found += _check_clients(store, thresholds)
    kinds = list(AlarmKind)
    return tuple(sorted(found, key=lambda alarm: kinds.index(alarm.kind)))


def describe_moment(moment: datetime, now: datetime) -> str:
    """A time in UTC as a sentence names it: without the day where it is today's."""
    return f"{moment:%H:%M} UTC" if moment.date() == now.date() else f"{moment:%d %b %H:%M} UTC"


def _check_all(facts: Facts, wanted: Thresholds) -> Iterator[Alarm]:
    free = facts.disk_free
    if wanted.disk_below is not None and free is not None and free < wanted.disk_below:
        yield Alarm(
            kind=AlarmKind.DISK_BELOW,
            store="",
            text=f"The disk of the database has {free // MEGABYTE} MB left",
            advice="Make room: without it no order goes out and no shipment is taken in.",
        )
    if wanted.wrong_login is not None and facts.wrong_logins >= wanted.wrong_login:
        yield Alarm(
            kind=AlarmKind.WRONG_LOGIN,
            store="",
            text=f"{facts.wrong_logins} logins at the operator's side failed within an hour",
            advice="See the log for the addresses. If you do not know them, change"
            " `admin.password`.",
        )


def _check_shop(store: StoreFacts, now: datetime, wanted: Thresholds) -> Iterator[Alarm]:
    if wanted.shop_down is None:
        return
    advice = f"Run `portside check --store {store.store}`: it says what to do."
    since = store.shop_failing_since
    if since is not None and now - since >= wanted.shop_down:
        when = describe_moment(since, now)
        text = f"the shop has not answered since {when}: {_cut(store.shop_error)}"
    elif store.poll_outcome == "all_held":
        text = f"all orders of the last window are held for one reason: {_cut(store.poll_reason)}"
    elif (
        store.fruitless_since is not None
        and now - store.fruitless_since >= wanted.shop_down
        and store.poll_outcome in {"failed", "deferred", "still_reading"}
        and not _is_incomplete(store)
    ):
        when = describe_moment(store.fruitless_since, now)
        text = f"no poll has brought orders since {when}: {_cut(store.poll_reason)}"
    else:
        return
    yield Alarm(
        kind=AlarmKind.SHOP_DOWN, store=store.store, text=f"{store.store}: {text}", advice=advice
    )


def _check_polls(store: StoreFacts, now: datetime, wanted: Thresholds) -> Iterator[Alarm]:
    last, interval = store.last_poll_at, store.usual_interval
    if wanted.no_poll is not None and last is not None and interval is not None:
        asked = store.refreshed_at
        # A refresh may still bring it back.
        is_awaited = asked is not None and last < asked <= now < asked + UNHEEDED
        if store.named and now - last > find_silence(interval, wanted.no_poll) and not is_awaited:
            yield Alarm(
                kind=AlarmKind.NO_POLL,
                store=store.store,
                text=f"{store.store}: ShipStation has not asked for orders since"
                f" {describe_moment(last, now)}; it usually does every {_describe(interval)}",
                advice="See in ShipStation whether the store is still active and imports by itself,"
                " and whether Portside's address can be reached from outside.",
            )
    since = store.fruitless_since
    if (
        wanted.incomplete is not None
        and since is not None
        and now - since >= wanted.incomplete
        and _is_incomplete(store)
    ):
        yield Alarm(
            kind=AlarmKind.INCOMPLETE,
            store=store.store,
            text=f"{store.store}: the shop's list cannot be proved complete, so no orders have gone"
            f" out since {describe_moment(since, now)}: {_cut(store.poll_reason)}",
            advice=f"Run `portside check --store {store.store}`: it names what the shop ignores.",
        )
    if wanted.gap and store.gaps:
        start, end = store.gaps[0]
        more = f" and {len(store.gaps) - 1} more spans" if len(store.gaps) > 1 else ""
        yield Alarm(
            kind=AlarmKind.GAP,
            store=store.store,
            text=f"{store.store}: orders changed from {start:%Y-%m-%d %H:%M} to"
            f" {end:%Y-%m-%d %H:%M} UTC{more} may never have reached ShipStation",
            advice="Compare the orders of that span by hand, or import it in ShipStation, then"
            f" dismiss it: `portside status --store {store.store} --dismiss-gap START`.",
        )
    if wanted.late and store.is_late:
        yield Alarm(
            kind=AlarmKind.LATE,
            store=store.store,
            text=f"{store.store}: the shop lists changes late, or its clock is behind",
            advice="Portside reaches further back by itself; the store's remarks say how far.",
        )
    if wanted.miscount and store.miscount is not None:
        counted, found = store.miscount
        yield Alarm(
            kind=AlarmKind.MISCOUNT,
            store=store.store,
            text=f"{store.store}: the shop counts {counted} orders, and {found} were found",
            advice="Look in the shop's log for orders that it cannot load. If none is missing, its"
            " count is too high.",
        )


def _check_deliveries(store: StoreFacts, now: datetime, wanted: Thresholds) -> Iterator[Alarm]:
    name = store.store
    if wanted.dead is not None and store.dead >= max(wanted.dead, 1):
        yield Alarm(
            kind=AlarmKind.DEAD,
            store=name,
            text=f"{name}: {count_things(store.dead, 'shipment')} could not be told to the shop and"
            f" {'waits' if store.dead == 1 else 'wait'} for a person",
            advice=f"See `portside deliveries list --store {name} --state dead`, then retry or"
            " discard.",
        )
    oldest = store.oldest_waiting_at
    if wanted.oldest_waiting is None or oldest is None or now - oldest < wanted.oldest_waiting:
        return
    advice = f"See `portside deliveries list --store {name} --state waiting`."
    if not store.named:
        advice = (
            "Name the store in the settings again, or give them up: `portside deliveries discard"
            f" --store {name} --state waiting`."
        )
    yield Alarm(
        kind=AlarmKind.OLDEST_WAITING,
        store=name,
        text=f"{name}: {count_things(store.waiting, 'shipment')}"
        f" {'waits' if store.waiting == 1 else 'wait'} to be told to the shop, the oldest since"
        f" {describe_moment(oldest, now)}",
        advice=advice,
    )


def _check_orders(store: StoreFacts, wanted: Thresholds) -> Iterator[Alarm]:
    advice = f"See `portside held --store {store.store}` for each order and its reason."
    for kind, count, least, what in (
        (AlarmKind.UNREADABLE, store.unreadable, wanted.unreadable, "cannot be read"),
        (AlarmKind.INVALID, store.invalid, wanted.invalid, "would be refused by ShipStation"),
    ):
        if least is not None and count >= max(least, 1):
            yield Alarm(
                kind=kind,
                store=store.store,
                text=f"{store.store}: {count_things(count, 'order')} {what}, and"
                f" {'is' if count == 1 else 'are'} held",
                advice=advice,
            )


def _check_audit(store: StoreFacts, wanted: Thresholds) -> Iterator[Alarm]:
    count = sum(store.faulty.values())
    if wanted.audit is None or store.audit_since is None or count < max(wanted.audit, 1):
        return
    kinds = sorted(store.faulty.items(), key=lambda each: (-each[1], each[0]))
    named = [f"{number} {kind}" for kind, number in kinds[:_MOST_KINDS]]
    if rest := len(kinds) - len(named):
        named.append(f"and {count_things(rest, 'more kind')}")
    yield Alarm(
        kind=AlarmKind.AUDIT,
        store=store.store,
        text=f"{store.store}: the audit found {count_things(count, 'order')} with a fault:"
        f" {', '.join(named)}",
        advice=f"Run `{write_audit(store.store, store.audit_since)}`: it names each order, the"
        " cause and the next step.",
    )


def write_audit(store: str, since: datetime) -> str:
    """The command that audits a store over the orders that changed since then."""
    return f"portside audit --store {store} --since {since.astimezone(UTC):%Y-%m-%dT%H:%M}"


def _check_clients(store: StoreFacts, wanted: Thresholds) -> Iterator[Alarm]:
    if wanted.second_poller and store.has_second_poller:
        yield Alarm(
            kind=AlarmKind.SECOND_POLLER,
            store=store.store,
            text=f"{store.store}: two clients poll this store, each with windows of its own",
            advice="Give each a store of its own; a monitor asks `/readyz` instead.",
        )
    if wanted.wrong_login is not None and store.wrong_logins >= max(wanted.wrong_login, 1):
        yield Alarm(
            kind=AlarmKind.WRONG_LOGIN,
            store=store.store,
            text=f"{store.store}: {store.wrong_logins} logins failed within an hour",
            advice="Compare ShipStation's form with the store's `credentials`; if it is not"
            " ShipStation, see the log for the addresses.",
        )


def _is_incomplete(store: StoreFacts) -> bool:
    return store.poll_kind == "IncompleteListingError"


def _cut(text: str) -> str:
    short = text if len(text) <= _MOST_REASON else f"{text[: _MOST_REASON - 1]}…"
    return short.rstrip(". ")


def _describe(interval: timedelta) -> str:
    minutes = round(interval.total_seconds() / 60)
    return f"{max(minutes, 1)} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004 - two hours
