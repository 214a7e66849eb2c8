"""Deliveries as a person leafs through them: by state, a page at a time, or by one word."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select, union

from connectors.shipments import fold_tracking
from proxy.storage.database import Database
from proxy.storage.outbox.interface import Delivery, DeliveryState
from proxy.storage.outbox.rows import LONGEST_TRACKING, read_delivery
from proxy.storage.tables import deliveries


async def list_page(
    database: Database,
    *,
    state: DeliveryState | None = None,
    store: str | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Delivery]:
    """The newest deliveries in this state, or in any, with a number below `before`. Raises
    StorageError.
    """
    wanted = select(deliveries).order_by(deliveries.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(deliveries.c.state == state.value)
    if store is not None:
        wanted = wanted.where(deliveries.c.store == store)
    if before is not None:
        wanted = wanted.where(deliveries.c.id < before)
    async with database.reading() as connection:
        return [read_delivery(row) for row in (await connection.execute(wanted)).mappings()]


async def search_deliveries(
    database: Database, stores: Collection[str], word: str, limit: int
) -> Sequence[Delivery]:
    """The newest deliveries of these stores that a person means by `word`: an order's number or id,
    or a tracking number, without regard to case, blanks and dashes. Raises StorageError.
    """
    word = word.strip()
    among = deliveries.c.store.in_(stores)
    tracking = fold_tracking(word)[:LONGEST_TRACKING]
    each = [
        # One index each.
        select(deliveries.c.id).where(among, deliveries.c.order_number == word),
        select(deliveries.c.id).where(among, deliveries.c.order_id == word),
    ]
    if tracking:
        each.append(select(deliveries.c.id).where(among, deliveries.c.tracking == tracking))
    found = union(*each).subquery()
    wanted = (
        select(deliveries)
        .where(deliveries.c.id.in_(select(found.c.id)))
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    async with database.reading() as connection:
        return [read_delivery(row) for row in (await connection.execute(wanted)).mappings()]
