"""How each store stands, for the operator: how far ShipStation has been given, what may be missing,
what is held back, what waits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from proxy.export.ledger import MOST_HELD, CoverageReport, Ledger
from proxy.operator.times import exact_moment, plain_moment
from proxy.storage.export.records import Gap, HeldOrder
from proxy.storage.names import BooksName
from proxy.storage.outbox.interface import DeliveryState, unnamed_stores
from proxy.storage.shops.interface import KeptRemark


class Counts(Protocol):
    """Where the deliveries are counted: the operator's side of the outbox."""

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many are waiting and dead, by store."""
        ...


class KeptRemarks(Protocol):
    """Where remarks about the shops are kept."""

    async def list_kept(self, store: str) -> Sequence[KeptRemark]:
        """All that hold, by subject."""
        ...


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One store. `held` counts no further than the newest thousand.

    Not `named`: deliveries are kept for it, but the settings do not name it.
    """

    store: str
    named: bool
    coverage: CoverageReport
    held: int
    waiting: int
    dead: int
    remarks: Sequence[KeptRemark] = ()


async def read_standings(
    ledger: Ledger,
    deliveries: Counts,
    remarks: KeptRemarks,
    named: Sequence[str],
    only: str | None = None,
) -> Sequence[Standing]:
    """The stores that the settings name, in the order given, then others that have open deliveries;
    or `only` one.

    Raises StorageError.
    """
    counts = await deliveries.counts()
    stores = [*named, *unnamed_stores(counts, named)]
    return [
        Standing(
            store=store,
            named=store in named,
            coverage=await ledger.read_coverage(BooksName(store)),
            held=len(await ledger.list_held(BooksName(store), MOST_HELD)),
            waiting=counts.get((store, DeliveryState.WAITING), 0),
            dead=counts.get((store, DeliveryState.DEAD), 0),
            remarks=await remarks.list_kept(store),
        )
        for store in stores
        if only in {None, store}
    ]


def plain_standing(standing: Standing) -> dict[str, Any]:
    """As JSON: times in UTC, null where nothing has been asked for yet."""
    report = standing.coverage
    return {
        "store": standing.store,
        "in_settings": standing.named,
        "covered_until": plain_moment(report.coverage.covered_until if report.coverage else None),
        "finished_until": plain_moment(report.finished_until),
        "gaps": [plain_gap(gap) for gap in report.gaps],
        "orders_held": standing.held,
        "deliveries_waiting": standing.waiting,
        "deliveries_dead": standing.dead,
        "remarks": [plain_remark(remark) for remark in standing.remarks],
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
