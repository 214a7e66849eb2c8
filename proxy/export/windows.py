"""Which snapshot answers a window, decided within one transaction: the one there is, an earlier
reading that will do, or a new one.
"""

# How a request for a page of a window is answered; the first rule that fits decides. The states of
# a snapshot are in proxy.storage.export.interface; it is alive when it is READY, or BUILDING under
# a lease that runs.
#
#   1. The window's walk is over, it was read before the window ended, and page 1 is asked for in a
#      new request: read the window again, as a new one (5).
#   2. Its snapshot is alive and not expired: that snapshot.
#   3. Not expired, but its builder is gone, or it FAILED after a page was handed out: take it over,
#      so that the pages handed out stay as they are.
#   4. It FAILED before a page was handed out: drop it and read the window as a new one (5).
#   5. A new window: settle the walks before it, which may move the coverage; note a gap that lies
#      too far back to be read. Then adopt a reading that is alive, of which no page was handed out,
#      and that holds all that is needed; else create a snapshot.
#
# A snapshot expires
#   - while BUILDING: `keep_for` after its lease has lapsed;
#   - with no page handed out: `keep_for`, but at least UNSERVED_FOR, after it was ready or FAILED;
#   - then: for page 1 `keep_for` after the first page was handed out, for the other pages
#     `keep_for` after it was last used.

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from connectors.orders import Window
from proxy.export.shop_list.lateness import allow_for_list, settle_list
from proxy.export.walk import is_walked
from proxy.rules.coverage import CoverageRules, Reach, begin, closes, reach, serves, settle
from proxy.rules.pollers import note_window
from proxy.settings.models import ExportSettings
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.records import Gap, Snapshot, SnapshotState

# A builder that is silent for so long is taken for dead, and another takes over its work.
LEASE = timedelta(seconds=15)
# ShipStation tries again hourly; what was read in vain for one poll shall still be there for the
# next ones.
UNSERVED_FOR = timedelta(hours=3)
# More than this would make the walk itself long; the rest goes with the next one.
MOST_HINTS = 200


