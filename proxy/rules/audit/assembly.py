"""The sides of each order, put together from three lists that know nothing of one another. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from proxy.rules.audit.sides import (
    AccountOrder,
    AccountParcel,
    DeliverySide,
    GivenSide,
    Hold,
    OrderSides,
    ShopSide,
)
from proxy.rules.matching import strip_suffixes


class GivenPart(msgspec.Struct, frozen=True, kw_only=True):
    """What was given of an order of the shop; `destination` is the key of the address it goes to,
    where the order has several.
    """

    shop_id: str
    side: GivenSide
    destination: str = ""


class KnownDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with what it names its order by."""

    shop_id: str
    number: str
    side: DeliverySide
    destination: str = ""


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """Three lists. `shop` and `holds` are by the shop's own id; `gone` are the ids, and
    `gone_numbers` the numbers, that the shop was asked for and does not know.

    `account` is None where the account was not asked. Orders that were created there before
    `account_from` are not in it, and of those in it that fit no other side only what happened
    `since` counts.
    """

    shop: Mapping[str, ShopSide] = {}
    gone: frozenset[str] = frozenset()
    gone_numbers: frozenset[str] = frozenset()
    given: Sequence[GivenPart] = ()
    holds: Mapping[str, tuple[str, Hold]] = {}
    deliveries: Sequence[KnownDelivery] = ()
    account: Sequence[AccountOrder] | None = None
    parcels: Sequence[AccountParcel] = ()
    account_from: datetime | None = None
    since: datetime | None = None


def assemble_sides(sources: Sources) -> list[OrderSides]:
    """All orders of the three lists, each once."""
    units = list(_list_units(sources))
    _add_deliveries(units, sources.deliveries)
    if sources.account is None:
        return [unit.finish(None, ()) for unit in units]
    parcels = defaultdict[int | None, list[AccountParcel]](list)
    for parcel in sources.parcels:
        parcels[parcel.order_id].append(parcel)
    matched = _match_account(units, sources.account)
    found = [
        unit.finish(
            None if not orders and _is_beyond(unit, sources) else orders,
            [parcel for order in orders if order.is_ours for parcel in parcels[order.id]],
        )
        for unit, orders in zip(units, matched, strict=True)
    ]
    taken = {order.id for orders in matched for order in orders}
    for order in sources.account:
        own = parcels[order.id]
        if order.is_ours and order.id not in taken and _is_touched(order, own, sources.since):
            found.append(
                OrderSides(
                    number=order.number,
                    shop_id="",
                    is_gone=order.number in sources.gone_numbers,
                    account=(order,),
                    parcels=tuple(own),
                )
            )
    return found


class _Unit:
    """An order that we know, before the account's part is found."""

    def __init__(self, number: str, shop_id: str, part: GivenPart | None = None) -> None:
        self.number = number
        self.shop_id = shop_id
        self.part = part
        self.shop: ShopSide | None = None
        self.is_gone = False
        self.hold: Hold | None = None
        self.deliveries: list[DeliverySide] = []

    @property
    def former_number(self) -> str:
        return self.part.side.former_number if self.part else ""

    def finish(
        self, account: Iterable[AccountOrder] | None, parcels: Iterable[AccountParcel]
    ) -> OrderSides:
        return OrderSides(
            number=self.number,
            shop_id=self.shop_id,
            shop=self.shop,
            is_gone=self.is_gone,
            given=self.part.side if self.part else None,
            hold=self.hold,
            deliveries=tuple(self.deliveries),
            account=None if account is None else tuple(account),
            parcels=tuple(parcels),
        )


def _list_units(sources: Sources) -> Iterator[_Unit]:
    units = [_Unit(part.side.number, part.shop_id, part) for part in sources.given]
    known = {unit.shop_id for unit in units}
    units += [_Unit(side.number, key) for key, side in sources.shop.items() if key not in known]
    known |= sources.shop.keys()
    units += [_Unit(name, key) for key, (name, _) in sources.holds.items() if key not in known]
    for unit in units:
        unit.shop = sources.shop.get(unit.shop_id)
        unit.is_gone = unit.shop_id in sources.gone
        if unit.shop_id in sources.holds:
            unit.hold = sources.holds[unit.shop_id][1]
        yield unit


def _add_deliveries(units: Sequence[_Unit], deliveries: Iterable[KnownDelivery]) -> None:
    """Each delivery to one unit: of an order's parts to that of its address, else to the first."""
    by_id, by_number = defaultdict[str, list[_Unit]](list), defaultdict[str, list[_Unit]](list)
    for unit in units:
        by_id[unit.shop_id].append(unit)
        by_number[unit.number].append(unit)
    for delivery in deliveries:
        meant = by_id.get(delivery.shop_id, []) if delivery.shop_id else []
        meant = meant or by_number.get(delivery.number, [])
        own = [
            unit for unit in meant if unit.part and unit.part.destination == delivery.destination
        ]
        for unit in (own or meant)[:1]:
            unit.deliveries.append(delivery.side)


def _match_account(
    units: Sequence[_Unit], account: Sequence[AccountOrder]
) -> list[list[AccountOrder]]:
    """The account's orders of each unit: by number, exactly; by a number it bore before, or without
    the suffix of a split, where no other unit bears the number.
    """
    numbers = {unit.number for unit in units}
    by_number = defaultdict[str, list[AccountOrder]](list)
    for order in account:
        by_number[order.number].append(order)
        if order.number not in numbers:
            for stripped in strip_suffixes(order.number):
                if stripped in numbers:
                    by_number[stripped].append(order)
                    break
    sharing = defaultdict[str, list[_Unit]](list)
    for unit in units:
        sharing[unit.number].append(unit)
    shared = {
        id(unit): orders
        for number, some in sharing.items()
        for unit, orders in zip(some, _share_orders(some, by_number[number]), strict=True)
    }
    return [
        shared[id(unit)]
        + (
            by_number[unit.former_number]
            if unit.former_number and unit.former_number not in numbers
            else []
        )
        for unit in units
    ]


def _share_orders(
    units: Sequence[_Unit], orders: Sequence[AccountOrder]
) -> list[list[AccountOrder]]:
    """The account's orders of one number, for the units that bear it: all for the only one; else by
    the key, where it is our id, and the others one each in the sequence in which they came.
    """
    if len(units) == 1:
        return [list(orders)]
    ids = {unit.part.side.id if unit.part else unit.shop_id: at for at, unit in enumerate(units)}
    found: list[list[AccountOrder]] = [[] for _ in units]
    rest = []
    for order in sorted(orders, key=lambda order: order.id):
        if order.is_ours and order.key in ids:
            found[ids[order.key]].append(order)
        else:
            rest.append(order)
    empty = [some for some in found if not some]
    for some, order in zip(empty, rest, strict=False):
        some.append(order)
    return found


def _is_beyond(unit: _Unit, sources: Sources) -> bool:
    """Whether the order may be in the account, created before the span that was asked for."""
    placed_at = None if unit.shop is None else unit.shop.placed_at
    start = sources.account_from
    return start is not None and (placed_at is None or placed_at < start)


def _is_touched(
    order: AccountOrder, parcels: Sequence[AccountParcel], since: datetime | None
) -> bool:
    moments = [order.created_at, order.changed_at, *(parcel.created_at for parcel in parcels)]
    return since is None or max(moments) >= since
