"""One order made ready to go out: the store's policy, then the wire's form; or held back with the
reason.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import msgspec

from connectors.orders import Order, OrderStatus, RejectedOrder
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.given import describe_given
from proxy.doors.custom_store.orders_xml import encode_order
from proxy.doors.custom_store.words import fill_status_words
from proxy.rules.matching import GivenOrder
from proxy.rules.packing import describe_missing_place
from proxy.rules.policy import Filters, HeldBack, HeldKind, Policy, hold_back, translate
from proxy.settings.models import StoreSettings
from proxy.storage.export.records import Member

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODER = msgspec.json.Encoder()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An order as ShipStation will read it.

    `member` knows it again, `given` what notices will name of it; `unknown_status` is a word of the
    shop's that is not mapped.
    """

    member: Member
    given: GivenOrder
    modified_at: datetime
    xml: bytes
    unknown_status: str = ""


def policy_of(settings: StoreSettings) -> Policy:
    """What the settings of a store want done with its orders."""
    return Policy(
        statuses=settings.statuses,
        shipping_methods=settings.shipping_methods,
        default_shipping_method=settings.default_shipping_method,
        filters=msgspec.convert(settings.filters, Filters, from_attributes=True),
    )


async def prepare(
    entry: Order | RejectedOrder,
    settings: StoreSettings,
    policy: Policy,
    now: datetime,
    is_known: Callable[[str], Awaitable[bool]],
) -> Prepared | HeldBack:
    """The order ready to go out.

    `is_known` says whether ShipStation was ever sent an order: then no filter keeps news of it
    back, and its cancellation needs no address.

    Whatever a connector gives in an order, nothing is raised for it: a fault in one order must not
    keep a window's others back.
    """
    if isinstance(entry, RejectedOrder):
        return _hold(entry, HeldKind.UNREADABLE, entry.reason)
    try:
        order = translate(entry, policy)
        held = hold_back(order, policy.filters, now, chosen=entry.shipping_method)
        missing = describe_missing_place(order)
    except Exception as error:  # noqa: BLE001 -- of this order alone
        return _hold(entry, HeldKind.INVALID, _describe_fault(error))
    if missing:
        held = held or _hold(order, HeldKind.INVALID, missing)
    is_unsendable = bool(missing) and order.status is not OrderStatus.CANCELLED
    if held is not None and (is_unsendable or not await is_known(order.id)):
        return held
    return _encode_or_hold(order, settings)


def _encode_or_hold(order: Order, settings: StoreSettings) -> Prepared | HeldBack:
    try:
        return _encode(order, settings)
    except InvalidOrderError as error:
        return _hold(order, HeldKind.INVALID, str(error))
    except Exception as error:  # noqa: BLE001 -- of this order alone
        return _hold(order, HeldKind.INVALID, _describe_fault(error))


async def prepare_new(
    entry: Order | RejectedOrder, settings: StoreSettings, now: datetime
) -> Prepared | HeldBack:
    """As `prepare`, for an order that ShipStation does not know yet: every filter applies."""
    return await prepare(entry, settings, policy_of(settings), now, _is_never_known)


async def _is_never_known(_order_id: str) -> bool:
    return False


def _encode(order: Order, settings: StoreSettings) -> Prepared:
    xml = encode_order(
        order,
        dimensions=settings.dimensions,
        status_words=fill_status_words(settings.status_words),
    )
    member = Member(id=order.id, digest=digest(order))
    return Prepared(
        member=member,
        given=describe_given(order),
        modified_at=order.modified_at,
        xml=xml,
        unknown_status="" if order.status_known else order.shop_status,
    )


def _hold(entry: Order | RejectedOrder, kind: HeldKind, reason: str) -> HeldBack:
    return HeldBack(
        id=_storable(entry.id), number=_storable(entry.number), kind=kind, reason=_storable(reason)
    )


def _storable(text: str) -> str:
    """`text` without the halves of characters that no database takes."""
    return str(text).encode(errors="replace").decode()


def _describe_fault(error: Exception) -> str:
    """Where an order that no rule foresaw failed.

    The error's own words are left out: they may quote a buyer.
    """
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"the connector gave values that no order can hold ({type(error).__name__} in {place.name},"
        f" line {place.lineno})"
    )


def digest(order: Order) -> str:
    """Tells whether two states of an order are the same to ShipStation.

    The modified time is no part of it: some shops move it for nothing.
    """
    return hashlib.blake2b(
        _ENCODER.encode(msgspec.structs.replace(order, modified_at=_NO_TIME)), digest_size=12
    ).hexdigest()
