"""Time that passes after a kill: what a dead process had leased is free to others."""

from __future__ import annotations

from sqlalchemy import update

from proxy.storage.database import Database
from proxy.storage.tables import deliveries, snapshots


async def end_leases(url: str) -> None:
    """As if all leases in the database at `url` had run out, which takes seconds by the clock; call
    it while no process renews one.
    """
    async with Database.open(url) as database, database.writing() as connection:
        now = await database.now(connection)
        leased = update(deliveries).where(deliveries.c.lease.is_not(None))
        await connection.execute(leased.values(due_at=now))
        building = update(snapshots).where(snapshots.c.lease_until > now)
        await connection.execute(building.values(lease_until=now))
