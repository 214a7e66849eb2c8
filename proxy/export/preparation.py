"""One order made ready to go out: the store's policy, then the wire's form; or held back with the
reason.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from connectors.orders import Order, OrderStatus, RejectedOrder
from connectors.turns import run_in_turns, run_over
from proxy.doors.custom_store.errors import InvalidOrderError
from proxy.doors.custom_store.given import describe_given
from proxy.doors.custom_store.orders_xml import encode_in_steps
from proxy.doors.custom_store.words import fill_status_words
from proxy.export.recall import NoRecall, Recall
from proxy.rules.addressees import AddressedOrder, UnknownAddressError, divide_order
from proxy.rules.customs import place_tax_id
from proxy.rules.matching import GivenOrder
from proxy.rules.packing import (
    count_goods,
    describe_lines_left,
    describe_missing_place,
    fill_first_line,
)
from proxy.rules.policy import (
    BROKEN,
    CLOSED,
    Filters,
    HeldBack,
    HeldKind,
    Policy,
    cancel_unpacked,
    find_status,
    hold_back,
    translate,
    translate_method,
)
from proxy.settings.models import StoreSettings
from proxy.storage.export.records import Member

# Nothing of such an order is packed any more.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODER = msgspec.json.Encoder()


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """An order as ShipStation will read it.

    `member` knows it again, `given` what notices will name of it; `unknown_status` is a word of the
    shop's that is not mapped. `is_complete`: nothing of the shop's order is held.
    """

    member: Member
    given: GivenOrder
    modified_at: datetime
    xml: bytes
    unknown_status: str = ""
    is_complete: bool = True


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of an order of the shop: what goes out, one for each of its addresses, and why
    it is held, or what goes to one of its addresses is, or which lines stay behind.
    """

    ready: tuple[Prepared, ...] = ()
    held: HeldBack | None = None


def policy_of(settings: StoreSettings) -> Policy:
    """What the settings of a store want done with its orders."""
    return Policy(
        statuses=settings.statuses,
        shipping_methods=settings.shipping_methods,
        default_shipping_method=settings.default_shipping_method,
        filters=msgspec.convert(settings.filters, Filters, from_attributes=True),
        customs=settings.customs,
        tax_ids=settings.tax_ids,
    )


async def prepare(
    entry: Order | RejectedOrder,
    settings: StoreSettings,
    policy: Policy,
    now: datetime,
    recall: Recall,
) -> Outcome:
    """The order ready to go out.

    Where ShipStation was sent an order before, no filter keeps news of it back, and its
    cancellation needs no address. If nothing of it is left to pack, it goes out as cancelled.

    Whatever a connector gives in an order, nothing is raised for it: a fault in one order must not
    keep a window's others back.
    """
    if isinstance(entry, RejectedOrder):
        return Outcome(held=_hold(entry, HeldKind.UNREADABLE, entry.reason))
    given = await recall.find_given(entry)
    try:
        parts = divide_order(translate(entry, policy), given)
    except UnknownAddressError as error:
        return Outcome(held=_hold(entry, HeldKind.INVALID, str(error)))
    except Exception as error:  # noqa: BLE001 -- of this order alone
        return Outcome(held=_hold(entry, HeldKind.INVALID, _describe_fault(error)))
    maker = _Maker(entry, settings, policy, now, recall)
    found = [await maker.prepare(part) for part in parts]
    return _gather(entry, [each for each in found if each is not None], policy)


async def prepare_new(
    entry: Order | RejectedOrder, settings: StoreSettings, now: datetime
) -> Outcome:
    """As `prepare`, for an order that ShipStation does not know yet: every filter applies."""
    return await prepare(entry, settings, policy_of(settings), now, NoRecall())


