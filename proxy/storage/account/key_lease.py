"""Who works for a key of ShipStation's API: one process at a time, under a lease.

A lease is a token and when it ends. Its holder renews it while it works and gives it back; one
whose holder was killed ends by itself. An end that is too far ahead was written before the clock
was set back and is shortened, because its holder may still be at work.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import account_leases

LEASE: Final = timedelta(seconds=30)
"""How long a lease lasts unless it is renewed."""


class KeyLease:
    """The lease of one key as one process sees it; `name` as in `RequestBudget`. Every method
    raises StorageError.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._token = secrets.token_hex(8)
        digest = hashlib.blake2b(f"lease\0{name}".encode(), digest_size=8).digest()
        self._lock = int.from_bytes(digest, "big", signed=True)

    async def take(self) -> bool:
        """Take the lease, or renew it; False while another process has it."""
        async with self._database.writing() as connection:
            now = await self._database.locked_now(connection, [self._lock])
            wanted = select(account_leases).where(account_leases.c.key == self._name)
            row = (await connection.execute(wanted)).mappings().one_or_none()
            mine = {"key": self._name, "token": self._token, "ends_at": now + LEASE}
            if row is None or row["token"] == self._token or row["ends_at"] <= now:
                await upsert(connection, account_leases, [mine], ("token", "ends_at"))
                return True
            if row["ends_at"] > now + LEASE:
                await upsert(connection, account_leases, [mine], ("ends_at",))
            return False

    async def give_back(self) -> None:
        """Others may take it at once."""
        async with self._database.writing() as connection:
            await connection.execute(
                delete(account_leases).where(
                    account_leases.c.key == self._name, account_leases.c.token == self._token
                )
            )
