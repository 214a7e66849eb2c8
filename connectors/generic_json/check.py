"""What `portside check` finds out about a shop that is described in settings.

Changes nothing in the shop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from http import HTTPStatus

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    IncompleteListingError,
    RefusedError,
    UnavailableError,
)
from connectors.generic_json.check_list import check_list
from connectors.generic_json.check_money import check_money
from connectors.generic_json.listing.pages import Pages
from connectors.generic_json.listing.reader import Listing
from connectors.generic_json.listing.window import make_window_back
from connectors.generic_json.settings.paging import OffsetPaging, PagePaging
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.inspection import MOST_UNREADABLE, check_answers, check_clock, report_failure
from connectors.interface import CheckLevel, CheckReport, Finding
from connectors.orders import RejectedOrder, Window
from connectors.upstream.client import Upstream

_REACH = timedelta(days=7)
_SAMPLE = 20
# How shops answer for a page that they do not have.
_PAST_END = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})


async def check_shop(
    settings: GenericJsonSettings,
    upstream: Upstream,
    pages: Pages,
    listing: Listing,
    count: Callable[[Window], Awaitable[int | None]],
) -> CheckReport:
    """Read some orders of the last days, look at how many could be read, and at what the settings
    leave out.
    """
    window = make_window_back(_REACH)
    findings = await check_list(pages, settings.orders)
    if all(finding.level is not CheckLevel.PROBLEM for finding in findings):
        read = await _read_some(settings, listing, window)
        if read.level is CheckLevel.PROBLEM:
            findings = [read]
        else:
            findings = [read, *findings, await _count_orders(count, window)]
            findings += await check_money(settings, listing, window)
    findings += _write_findings(settings)
    findings += check_answers(upstream.mended)
    findings += check_clock(upstream.clock_offset)
    return CheckReport(findings=tuple(findings))


async def _read_some(settings: GenericJsonSettings, listing: Listing, window: Window) -> Finding:
    read, broken = 0, []
    try:
        async with aclosing(listing.list_orders(window)) as orders:
            async for order in orders:
                read += 1
                if isinstance(order, RejectedOrder):
                    broken.append(order.reason)
                if read >= _SAMPLE:
                    break
    except ConnectorError as error:
        return report_failure("The list of orders cannot be read", error, _advise(settings, error))
    if len(broken) > MOST_UNREADABLE * read:
        what = f"{len(broken)} of {read} orders cannot be read, e.g.: {broken[0]}"
        return Finding(level=CheckLevel.PROBLEM, what=what, advice="Mend `map`.")
    if not read:
        return Finding(
            level=CheckLevel.OK,
            what="The list of orders answers; it holds no order of the last seven days.",
            advice="Run `portside fetch --since` with an earlier time to see some.",
        )
    which = (
        f"The first {read} orders"
        if read == _SAMPLE
        else f"All {read} orders"
        if read > 1
        else "The one order"
    )
    can = "can be read" if not broken else f"can be read but for {len(broken)}"
    return Finding(level=CheckLevel.OK, what=f"{which} of the last seven days {can}.")


def _advise(settings: GenericJsonSettings, error: ConnectorError) -> str:
    if isinstance(error, AuthenticationError):
        return (
            "Compare `auth` with the key that the shop shows, and what it may do; `portside"
            " explain` shows the exchange."
        )
    if isinstance(error, UnavailableError) and not error.reached:
        return "See that `url` is right and that this machine can reach the shop."
    if isinstance(error, IncompleteListingError):
        return (
            "Let the web server pass the query on, and see whether `orders.request` says"
            " `{{ page.… }}` under the names that the shop reads."
        )
    numbered = isinstance(settings.orders.paging, PagePaging | OffsetPaging)
    if isinstance(error, RefusedError) and error.status in _PAST_END and numbered:
        return (
            "If the shop answers so for the page behind the last, set"
            f" `orders.paging.past_end: [{error.status}]`."
        )
    return "`portside explain` shows what was asked and answered."


async def _count_orders(
    count: Callable[[Window], Awaitable[int | None]], window: Window
) -> Finding:
    try:
        found = await count(window)
    except ConnectorError as error:
        return Finding(
            level=CheckLevel.WARNING,
            what=f"The orders cannot be counted: {error}",
            advice="Mend `orders.paging.total`.",
        )
    if found is None:
        return Finding(
            level=CheckLevel.OK,
            what=(
                "The shop is not asked how many orders there are; the first page waits until all"
                " are read."
            ),
        )
    return Finding(
        level=CheckLevel.OK, what=f"The shop counts {found} orders of the last seven days."
    )


def _write_findings(settings: GenericJsonSettings) -> list[Finding]:
    shipment = settings.shipment
    if shipment is None:
        return [
            Finding(
                level=CheckLevel.WARNING,
                what="There is no `shipment` block: shipments are not written to the shop.",
                advice="Add a `shipment` block; without it, every notice is refused.",
            )
        ]
    if shipment.probe is None:
        return [
            Finding(
                level=CheckLevel.WARNING,
                what=(
                    "The `shipment` block has no `probe`: a notice whose answer was lost may ship"
                    " twice."
                ),
                advice=(
                    "Say in `shipment.probe.tracking` where the shop shows the tracking numbers it"
                    " has."
                ),
            )
        ]
    return [
        Finding(
            level=CheckLevel.OK,
            what="Before a shipment is told, the shop is asked whether it knows of it.",
        )
    ]
