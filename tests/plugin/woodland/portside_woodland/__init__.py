"""Portside's connector for the Woodland shop: a list by key, one call for a parcel."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr

from connectors import (
    BearerAuth,
    CheckLevel,
    CheckReport,
    ConflictError,
    ConnectorContext,
    ConnectorError,
    ConnectorSettings,
    ConnectorType,
    Finding,
    Order,
    OrderNotFoundError,
    OrderStatus,
    Page,
    RefusedError,
    RejectedOrder,
    Shipment,
    ShipOutcome,
    UnreadableResponseError,
    Upstream,
    Window,
    encode_segment,
    walk_by_key,
)

from .mapping import read_order, read_time

_PAGE = 10
_NOT_FOUND = 404
_DONE = {OrderStatus.SHIPPED, OrderStatus.CANCELLED}


class WoodlandSettings(ConnectorSettings):
    """`type: woodland`."""

    url: str = Field(pattern=r"^https?://.+", description="Where the shop is.")
    token: SecretStr = Field(description="The shop's access token.")
    page_size: int = Field(default=_PAGE, ge=1, le=50, description="Orders asked for at once.")


class WoodlandConnector:
    """One Woodland shop."""

    def __init__(self, upstream: Upstream, page_size: int, context: ConnectorContext) -> None:
        self._upstream = upstream
        self._page_size = page_size
        self._carriers = context.carriers

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        """The orders of a window; the shop's bounds are inclusive."""
        walk = walk_by_key(
            lambda start, skip, size: self._page(start, window.end, skip, size),
            start=window.start,
            key=lambda raw: read_time(raw.get("changed")),
            identity=lambda raw: str(raw.get("id")),
            size=self._page_size,
        )
        async with aclosing(walk) as pages:
            async for page in pages:
                for order in map(read_order, page):
                    if order.modified_at is None or window.contains(order.modified_at):
                        yield order

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        """Everything from the beginning, without what is done."""
        ever = Window(
            start=datetime(2000, 1, 1, tzinfo=UTC), end=datetime.now(UTC) + timedelta(days=1)
        )
        async with aclosing(self.list_orders(ever)) as orders:
            async for order in orders:
                if not (isinstance(order, Order) and order.status in _DONE):
                    yield order

    async def count_orders(self, window: Window) -> int | None:
        """The shop says how many there are."""
        return (await self._page(window.start, window.end, 0, 1)).total

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        """One order."""
        return read_order(await self._raw(order_id))

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Look, then tell."""
        raw = await self._raw(shipment.order_id)
        order = read_order(raw)
        if isinstance(order, RejectedOrder):
            raise UnreadableResponseError(f"The order cannot be read: {order.reason}.")
        if order.status is OrderStatus.CANCELLED:
            raise ConflictError(f"The order {order.number} is cancelled.")
        left = {line["id"]: line["left"] for line in raw["lines"]}
        if self._is_told(shipment, earlier, raw) or not any(left.values()):
            return ShipOutcome(already=True, completed=not any(left.values()))
        pieces = {item.line_id: item.quantity for item in shipment.items} or left
        body = {
            "items": [{"id": line, "quantity": count} for line, count in pieces.items() if count],
            "tracking": shipment.tracking_number,
            "carrier": self._carriers.name(shipment),
            "notify": shipment.notify_customer,
        }
        reply = await self._upstream.write(
            "POST", f"api/orders/{encode_segment(order.id)}/parcels", json=body
        )
        if not isinstance(answered := reply.json(), dict) or "order" not in answered:
            raise UnreadableResponseError("The shop's answer to the parcel holds no order.")
        return ShipOutcome(
            completed=all(pieces.get(line, 0) >= count for line, count in left.items())
        )

    async def check(self) -> CheckReport:
        """Try a page."""
        now = datetime.now(UTC)
        try:
            await self._page(now - timedelta(days=1), now, 0, 1)
        except ConnectorError as error:
            return CheckReport(
                findings=(
                    Finding(
                        level=CheckLevel.PROBLEM, what=str(error), advice="See to url and token."
                    ),
                )
            )
        return CheckReport(
            findings=(Finding(level=CheckLevel.OK, what="The list of orders answers."),)
        )

    async def _page(self, start: datetime, end: datetime, skip: int, size: int) -> Page[Any]:
        params = (
            ("changed_from", start.isoformat()),
            ("changed_to", end.isoformat()),
            ("offset", str(skip)),
            ("size", str(size)),
        )
        reply = await self._upstream.get("api/orders", params)
        body = reply.json()
        if (
            not isinstance(body, dict)
            or not isinstance(body.get("orders"), list)
            or not isinstance(body.get("count"), int)
        ):
            raise UnreadableResponseError(
                f"{reply.where}: expected orders and count, found something else."
            )
        return Page(items=body["orders"], total=body["count"])

    async def _raw(self, order_id: str) -> Any:
        try:
            reply = await self._upstream.get(f"api/orders/{encode_segment(order_id)}")
        except RefusedError as error:
            if error.status == _NOT_FOUND:
                raise OrderNotFoundError(
                    f"The shop does not know the order {order_id!r}."
                ) from error
            raise
        body = reply.json()
        raw = body.get("order") if isinstance(body, dict) else None
        if not isinstance(raw, dict) or str(raw.get("id")) != order_id:
            raise UnreadableResponseError(
                f"{reply.where}: expected the order, found something else."
            )
        return raw

    @staticmethod
    def _is_told(shipment: Shipment, earlier: Sequence[Shipment], raw: Any) -> bool:
        known = {parcel["tracking"] for parcel in raw["parcels"]}
        return (
            shipment.key() in {each.key() for each in earlier}
            or (shipment.tracking_number or "?") in known
        )


@asynccontextmanager
async def open_woodland(
    settings: WoodlandSettings, context: ConnectorContext
) -> AsyncIterator[WoodlandConnector]:
    """The connector, ready."""
    async with Upstream.open(
        settings.url,
        auth=BearerAuth(settings.token.get_secret_value()),
        policy=context.upstream,
        observer=context.observer,
    ) as upstream:
        yield WoodlandConnector(upstream, settings.page_size, context)


connector_type = ConnectorType(name="woodland", settings=WoodlandSettings, open=open_woodland)
