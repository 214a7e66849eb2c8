"""One order for each address that the goods of an order go to.

The shop has one order; the client is given several, with ids and numbers of their own that a
notice brings back. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from connectors.orders import Fulfillment, LineItem, Order, OrderId, OrderStatus
from connectors.reading.amounts import count_minor_digits
from proxy.rules.matching import GivenLine, GivenOrder

_ZERO = Decimal(0)


class AddressedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What of an order goes to one address, as the client is given it.

    `part` counts the addresses of the shop's order from 1; it is 0 where the order bears the shop's
    own id and number. `destination` is the shop's key of the address. `is_gone`: the client was
    given it earlier, and nothing of the order goes there any more.
    """

    order: Order
    part: int = 0
    destination: str = ""
    is_gone: bool = False


class UnknownAddressError(ValueError):
    """A line goes to an address that the shop does not give."""


def divide_order(order: Order, given: Sequence[GivenOrder] = ()) -> tuple[AddressedOrder, ...]:
    """The orders that the client is given, one for each address with goods.

    `given` is what it was given of this order earlier. An address keeps its number, and so do goods
    that move to another address; an order that went out before it had several addresses keeps its
    own id for the first. What has lost all its goods is cancelled. Raises UnknownAddressError.
    """
    places = _find_places(order)
    if not given and len(places) <= 1:
        return (_address_whole(order, places),)
    if not places:
        own = [each for each in given if each.part == 0]
        found = [AddressedOrder(order=order, destination=each.destination) for each in own]
    else:
        shares = [order] if len(places) == 1 else _share_order(order, places)
        numbers = _number_parts(places, shares, given)
        found = [
            AddressedOrder(
                order=_name_order(_address_order(share, key), part), part=part, destination=key
            )
            for key, share, part in zip(places, shares, numbers, strict=True)
        ]
    parts = {each.part for each in found}
    gone = [_cancel_part(order, each) for each in given if each.part not in parts]
    return (*found, *gone)


def _address_whole(order: Order, places: Sequence[str]) -> AddressedOrder:
    """All of an order that goes to one address, or to none."""
    key = "".join(places)
    return AddressedOrder(order=_address_order(order, key), destination=key)


def needs_address(item: LineItem) -> bool:
    """Whether the line is brought to the buyer's address."""
    return item.shippable and item.fulfillment is not Fulfillment.PICKUP


def _find_places(order: Order) -> list[str]:
    """The keys of the addresses that goods go to, in the shop's sequence."""
    used = {item.destination: item for item in order.items if needs_address(item)}
    if not order.destinations:
        # Of an order that goes to one address a line may say which, or nothing.
        return list(used) if len(used) <= 1 else [""]
    places = [each.key for each in order.destinations if each.key in used]
    for key in used.keys() - set(places):
        raise UnknownAddressError(
            f"items: line {used[key].id} goes to an address that the shop does not give, and the"
            f" order has {len(order.destinations)}; ship it from the shop"
        )
    return places


def _address_order(order: Order, key: str) -> Order:
    """The order with the address and the shipping method of one destination."""
    found = next((each for each in order.destinations if each.key == key), None)
    if found is None:
        return order
    return msgspec.structs.replace(
        order,
        customer=msgspec.structs.replace(order.customer, ship_to=found.ship_to),
        shipping_method=found.shipping_method or order.shipping_method,
        destinations=(),
    )


def _name_order(order: Order, part: int) -> Order:
    if part == 0:
        return order
    return msgspec.structs.replace(
        order, id=OrderId(name_part(order.id, part)), number=f"{order.number.strip()}-{part}"
    )


def name_part(order_id: str, part: int) -> str:
    """The id of one part of the shop's order; its own where `part` is 0."""
    return order_id if part == 0 else f"{order_id}~{part}"


def _share_order(order: Order, places: Sequence[str]) -> list[Order]:
    """The order in shares, one for each address."""
    return _share_amounts(order, [_share_goods(order, key, places) for key in places])


def _share_goods(order: Order, key: str, places: Sequence[str]) -> Order:
    """The order with the goods of one address; what goes to none is listed with the first."""
    items = tuple(
        item
        for item in order.items
        if not item.adjustment and (item.destination if needs_address(item) else places[0]) == key
    )
    return msgspec.structs.replace(order, items=items)


