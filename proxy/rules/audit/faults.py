"""What an audit finds: the kinds of fault, and one of them at one order. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """What may be wrong with an order. "Here" is the shop, "there" is ShipStation."""

    MISSING = "missing_in_account"
    IN_OTHER_STORE = "in_another_store"
    NEVER_GIVEN = "never_given"
    UNREADABLE = "unreadable"
    INVALID = "invalid"
    FILTERED = "filtered"
    EARLY = "early"
    OPEN_THOUGH_FILTERED = "filtered_here_open_there"
    GIVEN_TWICE = "given_twice"
    DOUBLED = "twice_in_account"
    NOT_IN_SHOP = "deleted_here_open_there"
    UNKNOWN = "unknown_here"
    CANCELLED_HERE = "cancelled_here_open_there"
    CANCELLED_THERE = "cancelled_there_open_here"
    SHIPPED_HERE = "shipped_here_open_there"
    SHIPPED_THERE = "shipped_there_not_here"
    SHIPPED_THOUGH_CANCELLED = "cancelled_here_shipped_there"
    REFUSED = "announced_and_refused"
    WAITING = "waiting_for_shop"
    VOIDED = "voided_after_delivery"
    OTHER_STATUS = "other_status"
    STUCK = "stuck"


STUCK_AFTER = timedelta(hours=48)
"""How long an order may usually wait for its parcel."""

MEANT = frozenset({FaultKind.FILTERED, FaultKind.EARLY})
"""What the settings ask for: shown, and no fault."""


class Remedy(StrEnum):
    """What Portside can do about a fault by itself."""

    NONE = "none"
    GIVE_AGAIN = "give_again"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with one order.

    `cause` and `next_step` are sentences for a person. `account_order_id` is the order's id in
    ShipStation, `since` when it began, as far as either is known. `shop_id` is the shop's own id of
    the order, empty where it has none.
    """

    order: str
    kind: FaultKind
    cause: str
    next_step: str
    account_order_id: int | None = None
    since: datetime | None = None
    shop_id: str = ""
    remedy: Remedy = Remedy.NONE

    @property
    def is_meant(self) -> bool:
        """Whether the settings ask for it."""
        return self.kind in MEANT


class AuditRules(msgspec.Struct, frozen=True, kw_only=True):
    """By what an order is judged: the time `now`, and the `store`, for the commands to be run.

    What changed on either side less than `grace` ago may still be on its way. An order that waits
    for its parcel longer than `stuck` is stuck. `asked_until` is up to when ShipStation has been
    given changes; None if it never asked. `heals`: what another giving can mend is given again.
    """

    store: str
    now: datetime
    stuck: timedelta = STUCK_AFTER
    grace: timedelta = timedelta(hours=1)
    asked_until: datetime | None = None
    heals: bool = False

    @property
    def give_again(self) -> str:
        """A sentence about what another giving can mend."""
        if self.heals:
            return "Portside gives it again with the next poll."
        return (
            f"Run `portside audit --store {self.store}`, which gives it again with the next poll."
        )

    def is_settled(self, moment: datetime | None) -> bool:
        """Whether something happened long enough ago; what has no date did."""
        return moment is None or moment <= self.now - self.grace
