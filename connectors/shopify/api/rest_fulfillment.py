"""The part of the REST transport that ships: fulfillment orders, fulfillments and writes."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from connectors.errors import RefusedError
from connectors.shopify.api.graphql_fulfillment import GraphqlFulfillment
from connectors.shopify.api.transport import (
    LARGEST_PAGE,
    DoubtfulWriteError,
    NewFulfillment,
    Tracking,
)
from connectors.shopify.mapping.wire_fulfillment import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrders,
    Fulfillments,
    Written,
)
from connectors.upstream.client import Upstream
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import read_words
from connectors.upstream.response import Reply


class RestFulfillment:
    """Reads and writes what a shipment needs.

    `graphql` says what REST cannot: a parcel with several tracking numbers.
    """

    def __init__(self, upstream: Upstream, version: str, graphql: GraphqlFulfillment) -> None:
        self._upstream = upstream
        self._root = f"api/{version}"
        self._graphql = graphql

    async def read_fulfillment_orders(self, order_id: int) -> tuple[FulfillmentOrder, ...]:
        """All fulfillment orders of an order, in one answer."""
        reply = await self._upstream.get(f"{self._root}/orders/{order_id}/fulfillment_orders.json")
        return reply.decode(FulfillmentOrders).fulfillment_orders

    async def read_fulfillments(self, order_id: int) -> tuple[Fulfillment, ...] | None:
        """None on 404: the shop does not know the order."""
        try:
            reply = await self._upstream.get(
                f"{self._root}/orders/{order_id}/fulfillments.json", (("limit", str(LARGEST_PAGE)),)
            )
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return reply.decode(Fulfillments).fulfillments

    async def create_fulfillment(self, fulfillment: NewFulfillment) -> Fulfillment | None:
        """One POST: all picks lie at one location."""
        picks = [
            {
                "fulfillment_order_id": pick.id,
                "fulfillment_order_line_items": [
                    {"id": line.id, "quantity": line.quantity} for line in pick.lines
                ],
            }
            for pick in fulfillment.picks
        ]
        created = {
            "line_items_by_fulfillment_order": picks,
            "notify_customer": fulfillment.notify,
            **_write_tracking(fulfillment.tracking),
        }
        return await self._post(f"{self._root}/fulfillments.json", {"fulfillment": created})

    async def set_tracking(
        self, fulfillment_id: int, tracking: Tracking, *, notify: bool
    ) -> Fulfillment | None:
        """REST's one number replaces all that are there; several are set by GraphQL."""
        if tracking.earlier:
            return await self._graphql.set_tracking(fulfillment_id, tracking, notify=notify)
        changed = {"notify_customer": notify, **_write_tracking(tracking)}
        return await self._post(
            f"{self._root}/fulfillments/{fulfillment_id}/update_tracking.json",
            {"fulfillment": changed},
        )

    async def cancel_fulfillment(self, fulfillment_id: int) -> None:
        """Cancel the parcel."""
        await self._post(f"{self._root}/fulfillments/{fulfillment_id}/cancel.json", {})

    async def release_hold(self, fulfillment_order_id: int) -> None:
        """Release all holds of the fulfillment order."""
        await self._post(
            f"{self._root}/fulfillment_orders/{fulfillment_order_id}/release_hold.json", {}
        )

    async def open_scheduled(self, fulfillment_order_id: int) -> None:
        """Open the fulfillment order before its day."""
        await self._post(f"{self._root}/fulfillment_orders/{fulfillment_order_id}/open.json", {})

    async def _post(self, path: str, body: Mapping[str, Any]) -> Fulfillment | None:
        return _read_written(await self._upstream.write("POST", path, json=body))


def _read_written(reply: Reply) -> Fulfillment | None:
    """The parcel that the answer to a write shows; None if it shows none that can be read.

    Shopify has been seen to answer 200 with `{"error": …}` and to do nothing, in the public tracker
    of php-shopify: #112, #163.
    """
    if not reply.content:
        return None
    body = reply.json()
    if not isinstance(body, dict | None):
        raise DoubtfulWriteError(f"{reply.where}: Shopify's answer does not say what was done.")
    written = msgspec.convert(body or {}, Written)
    if written.errors or written.error:
        words = read_words(reply, Mask()) or "no words"
        raise DoubtfulWriteError(
            f"{reply.where}: Shopify answered {reply.status} with an error: {words.rstrip('.')}."
        )
    try:
        return msgspec.convert(written.fulfillment, Fulfillment)
    except msgspec.ValidationError:
        return None


def _write_tracking(tracking: Tracking) -> dict[str, Any]:
    """Nothing without a number. A company that Shopify does not know comes with a link of
    its own.
    """
    if not tracking.number:
        return {}
    parts = {"number": tracking.number, "company": tracking.company, "url": tracking.url}
    return {"tracking_info": {name: value for name, value in parts.items() if value}}
