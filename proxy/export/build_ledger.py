"""What a builder writes about the window it reads: each method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from proxy.export.shop_list.lateness import note_clock_behind, note_late_changes
from proxy.export.walk import date_told
from proxy.export.windows import LEASE
from proxy.rules.matching import GivenOrder
from proxy.rules.policy import BROKEN, HeldBack
from proxy.storage.errors import LeaseLostError
from proxy.storage.export.interface import ExportRows, ExportStorage
from proxy.storage.export.records import (
    HeldOrder,
    HintReason,
    Member,
    Part,
    Snapshot,
    SnapshotState,
    Told,
)
from proxy.storage.names import BooksName


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a builder finds: the orders an earlier one stored, `parts` of them on the page after the
    last whole one; orders to ask for.
    """

    stored: frozenset[str]
    parts: int
    hints: Mapping[str, HintReason]
    now: datetime


class ReadNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What a window came to: `orders` go out, `held` do not; `held_for` as in `Snapshot`."""

    orders: int
    held: int
    held_for: str = ""


class BuildLedger:
    """The builders' part of the books.

    Every method raises StorageError when the database does not do its part.
    """

    def __init__(self, storage: ExportStorage) -> None:
        self._storage = storage

    async def resume(self, store: BooksName, snapshot: Snapshot) -> Start:
        """Where a builder begins."""
        async with self._storage.reading(store) as rows:
            members = await rows.members(snapshot.id)
            parts = await rows.parts(snapshot.id, snapshot.stored + 1) if members else ()
            return Start(
                stored=frozenset(member.id for _, member in members),
                parts=len(parts),
                hints=await rows.carried_hints(snapshot.id),
                now=rows.now,
            )

    async def store_part(
        self,
        store: BooksName,
        snapshot: Snapshot,
        part: Part,
        given: Iterable[GivenOrder],
        released: Collection[str],
        *,
        whole: bool,
        lookback: timedelta | None,
    ) -> None:
        """Keep encoded orders, and what notices will name of them; `released` are the shop's ids of
        orders of which nothing is held; `whole` if the page needs no more. `part.stored_at` is set
        here. With `lookback`, that of the settings, orders that the shop listed later are noted.

        The builder shows by it that it is alive. Raises LeaseLostError.
        """
        async with self._storage.writing(store) as rows:
            ours = await _ours(rows, snapshot)
            await rows.add_part(snapshot.id, msgspec.structs.replace(part, stored_at=rows.now))
            await rows.put_given(given)
            if lookback is not None:
                await note_late_changes(rows, part.members, lookback)
            await rows.release(released)
            stored = part.page if whole else ours.stored
            await rows.put_snapshot(
                msgspec.structs.replace(ours, stored=stored, lease_until=rows.now + LEASE)
            )

    async def note_held(
        self, store: BooksName, held: Sequence[HeldBack], *, ask_again: bool
    ) -> None:
        """Keep a note of orders that do not go out.

        One that is only too young comes back by itself. One that is broken is asked for again with
        each window if `ask_again` says so, because the shop may not date its mending.
        """
        async with self._storage.writing(store) as rows:
            await rows.hold(_describe_held(each, rows.now) for each in held)
            known = [each for each in held if each.has_id and each.id == _key(each.id)]
            for each in known:
                if each.until is not None:
                    await rows.add_hints([each.id], each.until, HintReason.DUE)
            broken = [each.id for each in known if each.kind in BROKEN]
            if ask_again:
                await rows.add_hints(broken, rows.now, HintReason.HELD)

    async def find_told(self, store: BooksName, order_ids: Collection[str]) -> Mapping[str, Told]:
        """What was last sent of these orders; those never sent are left out."""
        async with self._storage.reading(store) as rows:
            return await rows.find_told(order_ids)

    async def find_given(self, store: BooksName, shop_id: str) -> Sequence[GivenOrder]:
        """What was given of one order of the shop, one for each of its addresses."""
        async with self._storage.reading(store) as rows:
            return await rows.find_given(shop_id)

    async def list_divided(self, store: BooksName) -> Collection[str]:
        """The shop's ids of orders that were given as several, one for each address."""
        async with self._storage.reading(store) as rows:
            return await rows.list_divided()

    async def date_unchanged(self, store: BooksName, member: Member) -> None:
        """An order was left out because the client has it as it is, whatever its date."""
        async with self._storage.writing(store) as rows:
            for told in (await rows.find_told([member.id])).values():
                await rows.put_told([date_told(told, member)])

    async def release_held(self, store: BooksName, order_id: str) -> None:
        """The shop does not know this order any more."""
        async with self._storage.writing(store) as rows:
            await rows.release([order_id])

    async def put_back_hints(
        self, store: BooksName, snapshot_id: int, order_ids: Collection[str]
    ) -> None:
        """What a snapshot carried and did not follow goes with the next one."""
        async with self._storage.writing(store) as rows:
            await rows.put_back_hints(snapshot_id, order_ids)

    async def promise(self, store: BooksName, snapshot: Snapshot, pages: int) -> None:
        """Fix the number of pages that every page of the window states. Raises LeaseLostError."""
        async with self._storage.writing(store) as rows:
            await rows.put_snapshot(
                msgspec.structs.replace(await _ours(rows, snapshot), pages=pages)
            )

    async def note_clock(self, store: BooksName, snapshot: Snapshot, behind: timedelta) -> None:
        """While the window was read, the shop's clock was so far behind."""
        async with self._storage.writing(store) as rows:
            await note_clock_behind(rows, behind, snapshot.read_from)

    async def finish(
        self, store: BooksName, snapshot: Snapshot, pages: int, numbers: ReadNumbers
    ) -> None:
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
                    **msgspec.structs.asdict(numbers),
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
