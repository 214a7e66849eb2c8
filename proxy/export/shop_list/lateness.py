"""Late lists, within one transaction: what the orders about to be given say of the shop's list, and
the rules of a window that allow for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from proxy.rules.coverage import CoverageRules, Walk
from proxy.rules.lateness import (
    bound_reading_again,
    find_lateness,
    find_lookback,
    note_clock,
    note_late_change,
    plan_check,
    settle_reading_again,
)
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.records import Member, Told


async def note_late_changes(
    rows: ExportRows, members: Sequence[Member], setting: timedelta
) -> None:
    """Look for orders that the shop listed too late for `setting`, the lookback of the settings;
    to be called before they are released from being held back.
    """
    coverage = await rows.coverage()
    if coverage is None:
        return
    # A part of an order, for one of its addresses, may be new although the order is not.
    old = {
        member.id: member.modified_at
        for member in members
        if member.modified_at is not None
        and not member.shop_id
        and coverage.since <= member.modified_at < coverage.covered_until - setting
    }
    news = await _find_news(rows, old) if old else ()
    if not news:
        return
    gaps = [(gap.start, gap.end) for gap in await rows.gaps()]
    known = state = await rows.shop_list()
    for modified_at in news:
        lateness = find_lateness(coverage, modified_at, gaps)
        state = note_late_change(state, lateness, coverage.covered_until, setting, rows.now)
    if state != known:
        await rows.put_shop_list(state)


async def _find_news(rows: ExportRows, old: dict[str, datetime]) -> Sequence[datetime]:
    """The dates of those changes that the list did not show before: no page named a date as young,
    and the order was not read and held back either.
    """
    told = await rows.find_told(old)
    held = await rows.find_held(old)
    return [
        modified_at
        for key, modified_at in old.items()
        if key not in held and (key not in told or _is_younger(modified_at, told[key]))
    ]


def _is_younger(modified_at: datetime, told: Told) -> bool:
    return told.modified_at is not None and told.modified_at < modified_at


async def allow_for_list(rows: ExportRows, rules: CoverageRules) -> CoverageRules:
    """The rules of a new window, for a shop whose list or clock is late."""
    if not rules.reach_back:
        return rules
    known, coverage = await rows.shop_list(), await rows.coverage()
    state = known
    if coverage is not None:
        state = plan_check(state, coverage.covered_until, rows.now)
    state = bound_reading_again(state, rows.now - rules.max_recovery)
    if state != known:
        await rows.put_shop_list(state)
    return msgspec.structs.replace(
        rules,
        lookback=find_lookback(state, rules.lookback, rows.now),
        again_from=state.read_again_from,
    )


async def note_clock_behind(rows: ExportRows, behind: timedelta, read_from: datetime) -> None:
    """The shop's clock was so far `behind` while a window was read from `read_from` on."""
    known = await rows.shop_list()
    state = note_clock(known, behind, read_from, rows.now)
    if state != known:
        await rows.put_shop_list(state)


async def settle_list(rows: ExportRows, confirmed: Sequence[Walk]) -> None:
    """These walks are confirmed."""
    known = await rows.shop_list()
    state = settle_reading_again(known, confirmed)
    if state != known:
        await rows.put_shop_list(state)
