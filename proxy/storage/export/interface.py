"""Where the records of orders on their way to ShipStation are kept: the primitive acts of one
transaction on them.

Nothing is decided here: `proxy.export.ledger` decides, and any storage can be put under it.
"""

# A snapshot is the reading of one window. Its states, and what leads from one to the next:
#
#   (none)   -> BUILDING  a window is asked for that no snapshot answers; one builder gets the token
#   BUILDING -> READY     the window is read to its end; from now on nothing of it changes
#   BUILDING -> FAILED    reading failed; the reason is kept for the requests that wait
#   BUILDING -> BUILDING  the lease lapsed; the next request takes over with a new token
#   FAILED   -> BUILDING  the next request takes over, if a page was handed out already
#   any      -> dropped   expired; or FAILED with no page handed out, and asked for again
#
# Rules:
#   - Only the holder of the current token changes a snapshot that is BUILDING. A builder that has
#     lost it hears LeaseLostError and writes nothing more.
#   - Storing orders renews the lease, so a builder that gets on does not lose it.
#   - Taking over keeps what is stored: pages that were handed out stay as they are.
#   - `pages` is set once, by a promise or at the end, and never changed.
#   - Page n can be handed out once it is whole, and the last one promised once all is read.

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from proxy.rules.coverage import Coverage, Walk
from proxy.rules.lateness import ShopList
from proxy.rules.matching import GivenOrder
from proxy.rules.pollers import Pollers
from proxy.storage.export.records import (
    Gap,
    HeldOrder,
    HintReason,
    Member,
    Part,
    Snapshot,
    Told,
    WaitingHint,
)
from proxy.storage.names import BooksName


class SnapshotRows(Protocol):
    """Windows, their snapshots and pages, within one transaction on one store."""

    async def find_snapshot(self, start: datetime, end: datetime) -> Snapshot | None:
        """The snapshot that answers the window asked for as [`start`, `end`]."""
        ...

    async def link_window(self, start: datetime, end: datetime, snapshot_id: int) -> None:
        """From now on that window is answered by this snapshot."""
        ...

    async def snapshot(self, snapshot_id: int) -> Snapshot | None:
        """One snapshot, unless it has been dropped."""
        ...

    async def snapshots(self) -> Sequence[Snapshot]:
        """All that are kept, newest first."""
        ...

    async def add_snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Keep a new one; its `id` is given here."""
        ...

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """Keep its new state."""
        ...

    async def drop_snapshot(self, snapshot_id: int) -> None:
        """Forget it, its pages and its windows."""
        ...

    async def add_part(self, snapshot_id: int, part: Part) -> None:
        """Keep encoded orders of a page."""
        ...

    async def parts(self, snapshot_id: int, page: int) -> Sequence[Part]:
        """A page's parts in order; none for a page that stayed empty."""
        ...

    async def members(self, snapshot_id: int) -> Sequence[tuple[int, Member]]:
        """Every order stored so far, with its page."""
        ...

    async def sends(self, snapshot_id: int) -> Mapping[int, bool]:
        """The pages handed out, and whether each was written to the end."""
        ...

    async def put_send(self, snapshot_id: int, page: int, *, sent: bool) -> None:
        """A page was handed out, or written."""
        ...

    async def clear_sends(self, snapshot_id: int) -> None:
        """The walk starts again."""
        ...


class CoverageRows(Protocol):
    """How far the store has been covered, within one transaction on it."""

    async def coverage(self) -> Coverage | None:
        """How far the store has been covered; None before first contact."""
        ...

    async def put_coverage(self, coverage: Coverage) -> None:
        """Move the line."""
        ...

    async def walks(self) -> Sequence[Walk]:
        """Finished walks that are not confirmed yet."""
        ...

    async def put_walk(self, walk: Walk) -> None:
        """A walk is finished."""
        ...

    async def drop_walk(self, walk_id: int) -> None:
        """It was confirmed, or counts no more."""
        ...

    async def gaps(self) -> Sequence[Gap]:
        """Gaps not closed yet, oldest first."""
        ...

    async def put_gap(self, gap: Gap) -> None:
        """Note a gap; one with the same start is replaced."""
        ...

    async def drop_gap(self, start: datetime) -> bool:
        """It was closed or seen to. False if there is none."""
        ...

    async def shop_list(self) -> ShopList:
        """What was learned of the shop's list."""
        ...

    async def put_shop_list(self, state: ShopList) -> None:
        """Learn that."""
        ...

    async def pollers(self) -> Pollers:
        """The chains of windows that were asked for."""
        ...

    async def put_pollers(self, state: Pollers) -> None:
        """Keep their new state."""
        ...

    async def sweep_due_at(self) -> datetime | None:
        """When open orders are to be read again; None if never yet."""
        ...

    async def put_sweep_due_at(self, due_at: datetime) -> None:
        """Set it; without effect before first contact."""
        ...


