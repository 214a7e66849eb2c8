"""What the outbox asks of its table about one order: which delivery a notice repeats, and which
deliveries come first. `proxy.storage.outbox.repeats` says the same without a database.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from connectors.errors import SharedNumberError
from connectors.shipments import Shipment
from proxy.rules.matching import (
    GivenOrder,
    Meant,
    apply_given,
    choose_given,
    strip_suffixes,
)
from proxy.storage.export.given import read_given
from proxy.storage.outbox.interface import Delivery, DeliveryState, Origin
from proxy.storage.outbox.repeats import (
    find_repeated,
    is_before,
    is_same_order,
    is_untracked_repeat,
    parcel_keys,
)
from proxy.storage.outbox.rows import MOST_WITH_EXCHANGES, read_delivery, read_shipment
from proxy.storage.tables import attempts, deliveries, given_orders

WAITING = deliveries.c.state == DeliveryState.WAITING.value
# "Waiting" said the other way round: PostgreSQL, while it knows nothing of a young table, would
# else look for an order's deliveries among all that wait instead of by the order's own index.
_SETTLED = (DeliveryState.DELIVERED.value, DeliveryState.DEAD.value, DeliveryState.DISCARDED.value)
# So many orders of one number are compared at most.
MOST_NAMESAKES = 20


# These statements are made once, because making one costs more than running it.
_BY_ID = select(given_orders).where(
    given_orders.c.store == bindparam("store"), given_orders.c.order_id == bindparam("order_id")
)
_BY_NUMBER = (
    select(given_orders)
    .where(given_orders.c.store == bindparam("store"), given_orders.c.number == bindparam("number"))
    .limit(MOST_NAMESAKES)
)
_IDS_OF_NUMBER = (
    select(
        func.min(deliveries.c.order_id).label("least_id"),
        func.max(deliveries.c.order_id).label("greatest_id"),
    )
    .where(
        deliveries.c.store == bindparam("store"), deliveries.c.order_number == bindparam("number")
    )
    .subquery()
)
# One row at least: the ids that deliveries of a number bring, beside each order given under it.
_NAMES_OF_NUMBER = (
    select(_IDS_OF_NUMBER, given_orders)
    .select_from(
        _IDS_OF_NUMBER.outerjoin(
            given_orders,
            and_(
                given_orders.c.store == bindparam("store"),
                given_orders.c.number == bindparam("number"),
            ),
        )
    )
    .limit(MOST_NAMESAKES)
)


def _is_of_order(words: frozenset[str]) -> ColumnElement[bool]:
    """Whether a row names the id or the number of an order: those of both that are in `words`."""
    return or_(*(deliveries.c[word] == bindparam(word) for word in sorted(words)))


def _name_words(shipment: Shipment) -> dict[str, str]:
    """What a shipment names its order by, as the statements call it."""
    words = {"order_id": shipment.order_id, "order_number": shipment.order_number}
    return {word: value for word, value in words.items() if value}


async def name_order(connection: AsyncConnection, store: str, shipment: Shipment) -> Meant:
    """The shipment in the shop's words, by what was given under its id or its number; else with the
    id that earlier notices of its number bring.
    """
    if shipment.order_id:
        given = await find_given(connection, store, shipment)
        return Meant(shipment=shipment) if given is None else apply_given(shipment, given)
    values = {"store": store, "number": shipment.order_number}
    rows = (await connection.execute(_NAMES_OF_NUMBER, values)).mappings().all()
    namesakes = [read_given(row) for row in rows if row["order_id"] is not None]
    try:
        given = choose_given(namesakes, shipment)
    except SharedNumberError:
        return Meant(shipment=shipment, is_disputed=True)
    if given is not None:
        return apply_given(shipment, given)
    least = rows[0]["least_id"]
    order_id = least if least and least == rows[0]["greatest_id"] else ""
    return Meant(shipment=msgspec.structs.replace(shipment, order_id=order_id))


async def find_given(
    connection: AsyncConnection, store: str, shipment: Shipment
) -> GivenOrder | None:
    """What was given under the notice's id; without an id, under its number.

    Raises `SharedNumberError`, as `find_split` does.
    """
    if shipment.order_id:
        values = {"store": store, "order_id": shipment.order_id}
        row = (await connection.execute(_BY_ID, values)).mappings().one_or_none()
        return None if row is None else read_given(row)
    namesakes = await find_namesakes(connection, store, shipment.order_number)
    return choose_given(namesakes, shipment)


async def find_split(
    connection: AsyncConnection, store: str, shipment: Shipment
) -> GivenOrder | None:
    """The order that was given under the number of a shipment whose id the shop does not know; if
    none was, under that number without the suffix of a split.
    """
    for number in (shipment.order_number, *strip_suffixes(shipment.order_number)):
        if namesakes := await find_namesakes(connection, store, number):
            given = choose_given(namesakes, shipment)
            return given if given and given.shop_id != shipment.order_id else None
    return None


async def find_namesakes(connection: AsyncConnection, store: str, number: str) -> list[GivenOrder]:
    """The orders that were given under this number."""
    found = await connection.execute(_BY_NUMBER, {"store": store, "number": number})
    return [read_given(row) for row in found.mappings()]


@cache
def _select_known(words: frozenset[str]) -> Select[Any]:
    return select(deliveries).where(
        deliveries.c.store == bindparam("store"),
        deliveries.c.id != bindparam("but"),
        or_(
            deliveries.c.parcel.in_(bindparam("keys", expanding=True)),
            and_(WAITING, _is_of_order(words)),
        ),
    )


async def find_known(
    connection: AsyncConnection, store: str, meant: Meant, now: datetime, *, but: int = 0
) -> tuple[Delivery | None, bool]:
    """The delivery that this notice repeats, if there is one, and whether another of its order
    comes first; the delivery numbered `but` is neither.
    """
    shipment = meant.shipment
    keys = parcel_keys(shipment)
    words = _name_words(shipment)
    statement = _select_known(frozenset(words))
    values = {"store": store, "but": but, "keys": sorted(keys), **words}
    rows = (await connection.execute(statement, values)).mappings().all()
    parts = [read_delivery(row) for row in rows if row["parcel"] in keys]
    known = find_repeated(parts, shipment, meant.whole)
    if known is None:
        known = await find_untracked(connection, store, shipment, {Origin.ACCOUNT}, but=but)
    others = (read_delivery(row) for row in rows if known is None or row["id"] != known.id)
    return known, any(is_before(other, shipment, now) for other in others)


async def find_untracked(
    connection: AsyncConnection,
    store: str,
    shipment: Shipment,
    origins: Collection[Origin],
    *,
    but: int = 0,
) -> Delivery | None:
    """The delivery that a shipment without a tracking number repeats in other words, if one of them
    comes from the account; among those of these origins, and without the one numbered `but`.
    """
    if shipment.tracking_number:
        return None
    statement = select(deliveries).where(
        deliveries.c.store == store,
        deliveries.c.id != but,
        deliveries.c.origin.in_([origin.value for origin in origins]),
        _is_of_order(frozenset(_name_words(shipment))),
    )
    rows = (await connection.execute(statement, _name_words(shipment))).mappings()
    found = (read_delivery(row) for row in rows)
    return next((each for each in found if is_untracked_repeat(each.shipment, shipment)), None)


@cache
def _select_earlier(words: frozenset[str]) -> Select[Any]:
    return (
        select(deliveries.c.shipment)
        .where(
            deliveries.c.store == bindparam("store"),
            deliveries.c.state == DeliveryState.DELIVERED.value,
            deliveries.c.id != bindparam("but"),
            _is_of_order(words),
        )
        .order_by(deliveries.c.finished_at, deliveries.c.id)
    )


async def find_earlier(
    connection: AsyncConnection, store: str, shipment: Shipment, *, but: int
) -> Sequence[Shipment]:
    """The shipments of the same order that the shop has, oldest first, without the delivery
    numbered `but`.
    """
    words = _name_words(shipment)
    statement = _select_earlier(frozenset(words))
    found = await connection.scalars(statement, {"store": store, "but": but, **words})
    shipments = [read_shipment(text) for text in found]
    return [
        msgspec.structs.replace(each, order_id=shipment.order_id or each.order_id)
        for each in shipments
        if is_same_order(each, shipment)
    ]


def is_first_of_its_order(now: datetime) -> ColumnElement[bool]:
    """Nothing of the same order waits in front, and no process is at work on any of it: what
    `is_before` says, in SQL.

    A notice may name its order by id, by number or by both. Each is asked for on its own, for only
    so does each find its index.
    """
    by_id = _is_in_the_way("order_id", now)
    by_number = _is_in_the_way("order_number", now)
    return and_(~by_id, ~by_number)


def _is_in_the_way(name: str, now: datetime) -> ColumnElement[bool]:
    other = deliveries.alias("other")
    held = and_(other.c.lease.is_not(None), other.c.due_at > now)
    in_grace = and_(
        other.c.origin == Origin.ACCOUNT.value,
        other.c.attempts == 0,
        other.c.lease.is_(None),
        other.c.due_at > now,
    )
    in_front = or_(and_(other.c.id < deliveries.c.id, ~in_grace), held)
    if name == "order_number":
        neither = and_(other.c.order_id.is_(None), deliveries.c.order_id.is_(None))
        either = or_(other.c.order_id.is_(None), deliveries.c.order_id.is_(None))
        in_front = or_(and_(neither, in_front), and_(either, held))
    found = select(other.c.id).where(
        other.c.store == deliveries.c.store,
        other.c[name] == deliveries.c[name],
        other.c.state.not_in(_SETTLED),
        other.c.id != deliveries.c.id,
        in_front,
    )
    return exists(found.correlate(deliveries))


def forget_exchanges(number: int) -> Update:
    """Takes the exchanges out of all but the newest attempts at one delivery."""
    mine = attempts.c.delivery_id == number
    newest = (
        select(attempts.c.id)
        .where(mine)
        .order_by(attempts.c.id.desc())
        .limit(MOST_WITH_EXCHANGES)
        .scalar_subquery()
    )
    old = and_(mine, attempts.c.exchanges != "", attempts.c.id.not_in(newest))
    return update(attempts).where(old).values(exchanges="")
