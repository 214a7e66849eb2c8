"""What became of one shipment, and whether that is what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from proxy.storage.outbox.interface import DeliveryState, Origin
from tests.account.mass.plans import Plan

MINUTE: Final = timedelta(minutes=1)
FOUND_WITHIN: Final = 15 * MINUTE
TOLD_WITHIN: Final = 25 * MINUTE


class ParcelEnd(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel when all is over: `answers` are the statuses that its notices got, 0 for none;
    `delivery` is its row of the outbox, if there is one.
    """

    order: str
    plan: Plan
    made_at: datetime
    voided_at: datetime | None
    answers: Sequence[int]
    delivery: Mapping[Any, Any] | None
    is_at_shop: bool

    @property
    def is_due(self) -> bool:
        """Whether the shop must have heard of it. Of a voided label it must not, unless Portside
        took its notice before the void; one that was voided before it was told is discarded.
        """
        if self.voided_at is None:
            return True
        is_taken = any(200 <= status < 300 for status in self.answers)
        return is_taken and not self._is_in(DeliveryState.DISCARDED)

    @property
    def is_missing(self) -> bool:
        """Whether the shop should have it and does not."""
        return self.is_due and not self.is_at_shop

    @property
    def found_after(self) -> timedelta | None:
        """How long after it was made Portside knew of it."""
        if self.delivery is None:
            return None
        created_at: datetime = self.delivery["created_at"]
        return created_at - self.made_at

    @property
    def told_after(self) -> timedelta | None:
        """How long after it was made the shop had it."""
        if self.delivery is None or not self._is_in(DeliveryState.DELIVERED):
            return None
        finished_at: datetime = self.delivery["finished_at"]
        return finished_at - self.made_at

    @property
    def is_late(self) -> bool:
        """Whether it was found or told later than promised."""
        found, told = self.found_after, self.told_after
        return (found is not None and found > FOUND_WITHIN) or (
            told is not None and told > TOLD_WITHIN
        )

    @property
    def is_by_account(self) -> bool:
        """Whether no notice brought it."""
        return self.delivery is not None and self.delivery["origin"] == Origin.ACCOUNT.value

    def describe(self) -> str:
        """All that is known of it, in a line."""
        kind = "marked as shipped" if self.plan.is_mark else "label"
        voided = "never" if self.voided_at is None else f"{self.voided_at:%H:%M:%S}"
        answers = ", ".join(str(status) for status in self.answers) or "none"
        delivery = "no delivery"
        if self.delivery is not None:
            delivery = (
                f"delivery {self.delivery['state']}, from {self.delivery['origin']}, found after"
                f" {self.found_after}, told after {self.told_after}; last error:"
                f" {self.delivery['last_error'] or 'none'}"
            )
        return (
            f"{'missing' if self.is_missing else 'late'}: {self.order}, {kind}, notice"
            f" {self.plan.fate}, made {self.made_at:%H:%M:%S}, voided {voided}, answers to notices:"
            f" {answers}; {delivery}"
        )

    def _is_in(self, state: DeliveryState) -> bool:
        return self.delivery is not None and self.delivery["state"] == state.value
