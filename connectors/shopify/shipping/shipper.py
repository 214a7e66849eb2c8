"""Report a shipment to Shopify: look, plan, and write one parcel for each location.

Shopify ships no more of a line than is left of it, and refuses a parcel that asks for more. So what
is left bounds each parcel, whatever `over_ship` says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    OrderNotFoundError,
    TemporaryError,
)
from connectors.interface import ConnectorContext, ShipOutcome
from connectors.shipments import Shipment, build_foreign_error, describe_foreign
from connectors.shopify.api.transport import NewFulfillment, Tracking, Transport
from connectors.shopify.mapping.wire import Order
from connectors.shopify.settings import ShopifySettings
from connectors.shopify.shipping import plan as planning
from connectors.shopify.shipping.companies import build_tracking
from connectors.shopify.shipping.plan import Plan, Wanted
from connectors.shopify.shipping.shop_state import (
    ShopState,
    count_sent,
    list_hidden,
    match_wanted,
)
from connectors.shopify.shipping.writer import OvertakenError, Writer

# Shopify makes fulfillment orders by a background job after checkout; it is done within seconds.
_JOB_SECONDS = 60.0


class Shipper:
    """Reports one shipment to one shop.

    `explain_absence` names the missing right that hides fulfillment orders; empty if none is
    missing.
    """

    def __init__(
        self,
        transport: Transport,
        settings: ShopifySettings,
        context: ConnectorContext,
        explain_absence: Callable[[], Awaitable[str]],
        order_id: int,
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._context = context
        self._explain_absence = explain_absence
        self._order_id = order_id

    async def ship(self, shipment: Shipment, earlier: Sequence[Shipment]) -> ShipOutcome:
        """Takes effect once: known again by its tracking number, or without one by the units in
        parcels without a number.
        """
        writer = Writer(
            self._transport, self._order_id, shipment, confirm=self._context.shipping.confirm
        )
        try:
            return await self._ship_once(writer, shipment, earlier)
        except OvertakenError:
            return await self._ship_once(writer, shipment, earlier)

    async def _ship_once(
        self, writer: Writer, shipment: Shipment, earlier: Sequence[Shipment]
    ) -> ShipOutcome:
        state = await writer.read_state()
        order = await self._read_order_if_needed(state, shipment, earlier)
        tracking = build_tracking(shipment, self._context.carriers)
        same = planning.find_sent(state.fulfillments, tracking.number)
        asked = match_wanted(state, order, shipment)
        if order is not None and asked.unknown and not asked.units and not order.cancelled_at:
            raise build_foreign_error(shipment, asked.unknown)
        ready, wanted = planning.narrow_to_goods(
            planning.narrow_to_address(state.fulfillment_orders, shipment.destination), asked
        )
        rest = planning.subtract_sent(wanted, count_sent(state, same, order, shipment, earlier))
        if not wanted.everything and not rest.units and wanted.units:
            return ShipOutcome(already=True, completed=state.is_done)
        skip = {one.location_id or 0 for one in same}
        plan = planning.make_plan(ready, rest, skip_locations=skip)
        if plan.held and await self._unlock(writer, plan):
            state = await writer.read_state()
            ready, _ = planning.narrow_to_goods(
                planning.narrow_to_address(state.fulfillment_orders, shipment.destination), wanted
            )
            plan = planning.make_plan(ready, rest, skip_locations=skip)
        if not plan.parcels and not same:
            return await self._settle_empty(writer, state, plan, rest, tracking, shipment)
        written = [
            await writer.send_parcel(
                state,
                NewFulfillment(picks=parcel, tracking=tracking, notify=shipment.notify_customer),
            )
            for parcel in plan.parcels
        ]
        self._require_whole(state, plan, rest, order, shipment)
        return ShipOutcome(
            already=not plan.parcels,
            completed=plan.left == 0,
            detail=_describe_outcome(plan, rest, written),
        )

    async def _read_order_if_needed(
        self, state: ShopState, shipment: Shipment, earlier: Sequence[Shipment]
    ) -> Order | None:
        """The order itself, where the line of an item, here or in an earlier part of the parcel, is
        in no fulfillment order: to match it by SKU, or to see that it is hidden.
        """
        lines, parcel = state.lines, shipment.parcel_key()
        parts = [shipment, *(each for each in earlier if each.parcel_key() == parcel)]
        if all(
            planning.is_ours(item) or planning.read_line_id(item) in lines
            for part in parts
            for item in part.items
        ):
            return None
        order = await self._transport.read_order(self._order_id)
        return order if isinstance(order, Order) else None

    async def _unlock(self, writer: Writer, plan: Plan) -> bool:
        """Release what is held and open what is scheduled, as far as the settings allow; returns
        whether anything was.
        """
        done = False
        for one in plan.held:
            if one.status == "on_hold" and self._settings.release_holds:
                await writer.release_hold(one)
                done = True
            elif one.status == "scheduled" and self._settings.open_scheduled:
                await writer.open_scheduled(one)
                done = True
        return done

    async def _settle_empty(
        self,
        writer: Writer,
        state: ShopState,
        plan: Plan,
        wanted: Wanted,
        tracking: Tracking,
        shipment: Shipment,
    ) -> ShipOutcome:
        """Nothing may be shipped: find out why, or what else the notice means."""
        if plan.obstacles:
            raise ConflictError(
                f"Order {shipment.order}: Shopify does not allow it to be shipped now."
                f" {plan.obstacles}. {self._advise_unlock(plan)}"
            )
        order = await self._transport.read_order(self._order_id)
        if order is None:
            raise OrderNotFoundError(
                f"Order {shipment.order}: Shopify does not know an order with the id"
                f" {self._order_id}."
            )
        if isinstance(order, Order) and order.cancelled_at is not None:
            raise ConflictError(
                f"Order {shipment.order}: it is cancelled in Shopify, so it cannot be marked as"
                " shipped."
            )
        live = [one for one in state.fulfillments if one.live]
        if not state.fulfillment_orders and not live:
            raise await self._build_absence_error(shipment)
        hidden = list_hidden(state, wanted, order if isinstance(order, Order) else None)
        if hidden:
            raise _build_hidden_error(hidden, shipment)
        if not tracking.number and live:
            return ShipOutcome(already=True, completed=state.is_done)
        parcel = planning.find_parcel_to_label(live, wanted) if tracking.number else None
        if parcel is not None:
            await writer.label_parcel(parcel, tracking)
            how = "as a further tracking number" if parcel.numbers else "as its tracking number"
            return ShipOutcome(
                completed=state.is_done,
                detail=(
                    "nothing of the notice was left to ship in Shopify, so its number was given to"
                    f" parcel {parcel.id} {how}"
                ),
            )
        raise ConflictError(
            f"Order {shipment.order}: nothing of the parcel is left to ship in Shopify; it was"
            " refunded, removed or shipped in other parcels."
        )

    async def _build_absence_error(self, shipment: Shipment) -> Exception:
        if lacking := await self._explain_absence():
            return AuthenticationError(
                f"Order {shipment.order}: Shopify shows no fulfillment orders of it. {lacking}"
            )
        return TemporaryError(
            f"Order {shipment.order}: Shopify has not made its fulfillment orders yet; it does so"
            " shortly after checkout.",
            retry_after=_JOB_SECONDS,
        )

    def _require_whole(
        self, state: ShopState, plan: Plan, wanted: Wanted, order: Order | None, shipment: Shipment
    ) -> None:
        """Raise if a part of what was asked waits for a person. What another fulfillment service
        ships is not ours to tell.
        """
        if plan.held:
            raise ConflictError(
                f"Order {shipment.order}: what Shopify allows is marked as shipped, the rest is"
                f" not. {plan.obstacles}. {self._advise_unlock(plan)}"
            )
        hidden = list_hidden(state, wanted, order)
        if hidden:
            raise _build_hidden_error(hidden, shipment)

    def _advise_unlock(self, plan: Plan) -> str:
        if any(one.status == "on_hold" for one in plan.held):
            return (
                "Release the hold in Shopify, or set release_holds: true; then try the delivery"
                " again."
            )
        if plan.held:
            return "Open it in Shopify, or set open_scheduled: true; then try the delivery again."
        return "Cancel the request to the service in Shopify, then try the delivery again."


def _build_hidden_error(hidden: Sequence[str], shipment: Shipment) -> AuthenticationError:
    return AuthenticationError(
        f"Order {shipment.order}: {', '.join(hidden)} is in a fulfillment order that this app may"
        " not see; grant it read_third_party_fulfillment_orders and"
        " write_third_party_fulfillment_orders, or ship it where it is assigned."
    )


def _describe_outcome(plan: Plan, wanted: Wanted, written: Sequence[str]) -> str:
    named = list(filter(None, written))
    parts = [f"kept as {' and '.join(named)}"] if named else []
    if wanted.intangible:
        parts.append(
            f"{wanted.intangible} units of the notice need no shipping (gift cards, downloads) and"
            " were left to Shopify"
        )
    if plan.waiting and not wanted.everything:
        parts.append("the rest was left to the fulfillment service that was asked to ship it")
    if plan.short:
        parts.append(
            f"{plan.short} units of the notice are not left to ship in Shopify and were left out"
        )
    if wanted.unknown:
        parts.append(describe_foreign(wanted.unknown))
    return "; ".join(parts)