class _Maker:
    """Makes what goes to the addresses of one order ready."""

    def __init__(
        self, entry: Order, settings: StoreSettings, policy: Policy, now: datetime, recall: Recall
    ) -> None:
        self._entry = entry
        self._settings = settings
        self._policy = policy
        self._now = now
        self._recall = recall

    async def prepare(self, part: AddressedOrder) -> Prepared | HeldBack | None:
        """One part as it goes out, or why it is held; None if it is gone and ShipStation was never
        sent it.
        """
        if part.is_gone:
            return await self._encode(part) if await self._recall.is_known(part.order.id) else None
        try:
            order = place_tax_id(part.order, self._policy.tax_ids)
            order = fill_first_line(translate_method(order, self._policy))
            held = hold_back(
                order, self._policy.filters, self._now, chosen=part.order.shipping_method
            )
            missing = describe_missing_place(order)
        except Exception as error:  # noqa: BLE001 -- of this order alone
            return _hold(part.order, HeldKind.INVALID, _describe_fault(error))
        if missing:
            held = held or _hold(order, HeldKind.INVALID, missing)
        if held is not None:
            order = cancel_unpacked(order, self._policy.filters)
            is_unsendable = bool(missing) and order.status is not OrderStatus.CANCELLED
            if is_unsendable or not await self._recall.is_known(order.id):
                return held
        return await self._encode(msgspec.structs.replace(part, order=order))

    async def _encode(self, part: AddressedOrder) -> Prepared | HeldBack:
        try:
            return await _encode(part, self._entry, self._settings)
        except InvalidOrderError as error:
            return _hold(part.order, HeldKind.INVALID, str(error))
        except Exception as error:  # noqa: BLE001 -- of this order alone
            return _hold(part.order, HeldKind.INVALID, _describe_fault(error))


def _gather(entry: Order, found: Sequence[Prepared | HeldBack], policy: Policy) -> Outcome:
    """What became of all parts of an order. Of what is held there is one note, under the shop's own
    id, by which it can be asked for again; so there is of lines that stay behind.
    """
    ready = tuple(each for each in found if isinstance(each, Prepared))
    held = [each for each in found if isinstance(each, HeldBack)]
    if not held:
        return _note_lines(entry, ready, policy)
    reasons = list(dict.fromkeys(each.reason for each in held))
    if ready or len(reasons) > 1:
        reasons = [f"order {each.number}: {each.reason}" for each in held]
    note = next((each for each in held if each.kind in BROKEN), held[0])
    return Outcome(
        ready=tuple(msgspec.structs.replace(each, is_complete=False) for each in ready),
        held=msgspec.structs.replace(
            note, id=_storable(entry.id), number=_storable(entry.number), reason="; ".join(reasons)
        ),
    )


def _note_lines(entry: Order, ready: tuple[Prepared, ...], policy: Policy) -> Outcome:
    """All that goes out of an order, with a note of lines that stay behind."""
    left = describe_lines_left(entry, policy.filters.include)
    if not left or not ready or find_status(entry, policy)[0] in CLOSED:
        return Outcome(ready=ready)
    return Outcome(
        ready=tuple(msgspec.structs.replace(each, is_complete=False) for each in ready),
        held=_hold(entry, HeldKind.FILTERED, left),
    )


async def _encode(part: AddressedOrder, entry: Order, settings: StoreSettings) -> Prepared:
    order = part.order
    steps = encode_in_steps(
        order,
        dimensions=settings.dimensions,
        status_words=fill_status_words(settings.status_words),
    )
    xml = await run_in_turns(steps)
    is_part = count_goods(order) < count_goods(entry)
    given = await run_over(len(order.items), describe_given, part, entry, is_part=is_part)
    shop_id = "" if order.id == entry.id else entry.id
    return Prepared(
        member=Member(
            id=order.id, digest=digest(order), shop_id=shop_id, modified_at=order.modified_at
        ),
        given=given,
        modified_at=order.modified_at,
        xml=xml,
        unknown_status="" if order.status_known else order.shop_status,
    )


def _hold(entry: Order | RejectedOrder, kind: HeldKind, reason: str) -> HeldBack:
    name = entry.id or _name_nameless(entry, reason)
    return HeldBack(
        id=_storable(name),
        number=_storable(entry.number),
        kind=kind,
        reason=_storable(reason),
        has_id=bool(entry.id),
    )


def _name_nameless(entry: Order | RejectedOrder, reason: str) -> str:
    """What an order without an id is held under, so that it is not taken for another: what its
    connector knows it by, and where to look for it.
    """
    record = entry.record if isinstance(entry, RejectedOrder) else ""
    if not record:
        known = "\n".join((entry.number, str(entry.modified_at), reason))
        record = hashlib.sha256(known.encode(errors="replace")).hexdigest()[:12]
    when = f", changed {entry.modified_at:%Y-%m-%d %H:%M:%S}" if entry.modified_at else ""
    return f"(no id: {record}{when})"


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

    The modified time is not a part of it: some shops move it for nothing.
    """
    return hashlib.blake2b(
        _ENCODER.encode(msgspec.structs.replace(order, modified_at=_NO_TIME)), digest_size=12
    ).hexdigest()