class WindowRules(msgspec.Struct, frozen=True, kw_only=True):
    """How windows of one store are held."""

    coverage: CoverageRules = CoverageRules()
    keep_for: timedelta = ExportSettings().keep_for


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The snapshot for a window.

    With `token` it is the caller's to build; `gap` is a loss noted just now.
    """

    snapshot: Snapshot
    token: str | None = None
    gap: Window | None = None


async def open_window(
    rows: ExportRows, asked: Window, page: int, rules: WindowRules, *, new: bool = True
) -> Opened:
    """The snapshot that answers `asked`; see `Opened`.

    A window not seen before settles the walks that came before it.

    `new`: this is a new request, which may begin another walk of a window; not one that waits for
    a walk under way.
    """
    known = await rows.find_snapshot(asked.start, asked.end)
    if known is not None and new and page == 1 and await _may_have_news(rows, known):
        return await _open_new(rows, asked, rules)
    if known is not None and not _is_expired(known, page, rows.now, rules):
        if _is_alive(known, rows.now):
            return Opened(snapshot=known)
        if known.state is SnapshotState.BUILDING or known.handed_at is not None:
            return await _take_over(rows, known)
        # It failed before a page was handed out: read it again, so that what goes out is fresh.
        await rows.drop_snapshot(known.id)
    return await _open_new(rows, asked, rules)


async def _may_have_news(rows: ExportRows, snapshot: Snapshot) -> bool:
    """Whether its walk is over, and it was read before its window was: two imports within one
    minute ask for the same window.
    """
    return snapshot.began_at < snapshot.end and is_walked(snapshot, await rows.sends(snapshot.id))


def _is_alive(snapshot: Snapshot, now: datetime) -> bool:
    return snapshot.state is SnapshotState.READY or (
        snapshot.state is SnapshotState.BUILDING and snapshot.lease_until > now
    )


def _is_expired(snapshot: Snapshot, page: int, now: datetime, rules: WindowRules) -> bool:
    """Whether a snapshot is too old for `page`.

    A walk may go on for as long as it moves; a new one begins with fresh news.
    """
    if snapshot.state is SnapshotState.BUILDING:
        return now > snapshot.lease_until + rules.keep_for
    if snapshot.handed_at is None:
        return now > (snapshot.ready_at or snapshot.used_at) + max(UNSERVED_FOR, rules.keep_for)
    return now > (snapshot.handed_at if page == 1 else snapshot.used_at) + rules.keep_for


async def _take_over(rows: ExportRows, snapshot: Snapshot) -> Opened:
    token = secrets.token_hex(8)
    taken = msgspec.structs.replace(
        snapshot,
        state=SnapshotState.BUILDING,
        token=token,
        lease_until=rows.now + LEASE,
        error="",
        message="",
        retry_after=None,
    )
    await rows.put_snapshot(taken)
    return Opened(snapshot=taken, token=token)


async def _open_new(rows: ExportRows, asked: Window, rules: WindowRules) -> Opened:
    await _settle(rows, asked)
    await rows.put_pollers(note_window(await rows.pollers(), asked, rows.now))
    known = await rows.coverage()
    widened = await allow_for_list(rows, rules.coverage)
    coverage = begin(known, asked, rows.now, widened)
    if coverage is not None and coverage != known:
        await rows.put_coverage(coverage)
    needed = reach(coverage, asked, rows.now, widened)
    if needed.gap is not None:
        await rows.put_gap(Gap(start=needed.gap.start, end=needed.gap.end, noted_at=rows.now))
    adopted = await _adopt(rows, asked, needed, rules) if rules.coverage.reach_back else None
    if adopted is not None:
        return Opened(snapshot=adopted, gap=needed.gap)
    snapshot = await _create(rows, asked, needed)
    return Opened(snapshot=snapshot, token=snapshot.token, gap=needed.gap)


async def _settle(rows: ExportRows, asked: Window) -> None:
    coverage = await rows.coverage()
    settled = settle(coverage, await rows.walks(), asked)
    if settled.coverage is not None and settled.coverage != coverage:
        await rows.put_coverage(settled.coverage)
    gaps = await rows.gaps() if settled.confirmed else ()
    if settled.confirmed:
        await settle_list(rows, settled.confirmed)
    for walk in settled.confirmed:
        await rows.confirm_told(walk.id)
        await rows.drop_carried_hints(walk.id)
        for gap in gaps:
            if closes(walk, Window(start=gap.start, end=gap.end)):
                await rows.drop_gap(gap.start)
    for walk in (*settled.confirmed, *settled.dropped):
        await rows.drop_walk(walk.id)


async def _adopt(
    rows: ExportRows, asked: Window, needed: Reach, rules: WindowRules
) -> Snapshot | None:
    """An earlier reading of which no page was handed out, so that a slow shop is not read from the
    start with every poll.
    """
    for snapshot in await rows.snapshots():
        held = Reach(window=snapshot.read, reaches=snapshot.reaches)
        fresh = (
            snapshot.handed_at is None
            and _is_alive(snapshot, rows.now)
            and not _is_expired(snapshot, 1, rows.now, rules)
        )
        if fresh and serves(held, snapshot.latest_start, snapshot.end, asked, needed):
            adopted = msgspec.structs.replace(snapshot, latest_start=asked.start)
            await rows.put_snapshot(adopted)
            await rows.link_window(asked.start, asked.end, adopted.id)
            return adopted
    return None


async def _create(rows: ExportRows, asked: Window, needed: Reach) -> Snapshot:
    snapshot = await rows.add_snapshot(
        Snapshot(
            id=0,
            start=asked.start,
            end=asked.end,
            latest_start=asked.start,
            read_from=needed.window.start,
            reaches=needed.reaches,
            began_at=rows.now,
            token=secrets.token_hex(8),
            lease_until=rows.now + LEASE,
            used_at=rows.now,
        )
    )
    await rows.link_window(asked.start, asked.end, snapshot.id)
    await rows.carry_hints(snapshot.id, MOST_HINTS)
    return snapshot


async def drop_expired(rows: ExportRows, rules: WindowRules) -> None:
    """Drop snapshots that have expired: their pages hold buyers' data."""
    for snapshot in await rows.snapshots():
        page = 1 if snapshot.handed_at is None else 2
        if _is_expired(snapshot, page, rows.now, rules):
            await rows.drop_snapshot(snapshot.id)
