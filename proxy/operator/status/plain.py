"""How the stores stand as plain values, for JSON: times in UTC, null where nothing has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from proxy.operator.status.alarms import summarize
from proxy.operator.status.standing import Standing, Status
from proxy.operator.times import exact_moment, plain_moment
from proxy.rules.alarms import Alarm
from proxy.storage.account.audits import AuditResult
from proxy.storage.export.polls import Poll
from proxy.storage.export.records import Gap, HeldOrder
from proxy.storage.overview import FailedLogins, Pile, WalkUnderWay
from proxy.storage.shops.interface import KeptRemark


def plain_status(status: Status, alarms: Sequence[Alarm]) -> dict[str, Any]:
    """All of it, the sentence that sums it up first."""
    return {
        "summary": summarize(alarms),
        "needs_person": any(alarm.needs_person for alarm in alarms),
        "alarms": [plain_alarm(alarm) for alarm in alarms],
        "read_at": plain_moment(status.read_at),
        "disk": {"free_bytes": status.disk.free, "database_bytes": status.disk.size},
        "failed_logins": _plain_logins(status.failed_logins),
        "stores": [plain_standing(standing) for standing in status.stores],
    }


def plain_alarm(alarm: Alarm) -> dict[str, Any]:
    """What is wrong, and what to do; `store` is null where it concerns all."""
    return {
        "kind": alarm.kind.value,
        "store": alarm.store or None,
        "text": alarm.text,
        "advice": alarm.advice,
        "needs_person": alarm.needs_person,
    }


def plain_standing(standing: Standing) -> dict[str, Any]:
    """One store."""
    return {
        "store": standing.store,
        "in_settings": standing.named,
        "last_poll": _plain_poll(standing.last_poll),
        "usual_interval_seconds": _plain_span(standing.usual_interval),
        "no_orders_since": plain_moment(standing.fruitless_since),
        "walk": _plain_walk(standing.walk),
        "covered_until": plain_moment(standing.covered_until),
        "finished_until": plain_moment(standing.finished_until),
        "gaps": [plain_gap(gap) for gap in standing.gaps],
        "shop": _plain_shop(standing),
        "held": msgspec.structs.asdict(standing.held),
        "deliveries": {
            "waiting": _plain_pile(standing.waiting),
            "dead": _plain_pile(standing.dead),
        },
        "second_poller_at": plain_moment(standing.second_poller_at),
        "failed_logins": _plain_logins(standing.failed_logins),
        "remarks": [plain_remark(remark) for remark in standing.remarks],
        "audit": _plain_audit(standing.audit),
    }


def plain_remark(remark: KeptRemark) -> dict[str, Any]:
    """What the operator should know about the shop although its orders go on."""
    return {
        "about": remark.about,
        "text": remark.text,
        "first_seen": plain_moment(remark.first_seen),
        "last_seen": plain_moment(remark.last_seen),
    }


def plain_gap(gap: Gap) -> dict[str, Any]:
    """A span whose changes may never have reached ShipStation."""
    return {
        "start": exact_moment(gap.start),
        "end": exact_moment(gap.end),
        "noted_at": plain_moment(gap.noted_at),
    }


def plain_held(store: str, held: HeldOrder) -> dict[str, Any]:
    """An order that did not go out, and why. The reason names fields, not the buyer."""
    return {
        "store": store,
        "order_id": held.order_id,
        "order_number": held.number,
        "kind": held.kind,
        "reason": held.reason,
        "first_seen": plain_moment(held.first_seen),
        "last_seen": plain_moment(held.last_seen),
    }


def _plain_poll(poll: Poll | None) -> dict[str, Any] | None:
    if poll is None:
        return None
    return {
        "at": plain_moment(poll.at),
        "outcome": poll.outcome.value,
        "kind": poll.kind,
        "reason": poll.reason,
        "pages": poll.pages,
        "orders": poll.orders,
        "held": poll.held,
        "seconds": round(poll.seconds, 3),
    }


def _plain_walk(walk: WalkUnderWay | None) -> dict[str, Any] | None:
    if walk is None:
        return None
    return {
        "began_at": plain_moment(walk.began_at),
        "is_read": walk.is_read,
        "pages": walk.pages,
        "pages_sent": walk.sent,
    }


def _plain_shop(standing: Standing) -> dict[str, Any]:
    shop = standing.shop
    return {
        "state": standing.shop_word.value,
        "answered_at": plain_moment(shop.answered_at),
        "usual_seconds": None if shop.seconds is None else round(shop.seconds, 3),
        "down_since": plain_moment(shop.failing_since),
        "failed_at": plain_moment(shop.failed_at),
        "error": shop.error,
        "next_try_at": plain_moment(shop.next_try_at),
    }


def _plain_pile(pile: Pile) -> dict[str, Any]:
    return {"count": pile.count, "oldest": plain_moment(pile.oldest)}


def _plain_audit(audit: AuditResult | None) -> dict[str, Any] | None:
    if audit is None:
        return None
    return {
        "finished_at": plain_moment(audit.finished_at),
        "since": plain_moment(audit.since),
        "orders_compared": audit.compared,
        "faulty_orders": audit.faulty,
    }


def _plain_logins(logins: FailedLogins | None) -> dict[str, Any] | None:
    if logins is None:
        return None
    return {
        "last_at": plain_moment(logins.last_at),
        "client": logins.client,
        "last_hour": logins.recent,
    }


def _plain_span(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)
