"""What of a status a person must hear of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from connectors.reading.proof import find_miscount
from proxy.operator.status.standing import Standing, Status
from proxy.rules.alarms import Alarm, Thresholds
from proxy.rules.conditions import Facts, StoreFacts, find_alarms
from proxy.rules.lateness import find_clock_behind, find_widened

ALL_WELL = "All well."


def list_alarms(status: Status, thresholds: Thresholds | None = None) -> Sequence[Alarm]:
    """The alarms that hold, the worst first; by the usual thresholds if none are given."""
    facts = Facts(
        now=status.read_at,
        stores=[_describe_store(standing, status) for standing in status.stores],
        disk_free=status.disk.free,
        wrong_logins=status.failed_logins.recent if status.failed_logins else 0,
    )
    return find_alarms(facts, thresholds or Thresholds())


def summarize(alarms: Sequence[Alarm]) -> str:
    """One sentence over all stores: that all is well, or what is wrong, the worst first, and of how
    many more a person is to see to.
    """
    pressing = [alarm for alarm in alarms if alarm.needs_person]
    if not pressing:
        return ALL_WELL
    more = len(pressing) - 1
    rest = f" ({more} more)" if more else ""
    return f"{pressing[0].text}{rest}."


def _describe_store(standing: Standing, status: Status) -> StoreFacts:
    poll = standing.last_poll
    late = find_widened(standing.shop_list, status.read_at) + find_clock_behind(
        standing.shop_list, status.read_at
    )
    return StoreFacts(
        store=standing.store,
        named=standing.named,
        last_poll_at=poll.at if poll else None,
        usual_interval=standing.usual_interval,
        refreshed_at=standing.refreshed_at,
        fruitless_since=standing.fruitless_since,
        poll_outcome=poll.outcome.value if poll else "",
        poll_kind=poll.kind if poll else "",
        poll_reason=poll.reason if poll else "",
        shop_failing_since=standing.shop.failing_since,
        shop_error=standing.shop.error,
        dead=standing.dead.count,
        waiting=standing.waiting.count,
        oldest_waiting_at=standing.waiting.oldest,
        unreadable=standing.held.unreadable,
        invalid=standing.held.invalid,
        gaps=[(gap.start, gap.end) for gap in standing.gaps],
        is_late=late > timedelta(0),
        miscount=next(filter(None, (find_miscount(kept.text) for kept in standing.remarks)), None),
        has_second_poller=standing.second_poller_at is not None,
        wrong_logins=standing.failed_logins.recent if standing.failed_logins else 0,
        audit_since=standing.audit.since if standing.audit else None,
        faulty=standing.audit.faulty if standing.audit else {},
    )
