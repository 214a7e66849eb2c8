"""What has been given to ShipStation and what is being given: each method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.orders import Window
from proxy.export.walk import GivenPage, hand_out_page, mark_page_sent
from proxy.export.windows import LEASE, Opened, WindowRules, drop_expired, open_window
from proxy.rules.coverage import Coverage
from proxy.rules.policy import HeldBack
from proxy.storage.errors import LeaseLostError
from proxy.storage.export.interface import ExportRows, ExportStorage
from proxy.storage.export.records import Gap, HeldOrder, Part, Snapshot, SnapshotState, Told
from proxy.storage.names import BooksName

# What was told longer ago than this is forgotten: such an order is then sent again rather than held
# back as unchanged.
TOLD_FOR = timedelta(days=90)
# How many held orders of each kind are kept, and how many are listed at most, last seen first.
MOST_HELD = 1000
# Asking for more orders by id with one window would make ShipStation wait for it.
_AT_ONCE = 50


class CoverageReport(msgspec.Struct, frozen=True, kw_only=True):
    """For the operator: how far a store has been given, the finished walk that still waits to be
    confirmed, and what may be lost.
    """

    coverage: Coverage | None
    finished_until: datetime | None
    gaps: tuple[Gap, ...]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The result of asking for a page: the page, or the snapshot it will be on."""

    opened: Opened
    page: GivenPage | None


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a builder finds: the orders an earlier one stored, `parts` of them on the page after the
    last whole one; orders to ask for.
    """

    stored: frozenset[str]
    parts: int
    hints: tuple[str, ...]
    now: datetime


class Ledger:
    """The books of all stores.

    Every method raises StorageError when the database does not do its part.
    """

    def __init__(self, storage: ExportStorage) -> None:
        self._storage = storage

    async def ask(
        self, store: BooksName, asked: Window, page: int, rules: WindowRules, *, new: bool = True
    ) -> Asked:
        """Open the window, and hand out the page if it is ready; see `open_window` and
        `hand_out_page`.
        """
        async with self._storage.writing(store) as rows:
            opened = await open_window(rows, asked, page, rules, new=new)
            given = (
                None
                if opened.token is not None
                else await hand_out_page(rows, opened.snapshot, page)
            )
            return Asked(opened=opened, page=given)

    async def mark_sent(self, store: BooksName, snapshot_id: int, page: int) -> bool:
        """The page was sent to its last byte. True if that finished the walk."""
        async with self._storage.writing(store) as rows:
            return await mark_page_sent(rows, snapshot_id, page)

    async def read_snapshot(
        self, store: BooksName, snapshot_id: int
    ) -> tuple[Snapshot | None, datetime]:
        """The snapshot as it stands, and the time that its lease goes by."""
        async with self._storage.reading(store) as rows:
            return await rows.snapshot(snapshot_id), rows.now

    async def resume(self, store: BooksName, snapshot: Snapshot) -> Start:
        """Where a builder begins."""
        async with self._storage.reading(store) as rows:
            members = await rows.members(snapshot.id)
            parts = await rows.parts(snapshot.id, snapshot.stored + 1) if members else ()
            return Start(
                stored=frozenset(member.id for _, member in members),
                parts=len(parts),
                hints=tuple(await rows.carried_hints(snapshot.id)),
                now=rows.now,
            )

    async def store_part(
        self, store: BooksName, snapshot: Snapshot, part: Part, *, whole: bool
    ) -> None:
        """Keep encoded orders; `whole` if the page needs no more. `part.stored_at` is set here.

        The builder shows by it that it is alive. Raises LeaseLostError.
        """
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            await rows.add_part(snapshot.id, msgspec.structs.replace(part, stored_at=rows.now))
            await rows.release([member.id for member in part.members])
            stored = part.page if whole else ours.stored
            await rows.put_snapshot(
                msgspec.structs.replace(ours, stored=stored, lease_until=rows.now + LEASE)
            )

    async def note_held(self, store: BooksName, held: Sequence[HeldBack]) -> None:
        """Keep a note of orders that do not go out; one that is only too young comes back by
        itself.
        """
        async with self._storage.writing(store) as rows:
            await rows.hold(_describe_held(each, rows.now) for each in held)
            for each in held:
                if each.until is not None and each.id == _key(each.id):
                    await rows.add_hints([each.id], each.until)

    async def promise(self, store: BooksName, snapshot: Snapshot, pages: int) -> None:
        """Fix the number of pages that every page of the window states. Raises LeaseLostError."""
        async with self._storage.writing(store) as rows:
            await rows.put_snapshot(
                msgspec.structs.replace(await _ours(rows, snapshot), pages=pages)
            )

    async def finish(self, store: BooksName, snapshot: Snapshot, pages: int) -> None:
        """All has been read. `pages` counts unless a number was promised before.

        Raises LeaseLostError.
        """
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            await rows.put_snapshot(
                msgspec.structs.replace(
                    ours,
                    state=SnapshotState.READY,
                    pages=ours.pages or pages,
                    ready_at=rows.now,
                    used_at=rows.now,
                )
            )

    async def fail(
        self, store: BooksName, snapshot: Snapshot, error: Exception, retry_after: float | None
    ) -> None:
        """The window could not be read. Raises LeaseLostError."""
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            failed = msgspec.structs.replace(ours, state=SnapshotState.FAILED, used_at=rows.now)
            kind, words = type(error).__name__, str(error)
            await rows.put_snapshot(
                msgspec.structs.replace(failed, error=kind, message=words, retry_after=retry_after)
            )

    async def renew_lease(self, store: BooksName, snapshot: Snapshot) -> None:
        """The builder is alive. Raises LeaseLostError."""
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            await rows.put_snapshot(msgspec.structs.replace(ours, lease_until=rows.now + LEASE))

    async def end_lease(self, store: BooksName, snapshot: Snapshot) -> None:
        """The builder stops, and another may go on at once. Raises LeaseLostError."""
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            await rows.put_snapshot(msgspec.structs.replace(ours, lease_until=rows.now))

    async def find_told(self, store: BooksName, order_ids: Collection[str]) -> Mapping[str, Told]:
        """What was last sent of these orders; those never sent are left out."""
        async with self._storage.reading(store) as rows:
            return await rows.find_told(order_ids)

    async def add_hint(self, store: BooksName, order_id: str) -> None:
        """The next window is to contain this order as the shop then has it, even if the shop's list
        does not.

        Durable.
        """
        async with self._storage.writing(store) as rows:
            await rows.add_hints([order_id], rows.now)

    async def ask_again(self, store: BooksName, kinds: Collection[str], every: timedelta) -> int:
        """Hint at the orders held for one of these reasons, the last seen first, a handful at once
        `every` so often. Returns their number.
        """
        async with self._storage.writing(store) as rows:
            ids = [held.order_id for held in await rows.list_held(MOST_HELD) if held.kind in kinds]
            for first in range(0, len(ids), _AT_ONCE):
                await rows.add_hints(
                    ids[first : first + _AT_ONCE], rows.now + every * (first // _AT_ONCE)
                )
            return len(ids)

    async def list_held(self, store: BooksName, limit: int = 100) -> Sequence[HeldOrder]:
        """Orders that did not go out, last seen first."""
        async with self._storage.reading(store) as rows:
            return await rows.list_held(limit)

    async def read_coverage(self, store: BooksName) -> CoverageReport:
        """How the store stands."""
        async with self._storage.reading(store) as rows:
            walks = await rows.walks()
            finished = max((walk.until for walk in walks), default=None)
            return CoverageReport(
                coverage=await rows.coverage(),
                finished_until=finished,
                gaps=tuple(await rows.gaps()),
            )

    async def dismiss_gap(self, store: BooksName, start: datetime) -> bool:
        """The operator has seen to a gap. False if there is none that starts then."""
        async with self._storage.writing(store) as rows:
            return await rows.drop_gap(start)

    async def claim_sweep(self, store: BooksName, every: timedelta) -> bool:
        """Whether open orders are to be read again now; if so, no other replica is told the same.

        The first sweep comes `every` after contact.
        """
        async with self._storage.writing(store) as rows:
            due_at = await rows.sweep_due_at()
            if due_at is not None and due_at > rows.now:
                return False
            await rows.put_sweep_due_at(rows.now + every)
            return due_at is not None

    async def postpone_sweep(self, store: BooksName, wait: timedelta) -> None:
        """A sweep went wrong; try again after `wait`."""
        async with self._storage.writing(store) as rows:
            await rows.put_sweep_due_at(rows.now + wait)

    async def forget(self, store: BooksName) -> None:
        """As if the store had never been asked for."""
        async with self._storage.writing(store) as rows:
            await rows.forget()

    async def tidy_trial(self, store: BooksName, rules: WindowRules) -> None:
        """Drop what has expired of a trial, and the trial with its last snapshot."""
        async with self._storage.writing(store) as rows:
            await drop_expired(rows, rules)
            if not await rows.snapshots() and await rows.coverage() is not None:
                await rows.forget()

    async def tidy(self, store: BooksName, rules: WindowRules) -> None:
        """Drop expired snapshots, and what was told or held too long ago."""
        async with self._storage.writing(store) as rows:
            await drop_expired(rows, rules)
            await rows.prune(rows.now - TOLD_FOR, MOST_HELD)


async def _ours(rows: ExportRows, snapshot: Snapshot) -> Snapshot:
    """The stored state of a snapshot that we may still build."""
    stored = await rows.snapshot(snapshot.id)
    if (
        stored is None
        or stored.token != snapshot.token
        or stored.state is not SnapshotState.BUILDING
    ):
        raise LeaseLostError(f"snapshot {snapshot.id} is built by another process now")
    return stored


def _describe_held(held: HeldBack, now: datetime) -> HeldOrder:
    number, kind, reason = _key(held.number), held.kind.value, held.reason.replace("\0", "")
    return HeldOrder(
        order_id=_key(held.id),
        number=number,
        kind=kind,
        reason=reason,
        first_seen=now,
        last_seen=now,
    )


def _key(text: str) -> str:
    """As much of a shop's key as a column holds; a key that is cut belongs to an order that cannot
    go out anyway.
    """
    return text.replace("\0", "")[:200]
