"""Reads how the stores stand, from the database alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from proxy.operator.status.standing import Disk, HeldCounts, Standing, Status
from proxy.rules.lateness import ShopList
from proxy.rules.pollers import IDLE
from proxy.storage.database import Database
from proxy.storage.outbox.interface import DeliveryState
from proxy.storage.overview import Overview, Pile, WalkUnderWay, read_overview
from proxy.storage.shops.states import ShopState

# A walk whose next page was not asked for in so long was given up by its client.
_GIVEN_UP_AFTER = timedelta(minutes=30)


async def read_status(database: Database, named: Sequence[str], only: str | None = None) -> Status:
    """The stores that the settings name, in the order given, then others that have open deliveries;
    or `only` one.

    Raises StorageError.
    """
    overview = await read_overview(database)
    unnamed = sorted(set(overview.open_deliveries).difference(named))
    return Status(
        read_at=overview.read_at,
        stores=tuple(
            _build_standing(overview, store, is_named=store in named)
            for store in (*named, *unnamed)
            if only in {None, store}
        ),
        disk=Disk(free=database.measure_free_space(), size=database.measure_size()),
        failed_logins=overview.failed_logins.get(""),
    )


def _build_standing(overview: Overview, store: str, *, is_named: bool) -> Standing:
    now = overview.read_at
    rhythm = overview.rhythms.get(store)
    deliveries = overview.open_deliveries.get(store, {})
    second_at = overview.second_pollers.get(store)
    return Standing(
        store=store,
        named=is_named,
        last_poll=rhythm.last if rhythm else None,
        usual_interval=rhythm.usual_interval if rhythm else None,
        fruitless_since=rhythm.fruitless_since if rhythm else None,
        walk=_find_walk(overview.walks.get(store), now),
        coverage=overview.coverage.get(store),
        finished_until=overview.finished_until.get(store),
        gaps=tuple(overview.gaps.get(store, ())),
        shop=overview.shops.get(store, ShopState()),
        held=_count_held(overview.held.get(store, {})),
        waiting=deliveries.get(DeliveryState.WAITING.value, Pile()),
        dead=deliveries.get(DeliveryState.DEAD.value, Pile()),
        shop_list=overview.lists.get(store, ShopList()),
        second_poller_at=second_at if second_at and now - second_at < IDLE else None,
        failed_logins=overview.failed_logins.get(store),
        remarks=tuple(overview.remarks.get(store, ())),
        audit=overview.audits.get(store),
        refreshed_at=overview.silenced.get(store),
    )


def _find_walk(walk: WalkUnderWay | None, now: datetime) -> WalkUnderWay | None:
    """The walk, if it is under way: the shop is being read, or pages are still to be asked for."""
    if walk is None:
        return None
    is_read = walk.is_read or walk.lease_until <= now
    is_asked_for = walk.handed_at is not None and now - walk.used_at < _GIVEN_UP_AFTER
    is_whole = walk.is_read and walk.pages is not None and walk.sent >= walk.pages
    return walk if not is_whole and (not is_read or is_asked_for) else None


def _count_held(counts: Mapping[str, int]) -> HeldCounts:
    return HeldCounts(**{kind: counts.get(kind, 0) for kind in HeldCounts.__struct_fields__})
