"""How one store stands, and all of them: the types that every view of the operator's shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from proxy.rules.coverage import Coverage
from proxy.rules.lateness import ShopList
from proxy.storage.account.audits import AuditResult
from proxy.storage.export.polls import Poll
from proxy.storage.export.records import Gap
from proxy.storage.overview import FailedLogins, Pile, WalkUnderWay
from proxy.storage.shops.interface import KeptRemark
from proxy.storage.shops.states import ShopState

# Seconds that an answer of the shop takes on average, from which on it counts as slow.
SLOW = 5.0


class ShopWord(StrEnum):
    """A shop in one word: `unknown` before it was asked, `down` where it was last heard to fail."""

    UNKNOWN = "unknown"
    ANSWERING = "answering"
    SLOW = "slow"
    DOWN = "down"


class HeldCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many orders are held, by kind; at most the newest thousand of each are kept."""

    filtered: int = 0
    early: int = 0
    invalid: int = 0
    unreadable: int = 0


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One store. What is None has not happened yet, or is not the case.

    Not `named`: deliveries are kept for it, but the settings do not name it. `fruitless_since`: no
    poll has brought orders since then, in a row. `usual_interval`: see `rules.rhythm`.
    `walk` is one under way. `finished_until`: the end of a finished walk that still waits to be
    confirmed. `second_poller_at`: when two clients last crossed. `audit`: what the last one found.
    `refreshed_at`: when ShipStation was last asked to refresh it because it had stopped polling.
    """

    store: str
    named: bool
    last_poll: Poll | None = None
    usual_interval: timedelta | None = None
    fruitless_since: datetime | None = None
    walk: WalkUnderWay | None = None
    coverage: Coverage | None = None
    finished_until: datetime | None = None
    gaps: Sequence[Gap] = ()
    shop: ShopState = ShopState()
    held: HeldCounts = HeldCounts()
    waiting: Pile = Pile()
    dead: Pile = Pile()
    shop_list: ShopList = ShopList()
    second_poller_at: datetime | None = None
    failed_logins: FailedLogins | None = None
    remarks: Sequence[KeptRemark] = ()
    audit: AuditResult | None = None
    refreshed_at: datetime | None = None

    @property
    def covered_until(self) -> datetime | None:
        """Every change dated up to then has been given; None before the first poll."""
        return None if self.coverage is None else self.coverage.covered_until

    @property
    def shop_word(self) -> ShopWord:
        """The shop in one word."""
        if self.shop.failing_since is not None:
            return ShopWord.DOWN
        if self.shop.answered_at is None:
            return ShopWord.UNKNOWN
        is_slow = self.shop.seconds is not None and self.shop.seconds >= SLOW
        return ShopWord.SLOW if is_slow else ShopWord.ANSWERING


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """In bytes: `free` on SQLite's disk, `size` of its file and of what is still to be written into
    it; None for PostgreSQL, whose disk we do not see.
    """

    free: int | None = None
    size: int | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """All stores at `read_at`, by the database's clock; `failed_logins` are those at the operator's
    side.
    """

    read_at: datetime
    stores: Sequence[Standing]
    disk: Disk
    failed_logins: FailedLogins | None = None
