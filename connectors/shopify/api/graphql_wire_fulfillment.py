"""GraphQL's fulfillment orders and fulfillments as typed structs. Pure."""

from __future__ import annotations

from connectors.shopify.api.graphql_client import Done
from connectors.shopify.api.graphql_wire import Node, Reference, Rows


class OrderLine(Node, frozen=True):
    """A share of an order's line in a fulfillment order."""

    id: str
    line_item: Reference
    total_quantity: int = 0
    remaining_quantity: int = 0


class Action(Node, frozen=True):
    """Something that may be done with a fulfillment order now."""

    action: str


class Assigned(Node, frozen=True):
    """Where a fulfillment order is shipped from."""

    location: Reference | None = None


class HoldNode(Node, frozen=True):
    """Why a fulfillment order may not be shipped."""

    reason: str | None = None
    reason_notes: str | None = None


class FulfillmentOrderNode(Node, frozen=True):
    """A fulfillment order as GraphQL gives it."""

    id: str
    status: str
    line_items: Rows[OrderLine] = Rows()
    request_status: str | None = None
    fulfill_at: str | None = None
    supported_actions: tuple[Action, ...] = ()
    fulfillment_holds: tuple[HoldNode, ...] = ()
    assigned_location: Assigned | None = None
    delivery_method: Method | None = None
    destination: Place | None = None
    order: Reference | None = None


class OrderFulfillmentOrders(Node, frozen=True):
    """The fulfillment orders of an order."""

    fulfillment_orders: Rows[FulfillmentOrderNode]


class OrderWithFulfillmentOrders(Node, frozen=True):
    """The answer to `queries.FULFILLMENT_ORDERS`."""

    order: OrderFulfillmentOrders | None = None


class FulfillmentOrderLines(Node, frozen=True):
    """Further lines of a fulfillment order."""

    line_items: Rows[OrderLine]


class MoreFulfillmentOrderLines(Node, frozen=True):
    """The answer to `queries.MORE_FULFILLMENT_LINES`."""

    fulfillment_order: FulfillmentOrderLines | None = None


class Method(Node, frozen=True):
    """How a fulfillment order reaches the buyer."""

    method_type: str | None = None


class Place(Node, frozen=True):
    """Where the goods of a fulfillment order go."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    zip: str | None = None
    country_code: str | None = None
    phone: str | None = None
    email: str | None = None


class Track(Node, frozen=True):
    """One tracking number of a parcel."""

    company: str | None = None
    number: str | None = None
    url: str | None = None


class FulfilledLine(Node, frozen=True):
    """How much of an order's line is in a parcel."""

    line_item: Reference
    quantity: int | None = 0


class FulfillmentNode(Node, frozen=True):
    """A parcel."""

    id: str
    status: str
    fulfillment_line_items: Rows[FulfilledLine]
    location: Reference | None = None
    tracking_info: tuple[Track, ...] = ()


class OrderFulfillments(Node, frozen=True):
    """The parcels of an order."""

    fulfillments: tuple[FulfillmentNode, ...]


class OrderWithFulfillments(Node, frozen=True):
    """The answer to `queries.FULFILLMENTS`."""

    order: OrderFulfillments | None = None


class WrittenParcel(Done, frozen=True):
    """The answer to a mutation that writes a parcel."""

    fulfillment: FulfillmentNode | None = None


class FulfilledLines(Node, frozen=True):
    """Further lines of a parcel."""

    fulfillment_line_items: Rows[FulfilledLine]


class MoreFulfilled(Node, frozen=True):
    """The answer to `queries.MORE_FULFILLED`."""

    fulfillment: FulfilledLines | None = None
