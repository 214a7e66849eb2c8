"""One order as three sides have it: the shop, our own records, and the merchant's ShipStation
account. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connectors.orders import OrderStatus
from connectors.shipments import fold_tracking
from proxy.rules.policy import CLOSED, HeldKind


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order does not go out, and since when it is known."""

    kind: HeldKind
    reason: str
    since: datetime | None = None


class ShopSide(msgspec.Struct, frozen=True, kw_only=True):
    """The order in the shop as it is now. `status` is None where the order cannot be read.

    `hold` says why it would not go out if ShipStation did not know it yet. `is_unpacked`: nothing
    of it is left to pack, so ShipStation is told that it is cancelled.
    """

    id: str
    number: str
    status: OrderStatus | None = None
    placed_at: datetime | None = None
    changed_at: datetime | None = None
    hold: Hold | None = None
    is_unpacked: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is neither shipped nor cancelled."""
        return self.status is not None and self.status not in CLOSED


class GivenSide(msgspec.Struct, frozen=True, kw_only=True):
    """The order as ShipStation was given it, under `number`, and before that perhaps under another.

    `told_at` is when ShipStation was last sent anything new of it; None if it was never sent, or
    so long ago that it is forgotten (`is_forgotten`). `confirmed`: ShipStation read that walk to
    its end and went on.
    """

    id: str
    number: str
    former_number: str = ""
    given_at: datetime
    told_at: datetime | None = None
    window_start: datetime | None = None
    window_end: datetime | None = None
    page: int = 0
    digest: str = ""
    confirmed: bool = False
    is_forgotten: bool = False

    @property
    def was_sent(self) -> bool:
        """Whether it was ever sent, as far as is remembered."""
        return self.told_at is not None or self.is_forgotten


class DeliverySide(msgspec.Struct, frozen=True, kw_only=True):
    """A notice of a parcel on its way to the shop. `state` is that of the outbox; `is_withdrawn`:
    its label was voided, and the shop was told so.
    """

    id: int
    state: str
    tracking_number: str
    created_at: datetime
    attempts: int = 0
    last_error: str = ""
    is_withdrawn: bool = False


class AccountOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order in the account. `word` is ShipStation's status, and `status` what it means; None for
    one that our statuses have no equal for. `is_ours`: it is in the store that polls us.

    `held_until` is the day up to which a person or a rule holds it; empty if there is none.
    `paid_at` is None where it was never paid.
    """

    id: int
    number: str
    key: str = ""
    status: OrderStatus | None
    word: str
    created_at: datetime
    changed_at: datetime
    paid_at: datetime | None = None
    is_ours: bool = True
    held_until: str = ""

    @property
    def waits_since(self) -> datetime:
        """From when on it could have been shipped."""
        return self.created_at if self.paid_at is None else max(self.created_at, self.paid_at)

    @property
    def is_open(self) -> bool:
        """Whether it is neither shipped nor cancelled."""
        return self.status not in CLOSED


class AccountParcel(msgspec.Struct, frozen=True, kw_only=True):
    """A label made in the account, or an order marked as shipped there (`is_label` false).

    `is_announced` and `error` are ShipStation's own record of whether the store was told.
    """

    id: int
    order_id: int | None
    is_label: bool
    tracking_number: str
    created_at: datetime
    carrier: str = ""
    voided_at: datetime | None = None
    is_voided: bool = False
    is_return: bool = False
    is_announced: bool = False
    error: str = ""

    @property
    def name(self) -> str:
        """What a person knows it by."""
        kind = "label" if self.is_label else "fulfillment"
        number = f" ({self.tracking_number})" if self.tracking_number else ""
        return f"{kind} {self.id}{number}"


class OrderSides(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one order.

    `shop` is None where the shop was not asked, or does not know the order (`is_gone`). `account`
    is None where the account was not asked; its orders are those that bear one of our numbers,
    other stores' too.
    """

    number: str
    shop_id: str
    shop: ShopSide | None = None
    is_gone: bool = False
    given: GivenSide | None = None
    hold: Hold | None = None
    deliveries: tuple[DeliverySide, ...] = ()
    account: tuple[AccountOrder, ...] | None = None
    parcels: tuple[AccountParcel, ...] = ()

    @property
    def there(self) -> Sequence[AccountOrder]:
        """The account's orders that are ours."""
        return [order for order in self.account or () if order.is_ours]

    def find_delivery(self, parcel: AccountParcel) -> DeliverySide | None:
        """The delivery of a parcel of the account: the newest one with its tracking number."""
        wanted = fold_tracking(parcel.tracking_number)
        found = [
            delivery
            for delivery in self.deliveries
            if fold_tracking(delivery.tracking_number) == wanted
        ]
        return max(found, key=lambda delivery: delivery.id) if found else None
