"""Write parcels and tracking numbers to Shopify, and believe a write only once the order shows it.

A write ends in one of these ways:

  * the answer shows the parcel whole: it counts, its number and its units are there
  * the answer shows less: the order's parcels are read once, and decide
  * the answer is lost, or a success that says otherwise: what the order shows decides
  * refused because someone else was faster: `OvertakenError`, the notice is planned once more
  * refused because of lines that need no shipping: written once more without them
  * kept back, because this is a dry run: the next is shown as if this one had been carried out
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

import msgspec

from connectors.errors import (
    OrderNotFoundError,
    RefusedError,
    TemporaryError,
    UnavailableError,
    UnsentError,
)
from connectors.shipments import Shipment
from connectors.shopify.api.transport import (
    DoubtfulWriteError,
    NewFulfillment,
    Tracking,
    Transport,
)
from connectors.shopify.mapping.wire import Order
from connectors.shopify.mapping.wire_fulfillment import Fulfillment, FulfillmentOrder
from connectors.shopify.shipping.plan import open_up, shows_parcel
from connectors.shopify.shipping.shop_state import (
    ShopState,
    has_nothing_left,
    has_taken_effect,
)
from connectors.upstream.request import name_step


class OvertakenError(TemporaryError):
    """What was to be shipped is gone: someone else shipped it between our look and our write."""


class Writer:
    """Writes what one notice asks for. `confirm` looks for the effect of each write."""

    def __init__(
        self, transport: Transport, order_id: int, shipment: Shipment, *, confirm: bool
    ) -> None:
        self._transport = transport
        self._order_id = order_id
        self._shipment = shipment
        self._confirm = confirm
        # Those that a dry run would have opened.
        self._opened = set[int]()

    async def read_state(self) -> ShopState:
        """The order's parcels, and what is left of it. Raises `OrderNotFoundError`."""
        fulfillments = await self._read_fulfillments()
        orders = await self._transport.read_fulfillment_orders(self._order_id)
        return ShopState(
            fulfillments=fulfillments, fulfillment_orders=open_up(orders, self._opened)
        )

    async def release_hold(self, one: FulfillmentOrder) -> None:
        """Take a fulfillment order off hold."""
        with name_step("release hold"):
            await self._open(one, self._transport.release_hold)

    async def open_scheduled(self, one: FulfillmentOrder) -> None:
        """Open a scheduled fulfillment order now."""
        with name_step("open scheduled"):
            await self._open(one, self._transport.open_scheduled)

    async def _open(self, one: FulfillmentOrder, write: Callable[[int], Awaitable[None]]) -> None:
        try:
            await write(one.id)
        except UnsentError:
            self._opened.add(one.id)

    async def _read_fulfillments(self) -> tuple[Fulfillment, ...]:
        found = await self._transport.read_fulfillments(self._order_id)
        if found is None:
            raise OrderNotFoundError(
                f"Order {self._shipment.order}: Shopify does not know an order with the id"
                f" {self._order_id}."
            )
        return found

    async def send_parcel(self, before: ShopState, parcel: NewFulfillment) -> str:
        """Write one parcel. `before` is what the order showed when it was planned.

        Gives what it became in words; nothing in a dry run.
        """
        made: Fulfillment | None = None
        try:
            with name_step("parcel"):
                made = await self._transport.create_fulfillment(parcel)
        except UnsentError:
            return ""
        except RefusedError as error:
            if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            if has_nothing_left(await self.read_state(), parcel.picks):
                raise OvertakenError(
                    f"Order {self._shipment.order}: its parcels changed in Shopify while this one"
                    " was told."
                ) from error
            goods = await self._drop_intangible(before, parcel)
            if goods is None:
                raise
            return await self.send_parcel(before, goods)
        except (UnavailableError, DoubtfulWriteError) as error:
            if isinstance(error, UnavailableError) and not error.reached:
                raise
            if not has_taken_effect(before, await self.read_state(), parcel):
                raise
        else:
            await self._require_parcel(before, parcel, made)
        return "a fulfillment" if made is None else f"fulfillment {made.id}"

    async def _require_parcel(
        self, before: ShopState, parcel: NewFulfillment, made: Fulfillment | None
    ) -> None:
        """Raise `TemporaryError` unless the shop shows what it said it did."""
        if not self._confirm:
            return
        units, number = before.count_picks(parcel.picks), parcel.tracking.number
        if made is not None and shows_parcel((made,), units, number):
            return
        known = {one.id for one in before.fulfillments}
        with name_step("confirm"):
            found = [one for one in await self._read_fulfillments() if one.id not in known]
            if shows_parcel(found, units, number):
                return
            raise TemporaryError(
                f"Order {self._shipment.order}: Shopify answered that the parcel was made, but the"
                f" order does not show it{_describe_states(found)}. Portside looks again before it"
                " repeats the write."
            )

    async def _drop_intangible(
        self, before: ShopState, parcel: NewFulfillment
    ) -> NewFulfillment | None:
        """The parcel without lines that need no shipping, of which Shopify refuses gift cards; None
        if it has none, or nothing else.
        """
        order = await self._transport.read_order(self._order_id)
        if not isinstance(order, Order):
            return None
        intangible = {line.id for line in order.line_items or () if not line.requires_shipping}
        goods = before.drop_lines(parcel.picks, intangible)
        if not goods or goods == parcel.picks:
            return None
        return msgspec.structs.replace(parcel, picks=goods)

    async def label_parcel(self, parcel: Fulfillment, tracking: Tracking) -> None:
        """Give a parcel that the shop has this number beside those it has."""
        full = _join_numbers(parcel, tracking)
        try:
            with name_step("tracking number"):
                made = await self._transport.set_tracking(
                    parcel.id, full, notify=self._shipment.notify_customer
                )
        except UnsentError:
            return
        except (UnavailableError, DoubtfulWriteError) as error:
            if isinstance(error, UnavailableError) and not error.reached:
                raise
            if not shows_parcel(await self._read_fulfillments(), {}, tracking.number):
                raise
            return
        if not self._confirm or (made is not None and shows_parcel((made,), {}, tracking.number)):
            return
        with name_step("confirm"):
            if shows_parcel(await self._read_fulfillments(), {}, tracking.number):
                return
            raise TemporaryError(
                f"Order {self._shipment.order}: Shopify answered that parcel {parcel.id} has the"
                " tracking number, but does not show it. Portside looks again before it repeats the"
                " write."
            )


def _join_numbers(parcel: Fulfillment, tracking: Tracking) -> Tracking:
    """The numbers that the parcel has, and then the new one.

    Shopify knows one company for all of them. Where the earlier ones are another's, each number
    needs its own link, as far as all links are known.
    """
    numbers = tuple(one for one in parcel.tracking_numbers or () if one.strip())
    urls = tuple(parcel.tracking_urls or ())
    same = (parcel.tracking_company or "") == tracking.company
    linked = len(urls) == len(numbers) and all(urls) and bool(tracking.link)
    return msgspec.structs.replace(
        tracking,
        earlier=numbers,
        earlier_urls=() if same or not linked else urls,
        url=tracking.url if same or not linked else tracking.link,
    )


def _describe_states(found: Sequence[Fulfillment]) -> str:
    states = sorted({one.status or "unknown" for one in found})
    return f" (new parcels there: {', '.join(states)})" if states else ""
