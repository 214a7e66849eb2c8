"""Orders of the account that were seen to be a store's, by the account's own ids.

Only what names its store proves it: the list of the store's orders, and a label that bears the
store's id. A number proves nothing, because another store may have it too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, select

from proxy.storage.database import Database
from proxy.storage.export.rows import portions, upsert
from proxy.storage.tables import account_orders

# An order that is shipped later is looked up in the account once more.
_KEPT_FOR = timedelta(days=180)


class KnownOrders:
    """Those of one store. Every method raises StorageError."""

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store

    async def find(self, order_ids: Collection[int]) -> Mapping[int, str | None]:
        """Those of these that are known to be the store's, each with its key in the account."""
        found = dict[int, str | None]()
        async with self._database.reading() as connection:
            for some in portions([str(each) for each in order_ids]):
                wanted = select(account_orders.c.order_id, account_orders.c.order_key).where(
                    account_orders.c.store == self._store,
                    account_orders.c.order_id.in_([int(each) for each in some]),
                )
                found |= {row.order_id: row.order_key for row in await connection.execute(wanted)}
        return found

    async def keep(self, keys: Mapping[int, str | None]) -> None:
        """These were seen to be the store's; forget those that were not for long."""
        mine = account_orders.c.store == self._store
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            rows = [
                {"store": self._store, "order_id": order_id, "order_key": key, "seen_at": now}
                for order_id, key in keys.items()
            ]
            await upsert(connection, account_orders, rows, ("order_key", "seen_at"))
            old = account_orders.c.seen_at < now - _KEPT_FOR
            await connection.execute(delete(account_orders).where(mine, old))
