"""What the outbox promises, whichever way it is kept: the words, the types, and the two sides of
it.

A delivery is one notice on its way to the shop. Its states, who moves it, and how:

    waiting    due at `next_attempt_at`
               -> leased     intake, as it puts the notice in (`put` with a lease)
               -> leased     a worker, once it is due (`claim`)
               -> waiting    the operator (`retry`): due now, the attempts counted from zero
               -> discarded  the operator (`discard`)
    leased     waiting still, but a process holds it until `lease_until`
               -> delivered  its holder: the shop has it (`mark_delivered`)
               -> waiting    its holder: another attempt is due later (`retry_at`), or none was made
                             (`give_back`)
               -> dead       its holder: no further attempt (`mark_dead`)
               -> leased     a worker, once the lease has lapsed (`claim`): the attempt counts as
                             failed and is recorded as interrupted
    delivered  the shop has it
               -> waiting    the operator (`resend`), who gives a reason: as if it had just come in
    dead       given up; a person decides
               -> waiting    the operator (`retry`), or a repeat of the notice (`put`, which may
                             lease it at once): the attempts counted from zero
               -> discarded  the operator (`discard`)
    discarded  a person decided that the shop need not hear of it: the end

Rules:

  * A notice is on the disk before it is answered; its repeats join it.
  * The deliveries of one order, in one store, are leased in the order they came in, one at a time.
  * Only the holder of a lease settles a delivery, late or not. If it was claimed or changed by
    another meanwhile, settling raises LeaseLostError and changes nothing.
  * A due time or a lease further ahead than any can be was given before the clock was set back, and
    is shortened (`shorten_waits`).
  * The operator changes nothing that is leased, unless the lease has lapsed.
  * The buyer's data goes out of what is delivered or discarded after the retention (`purge`).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import msgspec

from connectors.shipments import Shipment

DEFAULT_LIMIT = 100


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    DISCARDED = "discarded"


class Origin(StrEnum):
    """Who told us: the client by its notice, or its account, which was asked. What was found there
    waits for a notice first, and is made due by one.
    """

    NOTICE = "notice"
    ACCOUNT = "account"


class AttemptOutcome(StrEnum):
    """How one try ended.

    `interrupted`: its worker vanished, and it is unknown what the shop made of it. `resent`: not a
    try, but the operator's order to make one although the shop had the shipment; its message is the
    reason. `withdrawn`: its label was voided, and its number was taken out of the shop again.
    """

    DELIVERED = "delivered"
    RETRY = "retry"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    RESENT = "resent"
    WITHDRAWN = "withdrawn"


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One notice. `attempts` counts the tries that failed since the notice was last queued.

    `lease` proves that its holder may settle it; None when no worker has it. `queued_at` is when
    the notice last came in. After `purged_at` the shipment holds nothing of the buyer's any more.
    `doubts`: what of the notice could not be understood, a sentence each.
    """

    id: int
    store: str
    shipment: Shipment
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    lease: str | None
    lease_until: datetime | None
    last_error: str
    created_at: datetime
    queued_at: datetime
    finished_at: datetime | None = None
    purged_at: datetime | None = None
    doubts: tuple[str, ...] = ()
    origin: Origin = Origin.NOTICE


class KeptExchange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request of an attempt and its answer: masked, printable, cut short. `step` names what was
    being told, `error` why no answer came. `request` and `answer` are the bodies, kept of writes
    and of what failed.
    """

    method: str
    url: str
    status: int | None = None
    seconds: float = 0.0
    step: str = ""
    error: str = ""
    request: str = ""
    answer: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try: `seconds` it took, `message` the shop's words, masked; `worker` the process that
    tried. `exchanges` are kept of the newest attempts of a delivery.
    """

    at: datetime
    outcome: AttemptOutcome
    seconds: float
    message: str
    worker: str
    exchanges: tuple[KeptExchange, ...] = ()


