"""Shopify's fulfillment orders and fulfillments as typed structs, in the REST shape."""

from __future__ import annotations

from typing import Any

import msgspec

from connectors.shipments import fold_tracking
from connectors.shopify.mapping.wire import Address


class FulfillmentOrderLine(msgspec.Struct, frozen=True):
    """A share of an order's line.

    `quantity` is all of it, `fulfillable_quantity` what has not been shipped.
    """

    id: int
    line_item_id: int
    quantity: int = 0
    fulfillable_quantity: int = 0


class Hold(msgspec.Struct, frozen=True):
    """Why a fulfillment order may not be shipped now."""

    reason: str | None = None
    reason_notes: str | None = None


class DeliveryMethod(msgspec.Struct, frozen=True):
    """How a fulfillment order reaches the buyer.

    `method_type`: shipping, none, local, pick_up, pickup_point, retail.
    """

    method_type: str | None = None


class FulfillmentOrder(msgspec.Struct, frozen=True):
    """What one location has to ship of an order.

    Only what `supported_actions` names is allowed now.
    """

    id: int
    assigned_location_id: int | None = None
    status: str = ""
    request_status: str | None = None
    supported_actions: tuple[str, ...] | None = ()
    fulfill_at: str | None = None
    fulfillment_holds: tuple[Hold, ...] | None = ()
    delivery_method: DeliveryMethod | None = None
    destination: Address | None = None
    line_items: tuple[FulfillmentOrderLine, ...] | None = ()

    @property
    def lines(self) -> tuple[FulfillmentOrderLine, ...]:
        """The lines, none if the shop sent null."""
        return self.line_items or ()

    @property
    def units_left(self) -> int:
        """Units that have not been shipped."""
        return sum(line.fulfillable_quantity for line in self.lines)

    @property
    def needs_shipping(self) -> bool:
        """Whether there is something to pack: not for gift cards and downloads, whose method is
        `none`.
        """
        method = self.delivery_method.method_type if self.delivery_method else None
        return (method or "").lower() != "none"


class FulfillmentLine(msgspec.Struct, frozen=True):
    """How much of an order's line is in a fulfillment; `id` is the order line's."""

    id: int
    quantity: int = 0


# What became of a parcel that was not sent. Shopify's others are success, pending and open.
_DEAD = frozenset({"cancelled", "error", "failure"})


class Fulfillment(msgspec.Struct, frozen=True):
    """A parcel that the shop has. `tracking_urls` stand in the sequence of `tracking_numbers`."""

    id: int
    status: str | None = None
    location_id: int | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_numbers: tuple[str, ...] | None = ()
    tracking_urls: tuple[str, ...] | None = ()
    line_items: tuple[FulfillmentLine, ...] | None = ()

    @property
    def live(self) -> bool:
        """Whether it counts: cancelled and failed ones do not."""
        return self.status not in _DEAD

    @property
    def numbers(self) -> frozenset[str]:
        """Its tracking numbers, folded for comparing."""
        numbers = (*(self.tracking_numbers or ()), self.tracking_number or "")
        return frozenset(filter(None, map(fold_tracking, numbers)))

    @property
    def quantities(self) -> dict[int, int]:
        """Units by order line."""
        units: dict[int, int] = {}
        for line in self.line_items or ():
            units[line.id] = units.get(line.id, 0) + line.quantity
        return units


class FulfillmentOrders(msgspec.Struct, frozen=True):
    """The answer of `GET /orders/{id}/fulfillment_orders.json`."""

    fulfillment_orders: tuple[FulfillmentOrder, ...]


class Written(msgspec.Struct, frozen=True):
    """What a write answers. A refusal under 200 is in `errors` or `error`."""

    fulfillment: Any = None
    errors: Any = None
    error: Any = None


class Fulfillments(msgspec.Struct, frozen=True):
    """The answer of `GET /orders/{id}/fulfillments.json`."""

    fulfillments: tuple[Fulfillment, ...]


class Scope(msgspec.Struct, frozen=True):
    """One right of the access token."""

    handle: str


class Scopes(msgspec.Struct, frozen=True):
    """The answer of `GET /admin/oauth/access_scopes.json`."""

    access_scopes: tuple[Scope, ...]


class OrdersPage(msgspec.Struct, frozen=True):
    """The answer of `GET /orders.json`: each order is decoded on its own, so that a bad one costs
    no other.
    """

    orders: tuple[msgspec.Raw, ...]


class OneOrder(msgspec.Struct, frozen=True):
    """The answer of `GET /orders/{id}.json`."""

    order: msgspec.Raw


class Count(msgspec.Struct, frozen=True):
    """The answer of `GET /orders/count.json`."""

    count: int
