"""Trials of windows: the modified date counts, in UTC, both ends belong to it, and the last minute
as a whole.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median_low

from proxy.doors.custom_store.dates import format_date
from proxy.simulator.answers import ReceivedOrder
from proxy.simulator.exam import MINUTE, Exam, modified_at
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept, report_untried

_SHOWN = 5
_FAR = timedelta(hours=14)
# Clocks differ; more than this is a time zone.
_AHEAD = timedelta(minutes=10)
_NOTHING_SOLD = datetime.fromisoformat("2001-01-01T00:00:00+00:00")


def _find_dated(exam: Exam) -> list[tuple[datetime, ReceivedOrder]]:
    """The window's orders by their own modified time, oldest first, those within the window
    only.
    """
    pairs = [
        (moment, order) for order in exam.whole.orders if (moment := modified_at(order)) is not None
    ]
    return sorted(
        (pair for pair in pairs if exam.whole.start <= pair[0] <= exam.whole.end),
        key=lambda pair: pair[0],
    )


async def _try_own_minute(exam: Exam) -> Verdict:
    dated = _find_dated(exam)
    if not dated:
        return report_untried(
            "no order whose LastModified lies in the window asked for"
            if exam.whole.orders
            else "no order in the window"
        )
    for moment, order in {dated[place] for place in (0, len(dated) // 2, -1)}:
        walk = await exam.walk(moment, moment)
        if walk.fault:
            return report_broken(f"window of the minute {format_date(moment)}: {walk.fault}")
        if (
            order.key not in {found.key for found in walk.orders}
            and order.key not in await exam.changed_since()
        ):
            return await _diagnose(exam, moment, order)
    return report_kept("orders come in the one-minute window of their own LastModified")


async def _diagnose(exam: Exam, moment: datetime, order: ReceivedOrder) -> Verdict:
    """Why an order is not in the window of its own minute."""
    seen = (
        f"order {order.number} says it was modified at {order.last_modified}, but is not in the"
        f" window {format_date(moment)} to the same"
    )

    async def is_found(margin: timedelta) -> bool:
        return order.key in {
            other.key for other in (await exam.walk(moment - margin, moment + margin)).orders
        }

    if await is_found(MINUTE):
        return report_broken(
            f"{seen}; one minute more on both sides finds it",
            "Include both ends, and read the end as the whole minute (:59.999).",
        )
    if await is_found(_FAR):
        return report_broken(
            f"{seen}; 14 hours more on both sides find it",
            "Read the dates as UTC, and write LastModified in UTC; a time zone is mixed in.",
        )
    return report_broken(
        seen,
        "Filter by the modified date, not by the date the order was placed, and write that same"
        " date into LastModified.",
    )


async def _try_nothing_later(exam: Exam) -> Verdict:
    dated = _find_dated(exam)
    if not dated or dated[0][0] == dated[-1][0]:
        return report_untried(
            "all orders of the window were modified in one minute"
            if dated
            else "no order in the window"
        )
    end = dated[0][0]
    walk = await exam.walk(end - MINUTE, end)
    if walk.fault:
        return report_broken(f"window that ends at {format_date(end)}: {walk.fault}")
    dates = [moment for order in walk.orders if (moment := modified_at(order)) is not None]
    later, older = (
        sum(moment > end for moment in dates),
        sum(moment < end - MINUTE for moment in dates),
    )
    # An order may come again with its newest state, in any window. A window that is ignored gives
    # nearly all of them.
    if later > sum(moment > end for moment, _ in dated) / 2:
        return report_broken(
            f"a window that ends at {format_date(end)} holds {later} orders modified later, the"
            f" latest at {format_date(max(dates))}"
        )
    beside = [
        f"{number} {what}"
        for number, what in ((later, "modified later"), (older, "older than asked"))
        if number
    ]
    mild = f"; {' and '.join(beside)}, which ShipStation does not mind" if beside else ""
    return report_kept(f"the window that ends at {format_date(end)} ends there{mild}")


async def _try_halves(exam: Exam) -> Verdict:
    dated = _find_dated(exam)
    if not dated or not exam.whole.is_complete:
        return report_untried(
            "no order in the window"
            if not dated
            else exam.whole.fault or "the window has too many pages"
        )
    middle = median_low([moment for moment, _ in dated])
    halves = [await exam.walk(exam.whole.start, middle), await exam.walk(middle, exam.whole.end)]
    for half in halves:
        if half.fault:
            return report_broken(
                f"window {format_date(half.start)} to {format_date(half.end)}: {half.fault}"
            )
    missing = {order.key for _, order in dated} - {
        order.key for half in halves for order in half.orders
    }
    missing -= await exam.changed_since() if missing else set()
    if missing:
        return report_broken(
            f"{len(missing)} of {len(dated)} orders are in the whole window but in neither half of"
            f" it, e.g. {', '.join(sorted(missing)[:_SHOWN])}"
        )
    return report_kept(
        f"{len(dated)} orders, also in two halves that meet at {format_date(middle)}"
    )


async def _try_empty(exam: Exam) -> Verdict:
    walk = await exam.walk(_NOTHING_SOLD, _NOTHING_SOLD + MINUTE)
    if walk.fault:
        return report_broken(walk.fault)
    return (
        report_broken(f"{len(walk.orders)} orders in a minute of the year 2001")
        if walk.orders
        else report_kept("an Orders element without orders")
    )


async def _try_not_ahead(exam: Exam) -> Verdict:
    times = [
        (moment, order) for order in exam.whole.orders if (moment := modified_at(order)) is not None
    ]
    if not times:
        return report_untried("no order in the window")
    latest, order = max(times, key=lambda pair: pair[0])
    if latest > exam.now + _AHEAD:
        return report_broken(
            f"order {order.number} says it was modified at {order.last_modified}, and it is"
            f" {format_date(exam.now)} UTC"
        )
    return report_kept(f"latest {format_date(latest)}")


WINDOWS = (
    Promise(
        name="window-minute",
        text=(
            "An order is in the one-minute window of its own LastModified: UTC, both ends included,"
            " the last minute whole"
        ),
        advice=(
            "Filter by the modified date with ≥ and ≤, read the dates as UTC, and the end as the"
            " end of its minute."
        ),
        trial=_try_own_minute,
    ),
    Promise(
        name="window-end",
        text="A window ends where it was asked to end",
        advice=(
            "Heed start_date and end_date; a window that is ignored returns the whole shop every"
            " few minutes."
        ),
        trial=_try_nothing_later,
    ),
    Promise(
        name="window-halves",
        text="Two windows that meet hold every order of the window they divide",
        advice=(
            "Orders are lost at the border or between pages: use ≥ and ≤, sort by (modified, id),"
            " and do not page by offset over moving rows."
        ),
        trial=_try_halves,
    ),
    Promise(
        name="window-empty",
        text="A window without orders is a well-formed Orders element",
        advice='Answer 200 with `<Orders pages="1"/>`, never an empty body and never an error.',
        trial=_try_empty,
    ),
    Promise(
        name="dates-utc",
        text="No order is dated in the future",
        advice="Write OrderDate and LastModified in UTC, not in the shop's own time.",
        trial=_try_not_ahead,
    ),
)