def _share_amounts(order: Order, shares: Sequence[Order]) -> list[Order]:
    """The shares with their part of tax, shipping, discounts and fees, by the worth of their goods.

    Each share's lines, tax and shipping come to its total where those of the whole order do, and
    the shares' amounts to the order's.
    """
    worth = [sum((_price(item) for item in share.items), _ZERO) for share in shares]
    weights = (
        worth if all(each >= 0 for each in worth) and any(worth) else [Decimal(1)] * len(worth)
    )
    places = count_minor_digits(order.currency)
    extras = [item for item in order.items if item.adjustment]
    priced = sum(worth, _ZERO) + sum(map(_price, extras), _ZERO)
    rest = order.total - priced - order.tax - order.shipping
    columns = {
        name: _split_amount(amount, weights, places)
        for name, amount in (("tax", order.tax), ("shipping", order.shipping), ("rest", rest))
    }
    lines = [_split_amount(_price(item), weights, places) for item in extras]
    found = []
    for at, share in enumerate(shares):
        own = tuple(
            msgspec.structs.replace(item, quantity=1, unit_price=amounts[at])
            for item, amounts in zip(extras, lines, strict=True)
            if amounts[at]
        )
        tax, shipping = columns["tax"][at], columns["shipping"][at]
        goods = worth[at] + sum(map(_price, own), _ZERO)
        found.append(
            msgspec.structs.replace(
                share,
                items=(*share.items, *own),
                tax=tax,
                shipping=shipping,
                total=goods + tax + shipping + columns["rest"][at],
            )
        )
    return found


def _price(item: LineItem) -> Decimal:
    return item.unit_price * item.quantity


def _split_amount(amount: Decimal, weights: Sequence[Decimal], places: int) -> list[Decimal]:
    """The amount in shares, whole in the currency's smallest unit but for the last, which come to
    the amount.
    """
    whole, unit = sum(weights, _ZERO), Decimal(1).scaleb(-places)
    shares, given, reached = [], _ZERO, _ZERO
    for weight in weights[:-1]:
        reached += weight
        upto = (amount * reached / whole).quantize(unit, ROUND_HALF_UP)
        shares.append(upto - given)
        given = upto
    return [*shares, amount - given] if weights else []


def _number_parts(
    places: Sequence[str], shares: Sequence[Order], given: Sequence[GivenOrder]
) -> list[int]:
    """The number of each address: the one it had, else that of its goods, else a new one."""
    free = {each.part: each for each in given}
    numbers: dict[str, int] = {}
    for is_same in (_is_same_address, _has_same_goods, _is_undivided):
        for key, share in zip(places, shares, strict=True):
            if key not in numbers:
                kept = (part for part, one in sorted(free.items()) if is_same(one, key, share))
                if (part := next(kept, None)) is not None:
                    numbers[key] = part
                    del free[part]
    last = max((each.part for each in given), default=0)
    for at, key in enumerate(places):
        if key not in numbers:
            numbers[key] = last = max(last, at) + 1
    return [numbers[key] for key in places]


def _is_same_address(given: GivenOrder, key: str, _share: Order) -> bool:
    return given.destination == key


def _has_same_goods(given: GivenOrder, _key: str, share: Order) -> bool:
    lines = {_name_line(line) for line in given.lines}
    return any(item.id in lines for item in share.items if needs_address(item))


def _is_undivided(given: GivenOrder, _key: str, _share: Order) -> bool:
    return given.part == 0


def _name_line(line: GivenLine) -> str:
    return line.shop_id or line.id


def _cancel_part(order: Order, given: GivenOrder) -> AddressedOrder:
    """What the client was given and has no goods any more: it takes it off its list."""
    over = order.status is OrderStatus.SHIPPED
    lines = tuple(
        LineItem(
            id=_name_line(line),
            sku=line.shop_sku or line.sku,
            name=line.shop_name or line.name,
            quantity=line.quantity,
            unit_price=_ZERO,
        )
        for line in given.lines
    )
    emptied = msgspec.structs.replace(
        order,
        status=OrderStatus.SHIPPED if over else OrderStatus.CANCELLED,
        status_known=True,
        items=lines,
        total=_ZERO,
        tax=_ZERO,
        shipping=_ZERO,
        destinations=(),
    )
    return AddressedOrder(
        order=_name_order(emptied, given.part),
        part=given.part,
        destination=given.destination,
        is_gone=True,
    )
