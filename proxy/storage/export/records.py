"""What is kept about orders on their way to ShipStation: snapshots and their pages, what was told,
what was held back, and gaps.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from connectors.orders import Window


class SnapshotState(StrEnum):
    """Where the reading of a window stands. The next request may take a FAILED one over."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The reading of one window.

    `start` and `end` are what ShipStation asked for, `read_from` to `end` is what is read.

    `latest_start` is the start of the last window it was used to answer. `pages` is the number
    ShipStation is or will be promised, None until known; pages 1 to `stored` are whole. Whoever
    holds `token` builds it until `lease_until`. `error`, `message`, `retry_after` tell of the last
    failure. `handed_at`: when a first page was given. Once all is read, `orders` go out and `held`
    do not, for the one reason `held_for` where that is so of all of them.
    """

    id: int
    start: datetime
    end: datetime
    latest_start: datetime
    read_from: datetime
    reaches: datetime | None
    began_at: datetime
    state: SnapshotState = SnapshotState.BUILDING
    pages: int | None = None
    stored: int = 0
    token: str
    lease_until: datetime
    error: str = ""
    message: str = ""
    retry_after: float | None = None
    ready_at: datetime | None = None
    handed_at: datetime | None = None
    used_at: datetime
    orders: int | None = None
    held: int | None = None
    held_for: str | None = None

    @property
    def read(self) -> Window:
        """The window really read."""
        return Window(start=self.read_from, end=self.end)

    def has(self, page: int) -> bool:
        """Whether `page` can be given.

        The last one promised waits for the end, because it takes all that is left.
        """
        return self.pages is not None and (
            self.state is SnapshotState.READY or page <= min(self.stored, self.pages - 1)
        )


class Member(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One order on a page: its id, a digest of what ShipStation is sent of it, and when the shop
    dates its last change.

    `shop_id` is what the shop is asked for, where the order is a part of one.
    """

    id: str
    digest: str
    shop_id: str = ""
    modified_at: datetime | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Encoded orders of a page, in the order they are given.

    `stored_at`: the shop was read before this moment.
    """

    page: int
    part: int = 0
    orders: bytes
    members: tuple[Member, ...]
    stored_at: datetime


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What ShipStation was last sent of an order, on which page of which snapshot.

    `confirmed`: it has that for certain. `modified_at`: the youngest change of the order that any
    page named, None if that is not known. `window_start` and `window_end` are the window that
    ShipStation asked for then; None of what older versions of Portside sent.
    """

    order_id: str
    digest: str
    snapshot_id: int
    page: int
    read_by: datetime
    confirmed: bool = False
    modified_at: datetime | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None


class HintReason(StrEnum):
    """Why an order is asked for by id: the shop or a person said that it changed, a sweep found it
    changed, the client may have had old news of it last, a held order has come of age, a held order
    may have been mended, or a shipment was written to it.
    """

    NEWS = "news"
    SWEEP = "sweep"
    STALE = "stale"
    DUE = "due"
    HELD = "held"
    NOTICE = "notice"


class WaitingHint(msgspec.Struct, frozen=True, kw_only=True):
    """An order that the next window will ask for. `said_at` is when that was last said; None for a
    hint of an older Portside.
    """

    order_id: str
    said_at: datetime | None


class HeldOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order that did not go out, for the operator."""

    order_id: str
    number: str
    kind: str
    reason: str
    first_seen: datetime
    last_seen: datetime


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A span whose changes may never have been given, because it could no longer be read by
    itself.
    """

    start: datetime
    end: datetime
    noted_at: datetime
