"""What a store wants done with an order before ShipStation sees it: its own status words, shipping
methods and filters.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from connectors.orders import SEVERAL_METHODS, Fulfillment, Order, OrderStatus
from proxy.rules.customs import CustomsPlace, TaxIdPlace, place_customs
from proxy.rules.packing import describe_nothing_to_pack, select_lines

_T = TypeVar("_T")


class HeldKind(StrEnum):
    """Why an order is not given: it cannot be read, ShipStation would refuse it, a filter says so,
    or its time has not come.
    """

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    FILTERED = "filtered"
    EARLY = "early"


# Such an order may go out one day without the shop dating a change: once its mapping has been
# mended, or Portside has.
BROKEN = frozenset({HeldKind.UNREADABLE, HeldKind.INVALID})
CLOSED = frozenset({OrderStatus.SHIPPED, OrderStatus.CANCELLED})


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders go out.

    Ages count from the day the order was placed; tags, statuses and shipping methods are compared
    without regard to case. `include` names what is exported although no parcel of this merchant's
    carries it.
    """

    max_age: timedelta | None = None
    min_age: timedelta | None = None
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    shipping_methods: tuple[str, ...] = ()
    shippable_only: bool = True
    include: tuple[Fulfillment, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One store's wishes: `statuses` maps the shop's words, `shipping_methods` what the buyer
    chose.

    Both are matched exactly at first and then without regard to case. A method the map does not
    hold becomes `default_shipping_method`, or stays if that is empty. `customs` says where what
    customs ask for goes, `tax_ids` where a tax number does.
    """

    statuses: Mapping[str, OrderStatus] = {}
    shipping_methods: Mapping[str, str] = {}
    default_shipping_method: str = ""
    filters: Filters = Filters()
    customs: CustomsPlace = CustomsPlace.OFF
    tax_ids: TaxIdPlace = TaxIdPlace.OFF


class HeldBack(msgspec.Struct, frozen=True, kw_only=True):
    """An order that does not go out, and why.

    `until`: when to look at it again, although the shop will not date a change then. `has_id`: it
    can be asked for; where its id cannot be read, `id` is what else it is known by.

    The reason names no buyer's data.
    """

    id: str
    number: str
    kind: HeldKind
    reason: str
    until: datetime | None = None
    has_id: bool = True


def translate(order: Order, policy: Policy) -> Order:
    """The order with its status in the store's own words, the lines that this merchant packs and
    what customs ask for of them; its shipping method still in the shop's, see `translate_method`.
    """
    order = place_customs(select_lines(order, policy.filters.include), policy.customs)
    status, is_known = find_status(order, policy)
    if (status, is_known) == (order.status, order.status_known):
        return order
    return msgspec.structs.replace(order, status=status, status_known=is_known)


def find_status(order: Order, policy: Policy) -> tuple[OrderStatus, bool]:
    """An order's status in the store's own words, and whether the shop's word is known."""
    mapped = _look_up(policy.statuses, order.shop_status)
    if mapped is not None:
        return mapped, True
    return (order.status, True) if order.status_known else (OrderStatus.ON_HOLD, False)


def translate_method(order: Order, policy: Policy) -> Order:
    """The order with its shipping method in the store's words."""
    method = _look_up(policy.shipping_methods, order.shipping_method)
    if method is None:
        method = policy.default_shipping_method or order.shipping_method
    return msgspec.structs.replace(order, shipping_method=method)


def _look_up(words: Mapping[str, _T], word: str) -> _T | None:
    if word in words:
        return words[word]
    folded = word.strip().casefold()
    return next(
        (meaning for known, meaning in words.items() if known.strip().casefold() == folded), None
    )


def hold_back(
    order: Order, filters: Filters, now: datetime, *, chosen: str = ""
) -> HeldBack | None:
    """Why `order` is not given at `now`, or None if it is.

    `chosen` is the shipping method in the shop's words, where the store's map made another of it.

    A cancellation passes the filters by age: the packers must hear of it, and it makes no work. An
    order that ShipStation already has must not be asked about here at all: news of it always goes
    out.
    """
    own_reason = (
        _by_twin(order)
        or _by_tags(order, filters)
        or _by_words(order, filters, chosen)
        or (_hold_filtered(order, order.excluded) if order.excluded else None)
        or _by_goods(order, filters)
    )
    return own_reason or (
        None if order.status is OrderStatus.CANCELLED else _by_age(order, filters, now)
    )


def cancel_unpacked(order: Order, filters: Filters) -> Order:
    """The order as a client that has it must hear of it: cancelled where nothing of it is left to
    pack, because every line was refunded, removed, or travels otherwise by now.

    ShipStation takes an open order off its list only if it becomes shipped or cancelled, whatever
    else changes in it (its help pages on order statuses).
    """
    if order.status in CLOSED or not (_by_twin(order) or _by_goods(order, filters)):
        return order
    return msgspec.structs.replace(order, status=OrderStatus.CANCELLED, status_known=True)


def _by_twin(order: Order) -> HeldBack | None:
    if not order.packed_elsewhere:
        return None
    return _hold_filtered(order, f"items: packed with {order.packed_elsewhere}")


def _by_tags(order: Order, filters: Filters) -> HeldBack | None:
    if filters.tags and not _holds_any(filters.tags, order.tags):
        carried = ", ".join(order.tags) or "none"
        return _hold_filtered(order, _describe_words("tags", filters.tags, carried))
    excluded = [tag for tag in filters.exclude_tags if _holds_any([tag], order.tags)]
    if excluded:
        return _hold_filtered(
            order, f"tags: {', '.join(excluded)} is left out by filters.exclude_tags"
        )
    return None


def _by_words(order: Order, filters: Filters, chosen: str) -> HeldBack | None:
    """By the words for its status and for its shipping method."""
    found = [order.shop_status or order.status, order.status]
    if filters.statuses and not _holds_any(filters.statuses, found):
        return _hold_filtered(order, _describe_words("status", filters.statuses, found[0]))
    if not filters.shipping_methods:
        return None
    found = [chosen or order.shipping_method, order.shipping_method]
    each = [method for methods in found for method in methods.split(SEVERAL_METHODS)]
    if not _holds_any(filters.shipping_methods, [*found, *each]):
        return _hold_filtered(
            order, _describe_words("shipping_method", filters.shipping_methods, found[0] or "none")
        )
    return None


def _holds_any(wanted: Iterable[str], found: Iterable[str]) -> bool:
    folded = {word.strip().casefold() for word in found}
    return any(word.strip().casefold() in folded for word in wanted)


def _describe_words(field: str, wanted: Iterable[str], found: str) -> str:
    return f"{field}: expected one of {', '.join(wanted)}, found {found}"


def _by_goods(order: Order, filters: Filters) -> HeldBack | None:
    if filters.shippable_only and (reason := describe_nothing_to_pack(order, filters.include)):
        return _hold_filtered(order, reason)
    return None


def _by_age(order: Order, filters: Filters, now: datetime) -> HeldBack | None:
    age = now - order.placed_at
    if filters.max_age is not None and age > filters.max_age:
        return _hold_filtered(
            order,
            f"placed {age.days} days ago, longer than filters.max_age ({_span(filters.max_age)})",
        )
    if filters.min_age is not None and age < filters.min_age:
        due = _later(order.placed_at, filters.min_age)
        reason = (
            f"placed less than filters.min_age ({_span(filters.min_age)}) ago; due"
            f" {due:%Y-%m-%d %H:%M} UTC"
        )
        return HeldBack(
            id=order.id, number=order.number, kind=HeldKind.EARLY, reason=reason, until=due
        )
    return None


def _later(moment: datetime, span: timedelta) -> datetime:
    """`span` after `moment`, or the last moment there is, because a shop may date an order at the
    end of time.
    """
    last = datetime.max.replace(tzinfo=UTC)
    return moment + span if span <= last - moment else last


def _hold_filtered(order: Order, reason: str) -> HeldBack:
    return HeldBack(id=order.id, number=order.number, kind=HeldKind.FILTERED, reason=reason)


def _span(span: timedelta) -> str:
    """A duration as the settings write it: the largest unit that leaves no rest."""
    seconds = int(span.total_seconds())
    size, unit = next(
        (size, unit)
        for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
        if seconds % size == 0
    )
    return f"{seconds // size}{unit}"