class OrderRows(Protocol):
    """What was sent of single orders, hints, and held orders, within one transaction on one
    store.
    """

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """What ShipStation was last sent of these orders; those never sent are left out."""
        ...

    async def put_told(self, told: Iterable[Told]) -> None:
        """ShipStation is about to be told this."""
        ...

    async def put_given(self, given: Iterable[GivenOrder]) -> None:
        """These orders are about to be given; notices will name them so."""
        ...

    async def find_given(self, shop_id: str) -> Sequence[GivenOrder]:
        """What was given of one order of the shop: one for each address that it goes to."""
        ...

    async def list_divided(self) -> Collection[str]:
        """The shop's ids of orders of which one was given for each of several addresses."""
        ...

    async def confirm_told(self, snapshot_id: int) -> None:
        """ShipStation has what was last told by this snapshot."""
        ...

    async def doubt_told(self, order_ids: Collection[str]) -> None:
        """ShipStation may not have what it was last sent of these orders after all."""
        ...

    async def add_hints(
        self, order_ids: Collection[str], due_at: datetime, reason: HintReason
    ) -> None:
        """Ask for these orders by id from `due_at` on, or earlier if they wait for that already;
        a snapshot that carries them already does so in vain.
        """
        ...

    async def list_waiting_hints(
        self, reasons: Collection[HintReason], limit: int
    ) -> Sequence[WaitingHint]:
        """Hints for these reasons that are due and that no snapshot carries, the latest first."""
        ...

    async def carry_hints(self, snapshot_id: int, limit: int) -> None:
        """Hand the hints that are due to a snapshot: held orders last, else the earliest first."""
        ...

    async def carried_hints(self, snapshot_id: int) -> Mapping[str, HintReason]:
        """The order ids a snapshot carries, and why; those due first come first."""
        ...

    async def put_back_hints(self, snapshot_id: int, order_ids: Collection[str]) -> None:
        """The snapshot carries them no more; they are due as they were."""
        ...

    async def drop_carried_hints(self, snapshot_id: int) -> None:
        """ShipStation has what they were for."""
        ...

    async def hold(self, held: Iterable[HeldOrder]) -> None:
        """Note orders that did not go out; of one noted before, `first_seen` stays."""
        ...

    async def release(self, order_ids: Collection[str]) -> None:
        """They go out after all."""
        ...

    async def find_held(self, order_ids: Collection[str]) -> Collection[str]:
        """Those of these orders that are held back."""
        ...

    async def list_held(self, limit: int) -> Sequence[HeldOrder]:
        """At most `limit` held orders: the unreadable first, then the invalid, then the rest, each
        kind last seen first. An order that a person must look at is cut off last.
        """
        ...

    async def prune(self, told_before: datetime, held_limit: int) -> None:
        """Forget what was told or given before then, other than orders that may still be shipped
        (these after two years), held orders not seen since, whose reasons may quote a buyer, and
        all but the newest `held_limit` held orders of each kind.
        """
        ...


class ExportRows(SnapshotRows, CoverageRows, OrderRows, Protocol):
    """One transaction on one store. `now` is the time all replicas go by."""

    @property
    def now(self) -> datetime:
        """Read once, as the transaction begins."""
        ...

    async def forget(self) -> None:
        """Forget the whole store, snapshots included, as if it had never been asked for."""
        ...


class ExportStorage(Protocol):
    """Where it is kept. Every method raises StorageError when the database does not do its part."""

    def writing(self, books: BooksName) -> AbstractAsyncContextManager[ExportRows]:
        """A transaction that no other one on the same store overlaps, in any process; durable once
        the block has ended.
        """
        ...

    def reading(self, books: BooksName) -> AbstractAsyncContextManager[ExportRows]:
        """A transaction that only looks."""
        ...
