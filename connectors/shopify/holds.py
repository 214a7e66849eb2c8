"""Which orders may not be shipped now: on hold, or scheduled for later. One question for the whole shop rather than one per order.

Order lists do not say it in REST, and only GraphQL can ask for all held fulfilment orders at once, so both transports use it for this.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from connectors.errors import AuthenticationError
from connectors.shopify import queries
from connectors.shopify.graphql_client import GraphqlClient
from connectors.shopify.graphql_fulfilment import FulfillmentOrderNode, GraphqlFulfilment
from connectors.shopify.graphql_wire import Node, Rows, tail
from connectors.shopify.statuses import Held
from connectors.shopify.wire_fulfilment import FulfillmentOrder

_SEARCH = "status:ON_HOLD OR status:SCHEDULED"
HELD_STATUSES = frozenset({"on_hold", "scheduled"})
_log = structlog.get_logger(__name__)


class _HeldRows(Node, frozen=True):
    fulfillment_orders: Rows[FulfillmentOrderNode]


class Holds:
    """Asks one shop."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client
        self._fulfilment = GraphqlFulfilment(client)
        self._forbidden = False

    async def read(self) -> dict[int, Held]:
        """What is held, by order. Empty, with a warning, if the app has no right to see fulfilment orders."""
        if self._forbidden:
            return {}
        found: dict[int, list[FulfillmentOrder]] = {}
        cursor: str | None = None
        while True:
            try:
                rows = (await self._client.ask(queries.HELD, {"after": cursor, "query": _SEARCH}, _HeldRows)).fulfillment_orders
            except AuthenticationError as error:
                self._forbidden = True
                _log.warning("shop_hides_holds", error=str(error))
                return {}
            for node in rows.nodes:
                if node.order is not None:
                    order = tail(node.order.id)
                    found.setdefault(order, []).append(await self._fulfilment.to_fulfillment_order(node, order))
            following = rows.cursor
            if not following or following == cursor:
                return {order: held for order, ones in found.items() if (held := read_held(ones)) is not None}
            cursor = following


def read_held(fulfillment_orders: Iterable[FulfillmentOrder]) -> Held | None:
    """What these fulfilment orders hold back; None if nothing."""
    units: dict[int, int] = {}
    reasons: list[str] = []
    for one in fulfillment_orders:
        if one.status not in HELD_STATUSES or one.left == 0:
            continue
        for line in one.lines:
            units[line.line_item_id] = units.get(line.line_item_id, 0) + line.fulfillable_quantity
        reasons.append(describe(one))
    return Held(units=units, reasons=tuple(dict.fromkeys(reasons))) if units else None


def describe(fulfillment_order: FulfillmentOrder) -> str:
    """Why a fulfilment order may not be shipped now, in words."""
    if fulfillment_order.status == "scheduled":
        return f"Scheduled for {(fulfillment_order.fulfill_at or 'later')[:10]}"
    words = [
        (hold.reason_notes or "").strip() or (hold.reason or "").replace("_", " ").lower()
        for hold in fulfillment_order.fulfillment_holds or ()
    ]
    return f"On hold: {'; '.join(filter(None, words)) or 'no reason given'}"