class PutResult(StrEnum):
    """What became of a notice that came in.

    `leased`: stored, and ours to deliver now; `disputed`: so too, but several orders were given
    under its number. `queued`: stored, its turn comes later. `joined`: it was stored before.
    """

    LEASED = "leased"
    DISPUTED = "disputed"
    QUEUED = "queued"
    JOINED = "joined"


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which are meant; None or empty: any. `since` goes by `queued_at`, `before` by the number."""

    ids: tuple[int, ...] = ()
    store: str | None = None
    states: tuple[DeliveryState, ...] = ()
    since: datetime | None = None
    order: str | None = None
    before: int | None = None


class RepeatedError(Exception):
    """A delivery turned out to be of the same shipment as `known`.

    `look_again`: that one waits, too, and this is when to see what became of it; None if the shop
    has it.
    """

    def __init__(self, known: Delivery, look_again: datetime | None) -> None:
        super().__init__(f"the same shipment as delivery {known.id}")
        self.known = known
        self.look_again = look_again


class Outbox(Protocol):
    """Where notices are kept until the shop has them. Every method raises StorageError.

    Of one order, in one store, deliveries are handed out strictly in the order they came in, one at
    a time. Leases are in seconds.
    """

    async def put(
        self, store: str, shipment: Shipment, *, lease: float | None, doubts: Sequence[str] = ()
    ) -> tuple[PutResult, Delivery]:
        """Store a notice, with what of it could not be understood; when this returns it is on the
        disk. With `lease` it is taken at once if its turn has come. A notice already there is
        joined, except that a dead one is queued again.
        """
        ...

    async def due(self, stores: Sequence[str]) -> Sequence[str]:
        """Those of the stores that have something due now."""
        ...

    async def claim(self, store: str, *, limit: int, lease: float) -> Sequence[Delivery]:
        """Take up to `limit` due deliveries of one store, the longest due first, one an order."""
        ...

    async def rename(self, delivery: Delivery, *, split: bool) -> tuple[Delivery, bool] | None:
        """Put the order that was given under the delivery's number in the place of one the shop
        does not know: the delivery as it is now, and whether others of that order come first.

        None if no such order was given. `split`: also by the number without a split's suffix,
        even if the notice brings an id. Raises LeaseLostError, RepeatedError where another delivery
        is of the same shipment, and SharedNumberError, and then changes nothing.
        """
        ...

    async def earlier(self, delivery: Delivery) -> Sequence[Shipment]:
        """The shipments of the same order that the shop already has, oldest first."""
        ...

    async def mark_delivered(self, delivery: Delivery, attempt: Attempt) -> None:
        """The shop has it. Raises LeaseLostError, as do all the ways to settle."""
        ...

    async def retry_at(
        self, delivery: Delivery, when: datetime, attempt: Attempt, *, counted: bool
    ) -> None:
        """Not yet; the next try is due at `when`.

        `counted`: the failed try is held against the delivery.
        """
        ...

    async def mark_dead(self, delivery: Delivery, attempt: Attempt) -> None:
        """Given up."""
        ...

    async def give_back(self, delivery: Delivery, *, when: datetime | None = None) -> None:
        """Let go of a delivery that was not tried; due at once, or at `when`."""
        ...

    async def now(self) -> datetime:
        """The time that leases and schedules go by."""
        ...


class Deliveries(Protocol):
    """The operator's side of the outbox."""

    async def find(
        self, wanted: DeliveryFilter, *, limit: int = DEFAULT_LIMIT
    ) -> Sequence[Delivery]:
        """The newest first."""
        ...

    async def get(self, number: int) -> Delivery:
        """One delivery. Raises UnknownDeliveryError."""
        ...

    async def attempts_at(self, number: int) -> Sequence[Attempt]:
        """The tries made so far, oldest first."""
        ...

    async def retry(self, wanted: DeliveryFilter) -> int:
        """Queue the dead again, make due what waits and no worker holds. Returns how many."""
        ...

    async def resend(self, wanted: DeliveryFilter, reason: str) -> int:
        """Queue all that is meant and delivered again, from the start of the schedule, and keep the
        reason among the attempts. Returns how many.
        """
        ...

    async def discard(self, wanted: DeliveryFilter) -> int:
        """Give up for good all that is meant and dead or waiting, unless a worker holds it.
        Returns how many.
        """
        ...

    async def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many are waiting and dead, by store."""
        ...

    async def purge(self, before: datetime) -> int:
        """Take buyers' data and attempts out of what was finished before then, and forget refused
        notices that were last seen before then. Returns how many deliveries were purged.
        """
        ...

    async def shorten_waits(
        self, stores: Sequence[str], *, longest: timedelta, lease: timedelta
    ) -> int:
        """Make good what a clock that was set back has put off: what is due further ahead than
        `longest` is due now, and a lease that ends further ahead than `lease` ends so long from
        now, because its holder may be at work. Returns how many were changed.
        """
        ...


def unnamed_stores(
    counts: Mapping[tuple[str, DeliveryState], int], named: Container[str]
) -> Sequence[str]:
    """Stores that have open deliveries but are not among those that the settings name, by the
    alphabet: no worker tries what waits there.
    """
    return sorted({store for (store, _), count in counts.items() if count and store not in named})
