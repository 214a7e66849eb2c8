"""How often a key of ShipStation's API may still be used: a rolling minute, kept in the database,
so that it holds for all replicas and commands together and over a kill.

A request is counted before it is sent. One that was counted and never sent costs its place for a
minute; none is ever sent without being counted.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import account_keys

# A second more than ShipStation's minute: requests counted at one pace may arrive at another.
_SPAN = timedelta(seconds=61)
_LONGEST_HOLD = timedelta(minutes=2)
_DECODER = msgspec.json.Decoder(list[datetime])


class RequestBudget:
    """The budget of one key. `name` tells keys apart; the key itself cannot be read from it."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        digest = hashlib.blake2b(f"account\0{name}".encode(), digest_size=8).digest()
        self._lock = int.from_bytes(digest, "big", signed=True)

    async def take(self, per_minute: int) -> float:
        """Count one request, which may then be sent at once: 0. Otherwise nothing is counted, and
        the answer is the seconds after which it is worth asking again.

        Raises StorageError.
        """
        async with self._database.writing() as connection:
            now = await self._database.locked_now(connection, [self._lock])
            wanted = select(account_keys).where(account_keys.c.key == self._name)
            row = (await connection.execute(wanted)).mappings().one_or_none()
            # Moments to come were written before the clock was set back.
            sent = [
                moment
                for moment in (_DECODER.decode(row["sent_at"]) if row else [])
                if now - _SPAN < moment <= now
            ]
            if row and row["held_until"] and now < row["held_until"] <= now + _LONGEST_HOLD:
                return float((row["held_until"] - now).total_seconds())
            if len(sent) >= per_minute:
                return (sent[-per_minute] + _SPAN - now).total_seconds()
            sent_at = msgspec.json.encode([*sent, now]).decode()
            change = {"key": self._name, "sent_at": sent_at, "held_until": None}
            await upsert(connection, account_keys, [change], ("sent_at", "held_until"))
            return 0.0

    async def hold(self, seconds: float) -> None:
        """Stop all use of the key for this many seconds, at most two minutes, as ShipStation asked.

        Raises StorageError.
        """
        async with self._database.writing() as connection:
            now = await self._database.locked_now(connection, [self._lock])
            until = now + min(timedelta(seconds=seconds), _LONGEST_HOLD)
            change = {"key": self._name, "sent_at": "[]", "held_until": until}
            await upsert(connection, account_keys, [change], ("held_until",))
