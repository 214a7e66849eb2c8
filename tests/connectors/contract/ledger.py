"""The connector for a plain shop, as small as the contract allows: what the suite is tried on, and
an example to start from.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from connectors import (
    Address,
    BearerAuth,
    CheckLevel,
    CheckReport,
    ConflictError,
    ConnectorError,
    Customer,
    FieldError,
    Finding,
    LineItem,
    Order,
    OrderId,
    OrderNotFoundError,
    OrderStatus,
    Page,
    RefusedError,
    RejectedOrder,
    Shipment,
    ShipOutcome,
    UnreadableResponseError,
    Upstream,
    UpstreamPolicy,
    Window,
    encode_segment,
    read_id,
    read_moment,
    read_money,
    read_quantity,
    read_text,
    walk_by_key,
)
from connectors.testing import ShopHarness
from tests.connectors.contract.ledger_shop import PAGE_SIZE, TOKEN


class LedgerConnector:
    """The connector under trial. The class flags break one promise each."""

    forgets_to_look: ClassVar[bool] = False
    pages_by_number: ClassVar[bool] = False

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        async for items in self._pages(window.start, window.end):
            for item in items:
                order = read_order(item)
                if isinstance(order, RejectedOrder) or window.contains(order.modified_at):
                    yield order

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        async for items in self._pages(None, None):
            for item in items:
                order = read_order(item)
                if isinstance(order, RejectedOrder) or order.status not in {
                    OrderStatus.SHIPPED,
                    OrderStatus.CANCELLED,
                }:
                    yield order

    async def count_orders(self, window: Window) -> int | None:
        page = await self._page(window.start, window.end, 0, 1)
        return page.total

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        return read_order(await self._find(order_id))

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:  # noqa: ARG002 - the shop itself knows
        shown = await self._find(shipment.order_id)
        order = read_order(shown)
        if isinstance(order, RejectedOrder):
            raise RefusedError(f"Order {order.id} cannot be read: {order.reason}.")
        path = f"orders/{encode_segment(shipment.order_id)}"
        parcels = (await self._upstream.get(f"{path}/parcels")).decode(list[dict[str, Any]])
        known = [parcel["tracking"] for parcel in parcels]
        already = shipment.tracking_number in known and not self.forgets_to_look
        sent = {
            item.id: sum(int(parcel["quantities"].get(item.id, 0)) for parcel in parcels)
            for item in order.items
        }
        left = {
            item.id: item.quantity - sent[item.id]
            for item in order.items
            if item.quantity > sent[item.id]
        }
        if not already:
            if order.status is OrderStatus.CANCELLED:
                raise ConflictError(f"Order {order.id} is cancelled, so it takes no shipment.")
            told = {item.line_id: item.quantity for item in shipment.items} or left
            body = {"tracking": shipment.tracking_number, "quantities": told}
            await self._upstream.write("POST", f"{path}/parcels", json=body)
            left = {
                line: pieces - told.get(line, 0)
                for line, pieces in left.items()
                if pieces > told.get(line, 0)
            }
        if not left and order.status is not OrderStatus.SHIPPED:
            await self._upstream.write("PUT", f"{path}/status", json={"status": "shipped"})
        return ShipOutcome(already=already, completed=not left)

    async def check(self) -> CheckReport:
        try:
            await self._page(None, None, 0, 1)
        except ConnectorError as error:
            return CheckReport(
                findings=(
                    Finding(
                        level=CheckLevel.PROBLEM, what=str(error), advice="Look after the shop."
                    ),
                )
            )
        return CheckReport(findings=(Finding(level=CheckLevel.OK, what="The list can be read."),))

    def _pages(
        self, start: datetime | None, end: datetime | None
    ) -> AsyncIterator[list[dict[str, Any]]]:
        async def fetch(key: datetime, skip: int, size: int) -> Page[dict[str, Any]]:
            return await self._page(start if self.pages_by_number else key, end, skip, size)

        def key(item: dict[str, Any]) -> datetime | None:
            return read_moment(item["modified"], "modified")

        begin = start or datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        if self.pages_by_number:
            return self._by_number(begin, fetch)
        return walk_by_key(
            fetch, start=begin, key=key, identity=lambda item: str(item["id"]), size=PAGE_SIZE
        )

    async def _by_number(self, begin: datetime, fetch: Any) -> AsyncIterator[list[dict[str, Any]]]:
        skip, page = 0, await fetch(begin, 0, PAGE_SIZE)
        while page.items:
            yield page.items
            skip += PAGE_SIZE
            page = await fetch(begin, skip, PAGE_SIZE)

    async def _page(
        self, start: datetime | None, end: datetime | None, skip: int, size: int
    ) -> Page[dict[str, Any]]:
        bounds = [
            (name, moment.isoformat())
            for name, moment in (("since", start), ("until", end))
            if moment is not None
        ]
        body = (
            await self._upstream.get("orders", [*bounds, ("skip", str(skip)), ("size", str(size))])
        ).json()
        if (
            not isinstance(body, dict)
            or not isinstance(body.get("orders"), list)
            or not isinstance(body.get("total"), int)
        ):
            raise UnreadableResponseError("The list of orders: expected `orders` and `total`.")
        return Page(items=body["orders"], total=body["total"])

    async def _find(self, order_id: str) -> dict[str, Any]:
        try:
            return (await self._upstream.get(f"orders/{encode_segment(order_id)}")).decode(
                dict[str, Any]
            )
        except RefusedError as error:
            if error.status == 404:
                raise OrderNotFoundError(f"The shop has no order {order_id}.") from error
            raise


def read_order(item: dict[str, Any]) -> Order | RejectedOrder:
    name = ""
    try:
        name = read_id(item["id"], "id")
        lines = tuple(
            LineItem(
                id=read_id(line["id"], f"lines[{place}].id"),
                sku=read_text(line["sku"], f"lines[{place}].sku"),
                name=read_text(line["name"], f"lines[{place}].name"),
                quantity=read_quantity(line["quantity"], f"lines[{place}].quantity"),
                unit_price=read_money(line["price"], f"lines[{place}].price", default=Decimal(0)),
            )
            for place, line in enumerate(item["lines"])
        )
        return Order(
            id=OrderId(name),
            number=name,
            placed_at=read_moment(item["placed"], "placed"),
            modified_at=read_moment(item["modified"], "modified"),
            status=OrderStatus(item["status"]),
            total=read_money(item["total"], "total"),
            customer=Customer(
                bill_to=Address(), ship_to=Address(name=read_text(item["name"], "name"))
            ),
            items=lines,
        )
    except FieldError as error:
        return RejectedOrder(id=OrderId(name), reason=str(error))
    except KeyError as error:
        raise UnreadableResponseError(f"An order: expected the field {error}.") from error


class LedgerHarness(ShopHarness):
    """The contract's view of the ledger shop."""

    page_size = PAGE_SIZE
    connector: ClassVar[type[LedgerConnector]] = LedgerConnector

    @asynccontextmanager
    async def open_connector(self, policy: UpstreamPolicy) -> AsyncIterator[LedgerConnector]:
        async with Upstream.open(self.shop.url, auth=BearerAuth(TOKEN), policy=policy) as upstream:
            yield self.connector(upstream)
