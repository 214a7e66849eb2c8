"""The part of the GraphQL transport that ships: fulfillment orders, fulfillments and their
mutations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from connectors.errors import PartError
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import Done, GraphqlClient, require_done
from connectors.shopify.api.graphql_wire import Rows, read_gid, write_gid
from connectors.shopify.api.graphql_wire_fulfillment import (
    FulfilledLine,
    FulfillmentNode,
    FulfillmentOrderNode,
    MoreFulfilled,
    MoreFulfillmentOrderLines,
    OrderLine,
    OrderWithFulfillmentOrders,
    OrderWithFulfillments,
    Place,
    WrittenParcel,
)
from connectors.shopify.api.transport import NewFulfillment, Tracking
from connectors.shopify.mapping.wire import Address
from connectors.shopify.mapping.wire_fulfillment import (
    DeliveryMethod,
    Fulfillment,
    FulfillmentLine,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
)


async def collect_rows(
    first: Rows[Any], more: Callable[[str], Awaitable[Rows[Any] | None]]
) -> tuple[Any, ...]:
    """All rows of a list that begins with `first`; `more` reads on from a cursor.

    Raises `PartError` where the shop says that there is more and does not give it.
    """
    rows, page, visited = list(first.nodes), first, set[str]()
    while cursor := page.cursor:
        following = await more(cursor) if cursor not in visited else None
        if following is None:
            raise PartError("Shopify says that the list goes on, and does not give the rest.")
        visited.add(cursor)
        rows += following.nodes
        page = following
    if page.is_cut:
        raise PartError("Shopify says that the list goes on, and does not say where.")
    return tuple(rows)


def _to_address(place: Place | None) -> Address | None:
    return None if place is None else Address(**msgspec.structs.asdict(place))


class GraphqlFulfillment:
    """Reads and writes what a shipment needs."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client

    async def read_fulfillment_orders(self, order_id: int) -> tuple[FulfillmentOrder, ...]:
        """All fulfillment orders of an order, with all their lines."""

        async def read_page(cursor: str | None) -> Rows[FulfillmentOrderNode] | None:
            variables = {"id": write_gid("Order", order_id), "after": cursor}
            answer = await self._client.ask(
                queries.FULFILLMENT_ORDERS, variables, OrderWithFulfillmentOrders
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

        async def read_more(cursor: str) -> Rows[OrderLine] | None:
            answer = await self._client.ask(
                queries.MORE_FULFILLMENT_LINES,
                {"id": node.id, "after": cursor},
                MoreFulfillmentOrderLines,
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
            delivery_method=DeliveryMethod(node.delivery_method.method_type)
            if node.delivery_method
            else None,
            destination=_to_address(node.destination),
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
            queries.FULFILLMENTS, {"id": write_gid("Order", order_id)}, OrderWithFulfillments
        )
        if answer.order is None:
            return None
        return tuple([await self._to_fulfillment(node) for node in answer.order.fulfillments])

    async def _to_fulfillment(self, node: FulfillmentNode) -> Fulfillment:
        async def read_more(cursor: str) -> Rows[FulfilledLine] | None:
            answer = await self._client.ask(
                queries.MORE_FULFILLED, {"id": node.id, "after": cursor}, MoreFulfilled
            )
            return answer.fulfillment.fulfillment_line_items if answer.fulfillment else None

        lines = await collect_rows(node.fulfillment_line_items, read_more)
        tracks = [one for one in node.tracking_info if one.number]
        return Fulfillment(
            id=read_gid(node.id),
            status=node.status.lower(),
            location_id=read_gid(node.location.id) if node.location else None,
            tracking_company=next((one.company for one in tracks if one.company), None),
            tracking_numbers=tuple(one.number or "" for one in tracks),
            tracking_urls=tuple(one.url or "" for one in tracks),
            line_items=tuple(
                FulfillmentLine(read_gid(line.line_item.id), line.quantity or 0) for line in lines
            ),
        )

    async def create_fulfillment(self, fulfillment: NewFulfillment) -> Fulfillment | None:
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
        return await self._write_parcel(
            queries.CREATE, {"fulfillment": created}, "fulfillmentCreate"
        )

    async def set_tracking(
        self, fulfillment_id: int, tracking: Tracking, *, notify: bool
    ) -> Fulfillment | None:
        """The numbers replace those that are there, so the earlier ones are written again."""
        variables = {
            "id": write_gid("Fulfillment", fulfillment_id),
            "tracking": _write_tracking(tracking),
            "notify": notify,
        }
        return await self._write_parcel(
            queries.SET_TRACKING, variables, "fulfillmentTrackingInfoUpdate"
        )

    async def cancel_fulfillment(self, fulfillment_id: int) -> None:
        """Cancel the parcel."""
        await self._run_mutation(
            queries.CANCEL, {"id": write_gid("Fulfillment", fulfillment_id)}, "fulfillmentCancel"
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

    async def _write_parcel(
        self, query: str, variables: dict[str, Any], field: str
    ) -> Fulfillment | None:
        answer = await self._client.change(query, variables, dict[str, WrittenParcel | None])
        written = answer.get(field)
        require_done(written)
        made = written.fulfillment if written else None
        return await self._to_fulfillment(made) if made else None

    async def _run_mutation(self, query: str, variables: dict[str, Any], field: str) -> None:
        answer = await self._client.change(query, variables, dict[str, Done | None])
        require_done(answer.get(field))


def _write_tracking(tracking: Tracking) -> dict[str, Any]:
    """`number` and `url` for one number, `numbers` and `urls` for several: never both, says
    Shopify's reference of `FulfillmentTrackingInput`.
    """
    if not tracking.earlier:
        parts: dict[str, Any] = {
            "number": tracking.number,
            "company": tracking.company,
            "url": tracking.url,
        }
    else:
        parts = {
            "numbers": [*tracking.earlier, tracking.number],
            "company": tracking.company,
            "urls": [*tracking.earlier_urls, tracking.url] if tracking.earlier_urls else [],
        }
    return {name: value for name, value in parts.items() if value}
