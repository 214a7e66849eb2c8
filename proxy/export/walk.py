"""Handing a page to ShipStation, decided within one transaction: what it is told, what of it may be
old news, when a walk is finished.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from proxy.rules.coverage import Walk
from proxy.storage.export.interface import ExportRows
from proxy.storage.export.records import HintReason, Member, Part, Snapshot, SnapshotState, Told


class GivenPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it is given: encoded orders in portions, and the number of pages promised."""

    snapshot_id: int
    number: int
    pages: int
    orders: tuple[bytes, ...] = ()


async def hand_out_page(rows: ExportRows, snapshot: Snapshot, number: int) -> GivenPage | None:
    """Page `number`, or None if it is not ready.

    Durable before a byte of it is sent: from now on ShipStation may have been told.

    A page beyond the promised ones is empty and counts for nothing. A page given again must be sent
    to the end again before its walk counts.
    """
    if snapshot.pages is not None and number > snapshot.pages:
        return GivenPage(snapshot_id=snapshot.id, number=number, pages=snapshot.pages)
    if snapshot.pages is None or not snapshot.has(number):
        return None
    if number == 1 and is_walked(snapshot, await rows.sends(snapshot.id)):
        await rows.clear_sends(snapshot.id)
    await rows.drop_walk(snapshot.id)
    parts = await rows.parts(snapshot.id, number)
    await _note_told(rows, snapshot, number, parts)
    await rows.put_send(snapshot.id, number, sent=False)
    await rows.put_snapshot(
        msgspec.structs.replace(
            snapshot, handed_at=snapshot.handed_at or rows.now, used_at=rows.now
        )
    )
    return GivenPage(
        snapshot_id=snapshot.id,
        number=number,
        pages=snapshot.pages,
        orders=tuple(part.orders for part in parts),
    )


async def mark_page_sent(rows: ExportRows, snapshot_id: int, number: int) -> Snapshot | None:
    """Page `number` was sent to its last byte. The snapshot, if that finished its walk."""
    snapshot = await rows.snapshot(snapshot_id)
    if snapshot is None or snapshot.pages is None or number > snapshot.pages:
        return None
    await rows.put_send(snapshot_id, number, sent=True)
    if not is_walked(snapshot, await rows.sends(snapshot_id)):
        return None
    await rows.put_walk(
        Walk(
            id=snapshot.id,
            start=snapshot.latest_start,
            read_from=snapshot.read_from,
            reaches=snapshot.reaches,
            until=min(snapshot.end, snapshot.began_at),
        )
    )
    return snapshot


def is_walked(snapshot: Snapshot, sends: Mapping[int, bool]) -> bool:
    """Whether every page was written to the end since page 1 was last asked for."""
    return snapshot.state is SnapshotState.READY and sum(sends.values()) == snapshot.pages


async def _note_told(
    rows: ExportRows, snapshot: Snapshot, number: int, parts: Sequence[Part]
) -> None:
    """Note what ShipStation is about to be sent, and hint at each order of which it may receive
    the older version last.
    """
    members = [(member, part) for part in parts for member in part.members]
    before = await rows.find_told([member.id for member, _ in members])
    news = [(member, part, before.get(member.id)) for member, part in members]
    changed = [
        (member, part, old)
        for member, part, old in news
        if old is None or old.digest != member.digest or not old.confirmed
    ]
    dated = [
        date_told(old, member)
        for member, _, old in news
        if old is not None and old.digest == member.digest and old.confirmed
    ]
    differing = {
        member.id: old
        for member, _, old in changed
        if old is not None and old.digest != member.digest
    }
    on_the_way = await _find_on_the_way(rows, snapshot, number, differing)
    shop_ids = {member.id: member.shop_id or member.id for member, _ in members}
    stale = {
        shop_ids[order_id]
        for order_id, old in differing.items()
        if order_id in on_the_way or not _is_older(old, snapshot, number)
    }
    await rows.put_told(
        _build_told(snapshot, number, member, part, old) for member, part, old in changed
    )
    await rows.put_told(told for told in dated if told is not before[told.order_id])
    await rows.add_hints(sorted(stale), rows.now, HintReason.STALE)


def _build_told(
    snapshot: Snapshot, number: int, member: Member, part: Part, old: Told | None
) -> Told:
    told = Told(
        order_id=member.id,
        digest=member.digest,
        snapshot_id=snapshot.id,
        page=number,
        read_by=part.stored_at,
        modified_at=None if old is None else old.modified_at,
        window_start=snapshot.latest_start,
        window_end=snapshot.end,
    )
    return date_told(told, member)


def date_told(told: Told, member: Member) -> Told:
    """The same, once `member` has named the date of a change: `told` itself if it named one as
    young before.
    """
    named = member.modified_at
    if named is None or (told.modified_at is not None and told.modified_at >= named):
        return told
    return msgspec.structs.replace(told, modified_at=named)


def _is_older(old: Told, snapshot: Snapshot, number: int) -> bool:
    """Whether what was told before is surely older than this page of `snapshot`."""
    if old.snapshot_id == snapshot.id:
        return old.page <= number
    return old.snapshot_id < snapshot.id and old.read_by <= snapshot.began_at


async def _find_on_the_way(
    rows: ExportRows, snapshot: Snapshot, number: int, differing: Mapping[str, Told]
) -> set[str]:
    """The orders whose other version stands on a page that was handed out and may arrive after this
    one.
    """
    sends = {
        other: await rows.sends(other) for other in {old.snapshot_id for old in differing.values()}
    }
    here = (snapshot.id, number)
    return {
        order_id
        for order_id, old in differing.items()
        if (old.snapshot_id, old.page) != here and sends[old.snapshot_id].get(old.page) is False
    }
