"""How the goods of an order travel, and where to, by its fulfillment orders. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from connectors.orders import Destination, Fulfillment, Share
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.customer import read_address
from connectors.shopify.mapping.wire_fulfillment import FulfillmentOrder

# The words of a shipping line's `delivery_category`, and of a fulfillment order's
# `delivery_method.method_type`. A pickup point is a carrier's: a parcel goes there.
WAYS = {
    "pickup": Fulfillment.PICKUP,
    "pick_up": Fulfillment.PICKUP,
    "retail": Fulfillment.PICKUP,
    "local": Fulfillment.LOCAL_DELIVERY,
    "local_delivery": Fulfillment.LOCAL_DELIVERY,
    "shipping": Fulfillment.PARCEL,
    "pickup_point": Fulfillment.PARCEL,
}
_LIVE = frozenset({"open", "in_progress", "on_hold", "scheduled", "incomplete"})
_BLOCKED = frozenset({"on_hold", "scheduled"})
# What may be done with goods that a service has or is to be asked for.
_REQUEST = "request_fulfillment"
_AT_SERVICE = frozenset({"submitted", "accepted", "cancellation_requested"})


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """How an order travels: all goods in one way, or each line in shares of its own.

    `destinations` is empty unless there are several.
    """

    way: Fulfillment | None = None
    shares: Mapping[int, tuple[Share, ...]] = {}
    destinations: tuple[Destination, ...] = ()


def list_live(fulfillment_orders: Iterable[FulfillmentOrder]) -> list[FulfillmentOrder]:
    """Those of which something may be left to bring; what is on hold or put off comes last."""
    live = (one for one in fulfillment_orders if one.status in _LIVE and one.needs_shipping)
    return sorted(live, key=lambda one: one.status in _BLOCKED)


def needs_lines(fulfillment_orders: Sequence[FulfillmentOrder]) -> bool:
    """Whether it takes the lines to tell how each travels: not all go one way to one address."""
    return len({(_find_way(one), make_key(one.destination)) for one in fulfillment_orders}) > 1


def read_route(fulfillment_orders: Sequence[FulfillmentOrder]) -> Route:
    """The route by the live fulfillment orders, with their lines where `needs_lines` says so."""
    if not needs_lines(fulfillment_orders):
        return Route(way=_find_way(fulfillment_orders[0]) if fulfillment_orders else None)
    places = {
        make_key(one.destination): one.destination
        for one in fulfillment_orders
        if one.destination is not None and _find_way(one) is not Fulfillment.PICKUP
    }
    several = len(places) > 1
    shares: dict[int, list[Share]] = {}
    for one in fulfillment_orders:
        key = make_key(one.destination) if several else ""
        for line in one.lines:
            share = Share(line.fulfillable_quantity, key, _find_way(one))
            shares.setdefault(line.line_item_id, []).append(share)
    return Route(
        shares={line: tuple(each) for line, each in shares.items()},
        destinations=tuple(
            Destination(key=key, ship_to=read_address(place, email="", phone=""))
            for key, place in places.items()
        )
        if several
        else (),
    )


def make_key(address: wire.Address | None) -> str:
    """What names an address, by the parts that both of Shopify's APIs write alike."""
    if address is None:
        return ""
    parts = (
        address.first_name,
        address.last_name,
        address.company,
        address.address1,
        address.address2,
        address.city,
        address.zip,
    )
    folded = "\n".join(" ".join((part or "").casefold().split()) for part in parts)
    return hashlib.blake2b(folded.encode(errors="replace"), digest_size=8).hexdigest()


def _find_way(one: FulfillmentOrder) -> Fulfillment:
    """Who brings the goods of a fulfillment order.

    What the merchant may not ship himself, and a service has or can be asked for, is that
    service's.
    """
    actions = one.supported_actions or ()
    is_asked = (one.request_status or "").lower() in _AT_SERVICE
    if (
        one.status not in _BLOCKED
        and "create_fulfillment" not in actions
        and (is_asked or _REQUEST in actions)
    ):
        return Fulfillment.OTHER_SERVICE
    method = one.delivery_method.method_type if one.delivery_method else None
    return WAYS.get((method or "").lower(), Fulfillment.PARCEL)
