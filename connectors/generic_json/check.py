"""What `portside check` finds out about a shop that is described in settings.

Changes nothing in the shop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

from connectors.errors import AuthenticationError, ConnectorError, UnavailableError
from connectors.generic_json.listing.reader import Listing
from connectors.generic_json.listing.window import make_window_back
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.inspection import check_clock
from connectors.interface import CheckLevel, CheckReport, Finding
from connectors.orders import RejectedOrder, Window
from connectors.upstream.client import Upstream

_REACH = timedelta(days=7)
_SAMPLE = 20


async def check_shop(
    settings: GenericJsonSettings,
    upstream: Upstream,
    listing: Listing,
    count: Callable[[Window], Awaitable[int | None]],
) -> CheckReport:
    """Read some orders of the last days, look at how many could be read, and at what the settings
    leave out.
    """
    window = make_window_back(_REACH)
    findings = [await _read_some(listing, window)]
    if findings[0].level is not CheckLevel.PROBLEM:
        findings.append(await _count_orders(count, window))
    findings += _write_findings(settings)
    findings += check_clock(upstream.clock_offset)
    return CheckReport(findings=tuple(findings))


async def _read_some(listing: Listing, window: Window) -> Finding:
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
        return Finding(
            level=CheckLevel.PROBLEM,
            what=f"The list of orders cannot be read: {error}",
            advice=_advise(error),
        )
    if broken:
        what = f"{len(broken)} of {read} orders cannot be read, e.g.: {broken[0]}"
        return Finding(
            level=CheckLevel.PROBLEM if len(broken) == read else CheckLevel.WARNING,
            what=what,
            advice="Mend `map`.",
        )
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
    return Finding(level=CheckLevel.OK, what=f"{which} of the last seven days can be read.")


def _advise(error: ConnectorError) -> str:
    if isinstance(error, AuthenticationError):
        return (
            "Compare `auth` with the key that the shop shows, and what it may do; `portside"
            " explain` shows the exchange."
        )
    if isinstance(error, UnavailableError) and not error.reached:
        return "See that `url` is right and that this machine can reach the shop."
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
