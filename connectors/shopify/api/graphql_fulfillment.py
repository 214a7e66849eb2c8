"""The part of the GraphQL transport that ships: fulfillment orders, fulfillments and their
mutations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import Done, GraphqlClient, require_done
from connectors.shopify.api.graphql_wire import Node, Reference, Rows, read_gid, write_gid
from connectors.shopify.api.transport import NewFulfillment, Tracking
from connectors.shopify.mapping.wire_fulfillment import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
)


class _OrderLine(Node, frozen=True):
    id: str
    line_item: Reference
    total_quantity: int = 0
    remaining_quantity: int = 0


class _Action(Node, frozen=True):
    action: str


class _Assigned(Node, frozen=True):
    location: Reference | None = None


class _Hold(Node, frozen=True):
    reason: str | None = None
    reason_notes: str | None = None


class FulfillmentOrderNode(Node, frozen=True):
    """A fulfillment order as GraphQL gives it."""

    id: str
    status: str
    line_items: Rows[_OrderLine]
    request_status: str | None = None
    fulfill_at: str | None = None
    supported_actions: tuple[_Action, ...] = ()
    fulfillment_holds: tuple[_Hold, ...] = ()
    assigned_location: _Assigned | None = None
    order: Reference | None = None


class _FulfillmentOrders(Node, frozen=True):
    fulfillment_orders: Rows[FulfillmentOrderNode]


class _OrderWithFulfillmentOrders(Node, frozen=True):
    order: _FulfillmentOrders | None = None


class _Lines(Node, frozen=True):
    line_items: Rows[_OrderLine]


class _MoreLines(Node, frozen=True):
    fulfillment_order: _Lines | None = None


class _Number(Node, frozen=True):
    number: str | None = None


class _FulfilledLine(Node, frozen=True):
    line_item: Reference
    quantity: int | None = 0


class _Fulfillment(Node, frozen=True):
    id: str
    status: str
    fulfillment_line_items: Rows[_FulfilledLine]
    location: Reference | None = None
    tracking_info: tuple[_Number, ...] = ()


class _Fulfillments(Node, frozen=True):
    fulfillments: tuple[_Fulfillment, ...]


class _OrderWithFulfillments(Node, frozen=True):
    order: _Fulfillments | None = None


class _FulfilledLines(Node, frozen=True):
    fulfillment_line_items: Rows[_FulfilledLine]


class _MoreFulfilled(Node, frozen=True):
    fulfillment: _FulfilledLines | None = None


async def collect_rows(
    first: Rows[Any], more: Callable[[str], Awaitable[Rows[Any] | None]]
) -> tuple[Any, ...]:
    """All rows of a list that begins with `first`; `more` reads on from a cursor."""
    rows, page = list(first.nodes), first
    while cursor := page.cursor:
        following = await more(cursor)
        if following is None or following.cursor == cursor:
            break
        rows += following.nodes
        page = following
    return tuple(rows)


class GraphqlFulfillment:
    """Reads and writes what a shipment needs."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client

    async def read_fulfillment_orders(self, order_id: int) -> tuple[FulfillmentOrder, ...]:
        """All fulfillment orders of an order, with all their lines."""

        async def read_page(cursor: str | None) -> Rows[FulfillmentOrderNode] | None:
            variables = {"id": write_gid("Order", order_id), "after": cursor}
            answer = await self._client.ask(
                queries.FULFILLMENT_ORDERS, variables, _OrderWithFulfillmentOrders
            )
            return answer.order.fulfillment_orders if answer.order else None

        first = await read_page(None)
        if first is None:
            return ()
        return tuple(
            [await self.to_fulfillment_order(node) for node in await collect_rows(first, read_page)]
        )

    async def to_fulfillment_order(self, node: FulfillmentOrderNode) -> FulfillmentOrder:
        """A fulfillment order in the REST shape; lines that the list cut off are read."""

        async def read_more(cursor: str) -> Rows[_OrderLine] | None:
            answer = await self._client.ask(
                queries.MORE_FULFILLMENT_LINES, {"id": node.id, "after": cursor}, _MoreLines
            )
            return answer.fulfillment_order.line_items if answer.fulfillment_order else None

        lines = await collect_rows(node.line_items, read_more)
        location = node.assigned_location.location if node.assigned_location else None
        return FulfillmentOrder(
            id=read_gid(node.id),
            assigned_location_id=read_gid(location.id) if location else None,
            status=node.status.lower(),
            request_status=(node.request_status or "").lower(),
            supported_actions=tuple(one.action.lower() for one in node.supported_actions),
            fulfill_at=node.fulfill_at,
            fulfillment_holds=tuple(
                Hold((hold.reason or "").lower(), hold.reason_notes)
                for hold in node.fulfillment_holds
            ),
            line_items=tuple(
                FulfillmentOrderLine(
                    read_gid(line.id),
                    read_gid(line.line_item.id),
                    line.total_quantity,
                    line.remaining_quantity,
                )
                for line in lines
            ),
        )

    async def read_fulfillments(self, order_id: int) -> tuple[Fulfillment, ...] | None:
        """All parcels of an order, None if the shop does not know it."""
        answer = await self._client.ask(
            queries.FULFILLMENTS, {"id": write_gid("Order", order_id)}, _OrderWithFulfillments
        )
        if answer.order is None:
            return None
        return tuple([await self._to_fulfillment(node) for node in answer.order.fulfillments])

    async def _to_fulfillment(self, node: _Fulfillment) -> Fulfillment:
        async def read_more(cursor: str) -> Rows[_FulfilledLine] | None:
            answer = await self._client.ask(
                queries.MORE_FULFILLED, {"id": node.id, "after": cursor}, _MoreFulfilled
            )
            return answer.fulfillment.fulfillment_line_items if answer.fulfillment else None

        lines = await collect_rows(node.fulfillment_line_items, read_more)
        return Fulfillment(
            id=read_gid(node.id),
            status=node.status.lower(),
            location_id=read_gid(node.location.id) if node.location else None,
            tracking_numbers=tuple(one.number for one in node.tracking_info if one.number),
            line_items=tuple(
                FulfillmentLine(read_gid(line.line_item.id), line.quantity or 0) for line in lines
            ),
        )

    async def create_fulfillment(self, fulfillment: NewFulfillment) -> None:
        """`fulfillmentCreate`; a refusal under 200 is raised like REST's 422."""
        picks = [
            {
                "fulfillmentOrderId": write_gid("FulfillmentOrder", pick.id),
                "fulfillmentOrderLineItems": [
                    {
                        "id": write_gid("FulfillmentOrderLineItem", line.id),
                        "quantity": line.quantity,
                    }
                    for line in pick.lines
                ],
            }
            for pick in fulfillment.picks
        ]
        created: dict[str, Any] = {
            "lineItemsByFulfillmentOrder": picks,
            "notifyCustomer": fulfillment.notify,
        }
        if fulfillment.tracking.number:
            created["trackingInfo"] = _write_tracking(fulfillment.tracking)
        await self._run_mutation(queries.CREATE, {"fulfillment": created}, "fulfillmentCreate")

    async def update_tracking(
        self, fulfillment_id: int, tracking: Tracking, *, notify: bool
    ) -> None:
        """The new number replaces the old one."""
        variables = {
            "id": write_gid("Fulfillment", fulfillment_id),
            "tracking": _write_tracking(tracking),
            "notify": notify,
        }
        await self._run_mutation(
            queries.UPDATE_TRACKING, variables, "fulfillmentTrackingInfoUpdate"
        )

    async def release_hold(self, fulfillment_order_id: int) -> None:
        """Release all holds of the fulfillment order."""
        await self._run_mutation(
            queries.RELEASE_HOLD,
            {"id": write_gid("FulfillmentOrder", fulfillment_order_id)},
            "fulfillmentOrderReleaseHold",
        )

    async def open_scheduled(self, fulfillment_order_id: int) -> None:
        """Open the fulfillment order before its day."""
        await self._run_mutation(
            queries.OPEN_SCHEDULED,
            {"id": write_gid("FulfillmentOrder", fulfillment_order_id)},
            "fulfillmentOrderOpen",
        )

    async def _run_mutation(self, query: str, variables: dict[str, Any], field: str) -> None:
        answer = await self._client.change(query, variables, dict[str, Done | None])
        require_done(answer.get(field))


def _write_tracking(tracking: Tracking) -> dict[str, str]:
    return {name: value for name, value in msgspec.structs.asdict(tracking).items() if value}
