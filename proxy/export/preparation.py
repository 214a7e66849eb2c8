"""One order made ready to go out: the store's policy, then the wire's form; or held back with the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec

from connectors.orders import Order, RejectedOrder
from proxy.policy import Filters, HeldBack, HeldKind, Policy, hold_back, translate
from proxy.settings import StoreSettings
from proxy.shipstation.errors import InvalidOrderError
from proxy.shipstation.orders_xml import encode_order
from proxy.storage.export_interface import Member

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODER = msgspec.json.Encoder()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An order as ShipStation will read it. `member` knows it again; `unknown_status` is a word of the shop's that nobody has mapped."""

    member: Member
    modified_at: datetime
    xml: bytes
    unknown_status: str = ""


def policy_of(settings: StoreSettings) -> Policy:
    """What the settings of a store want done with its orders."""
    filters = settings.filters
    return Policy(
        statuses=settings.statuses,
        shipping_methods=settings.shipping_methods,
        default_shipping_method=settings.default_shipping_method,
        filters=Filters(
            max_age=filters.max_age,
            min_age=filters.min_age,
            tags=filters.tags,
            exclude_tags=filters.exclude_tags,
            shippable_only=filters.shippable_only,
        ),
    )


async def prepare(
    entry: Order | RejectedOrder, settings: StoreSettings, policy: Policy, now: datetime, is_known: Callable[[str], Awaitable[bool]]
) -> Prepared | HeldBack:
    """The order ready to go out. `is_known` says whether ShipStation was ever told of an order: then no filter keeps news from it."""
    if isinstance(entry, RejectedOrder):
        return HeldBack(id=entry.id, number=entry.number, kind=HeldKind.UNREADABLE, reason=entry.reason)
    order = translate(entry, policy)
    held = hold_back(order, policy.filters, now)
    if held is not None and not await is_known(order.id):
        return held
    try:
        xml = encode_order(order, dimensions=settings.dimensions)
    except InvalidOrderError as error:
        return HeldBack(id=order.id, number=order.number, kind=HeldKind.INVALID, reason=str(error))
    member = Member(id=order.id, digest=digest(order))
    return Prepared(member=member, modified_at=order.modified_at, xml=xml, unknown_status="" if order.status_known else order.shop_status)


def digest(order: Order) -> str:
    """Tells whether two states of an order are the same to ShipStation. The modified time is no part of it: some shops move it for nothing."""
    return hashlib.blake2b(_ENCODER.encode(msgspec.structs.replace(order, modified_at=_NO_TIME)), digest_size=12).hexdigest()
