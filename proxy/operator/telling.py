"""The story of an order in lines, each with its title, for the command line and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from proxy.operator.story import Chapter, Story
from proxy.rules.audit.building import write_moment
from proxy.rules.audit.sides import AccountOrder, AccountParcel, DeliverySide, GivenSide, OrderSides
from proxy.storage.outbox.interface import Attempt, Delivery

Line = tuple[str, str]
"""A title, and what is told. A title that begins with blanks belongs to the line above."""


def name_order(sides: OrderSides) -> str:
    """An order by its number, and its id where that is known."""
    return f"{sides.number} (id {sides.shop_id})" if sides.shop_id else sides.number


def list_lines(chapter: Chapter, story: Story) -> Iterator[Line]:
    """All that is known of one order, but for the verdict."""
    sides = chapter.sides
    yield "in the shop", _describe_shop(sides, story.shop_error)
    yield "given", _describe_given(sides.given)
    if sides.hold is not None:
        yield "held", f"{sides.hold.kind}: {sides.hold.reason}"
    if sides.shop_id in story.hints:
        yield "to come", "goes out again with the next poll"
    own = {delivery.id for delivery in sides.deliveries}
    for delivery, attempts in story.deliveries:
        if delivery.id in own:
            yield from _list_tries(delivery, attempts)
    yield from _list_account(sides, story.account_error)


def _describe_shop(sides: OrderSides, error: str) -> str:
    shop = sides.shop
    if shop is None:
        return error or ("not known" if sides.is_gone else "not asked")
    if shop.status is None:
        return "cannot be read"
    placed = _write(shop.placed_at)
    return f"{shop.status}, placed {placed}, changed {_write(shop.changed_at)}"


def _describe_given(given: GivenSide | None) -> str:
    if given is None:
        return "never"
    former = f", before that as {given.former_number}" if given.former_number else ""
    if given.told_at is None:
        return f"page made {_write(given.given_at)}, and never fetched{former}"
    window = (
        f", window {_write(given.window_start)} to {_write(given.window_end)}"
        if given.window_start is not None
        else ""
    )
    seen = "read to the end" if given.confirmed else "not confirmed yet"
    page = f"page {given.page}, content {given.digest}"
    return f"{_write(given.told_at)}{window}, {page}, {seen}{former}"


def _list_tries(delivery: Delivery, attempts: Sequence[Attempt]) -> Iterator[Line]:
    shipment = delivery.shipment
    parcel = f"{shipment.carrier} {shipment.tracking_number}".strip() or "without a number"
    came = f"delivery {delivery.id}, came in {_write(delivery.created_at)}"
    yield "parcel", f"{parcel}: {delivery.state} ({came})"
    for attempt in attempts:
        said = f": {attempt.message}" if attempt.message else ""
        yield "  attempt", f"{_write(attempt.at)} {attempt.outcome}{said}"


def _list_account(sides: OrderSides, error: str) -> Iterator[Line]:
    if sides.account is None:
        yield (
            "in ShipStation",
            error or "not asked: the settings name no `account` for this store",
        )
        return
    if not sides.account:
        yield "in ShipStation", "no order of this number"
    for order in sides.account:
        yield "in ShipStation", _describe_order(order)
        for parcel in sides.parcels:
            if parcel.order_id == order.id:
                yield "  parcel", _describe_parcel(parcel, sides.find_delivery(parcel))


def _describe_order(order: AccountOrder) -> str:
    held = f", held until {order.held_until}" if order.held_until else ""
    place = "" if order.is_ours else ", in another store of the account"
    return (
        f"order {order.number} (id {order.id}): {order.word}{held}{place}, created"
        f" {_write(order.created_at)}, changed {_write(order.changed_at)}"
    )


def _describe_parcel(parcel: AccountParcel, delivery: DeliverySide | None) -> str:
    if parcel.is_return:
        what = "a return, which the shop is not told"
    elif parcel.is_voided:
        out = ", and taken out of the shop" if delivery and delivery.is_withdrawn else ""
        what = f"voided {_write(parcel.voided_at)}{out}"
    elif parcel.error:
        what = f"announced, and answered: {parcel.error}"
    else:
        what = "announced to the store" if parcel.is_announced else "not announced to the store"
    return f"{parcel.carrier} {parcel.name}, made {_write(parcel.created_at)}: {what}"


def _write(moment: datetime | None) -> str:
    return "at an unknown time" if moment is None else write_moment(moment)
