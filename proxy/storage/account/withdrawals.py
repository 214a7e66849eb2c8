"""Labels that were voided after the shop had heard of them, and what became of telling it so.

waiting     voided, its delivery is done, and no other parcel in force has that delivery
withdrawn   the shop was told, and shows it no more; its delivery is discarded
failed      an error, and the time of another try
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, update

from proxy.storage.account.parcels import VOIDED
from proxy.storage.database import Database
from proxy.storage.outbox.interface import Attempt, Delivery, DeliveryState
from proxy.storage.outbox.rows import read_delivery, write_attempt
from proxy.storage.tables import account_parcels, attempts, deliveries

_LONGEST_ERROR = 1_000
_DONE = "its number was taken out of the shop"
_FAILED = "its number could not be taken out of the shop"


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """A voided label that the shop has not been told about. `attempts` failed so far, the last of
    them with `error`; `kind` and `number` are the row's.
    """

    kind: str
    number: int
    voided_at: datetime
    delivery: Delivery
    attempts: int = 0
    error: str = ""


class Withdrawals:
    """Those of one store. Every method raises StorageError."""

    def __init__(self, database: Database, store: str) -> None:
        self._database = database
        self._store = store

    async def now(self) -> datetime:
        """The database's time."""
        async with self._database.reading() as connection:
            return await self._database.now(connection)

    async def list_due(self, limit: int) -> Sequence[Withdrawal]:
        """Those to be tried now, the oldest first."""
        table = account_parcels.c
        untried = table.withdraw_error == ""
        is_due = or_(untried, table.withdraw_at <= await self.now())
        return await self._list(is_due, limit)

    async def list_voided(self, since: datetime, *, only_failed: bool) -> Sequence[Withdrawal]:
        """Those voided since then that the shop has not been told about; with `only_failed` those
        whose last try failed.
        """
        wanted = account_parcels.c.voided_at >= since
        failed = account_parcels.c.withdraw_error != ""
        return await self._list(and_(wanted, failed) if only_failed else wanted, None)

    async def finish(self, one: Withdrawal, attempt: Attempt) -> None:
        """The shop shows it no more. Its delivery counts as discarded from then on, so that the
        next parcel of the order is told as if it had never been.
        """
        values = {"withdrawn_at": attempt.at, "withdraw_error": "", "withdraw_at": None}
        changes = {"state": DeliveryState.DISCARDED.value, "last_error": f"{VOIDED}; {_DONE}"}
        await self._settle(one, attempt, values, changes)

    async def put_off(self, one: Withdrawal, next_at: datetime, attempt: Attempt) -> None:
        """A try failed."""
        values = {
            "withdraw_attempts": one.attempts + 1,
            "withdraw_error": attempt.message[:_LONGEST_ERROR],
            "withdraw_at": next_at,
        }
        said = f"{VOIDED}; {_FAILED}: {attempt.message}"[:_LONGEST_ERROR]
        await self._settle(one, attempt, values, {"last_error": said})

    async def _settle(
        self,
        one: Withdrawal,
        attempt: Attempt,
        values: Mapping[str, object],
        changes: Mapping[str, str],
    ) -> None:
        """Write down what became of a try, beside the label and with its delivery."""
        table = account_parcels.c
        mine = (table.store == self._store, table.kind == one.kind, table.number == one.number)
        its = (
            deliveries.c.id == one.delivery.id,
            deliveries.c.state == DeliveryState.DELIVERED.value,
        )
        async with self._database.writing() as connection:
            await connection.execute(update(account_parcels).where(*mine).values(values))
            await connection.execute(update(deliveries).where(*its).values(changes))
            await connection.execute(
                insert(attempts).values(write_attempt(one.delivery.id, attempt))
            )

    async def _list(self, wanted: ColumnElement[bool], limit: int | None) -> Sequence[Withdrawal]:
        table, other = account_parcels.c, account_parcels.alias("other").c
        in_force = exists().where(
            other.store == self._store,
            other.delivery_id == table.delivery_id,
            other.voided_at.is_(None),
        )
        columns = (table.kind, table.number, table.voided_at)
        names = (table.withdraw_attempts, table.withdraw_error)
        statement = (
            select(deliveries, *columns, *names)
            .join(account_parcels, table.delivery_id == deliveries.c.id)
            .where(
                table.store == self._store,
                table.voided_at.is_not(None),
                table.withdrawn_at.is_(None),
                deliveries.c.state == DeliveryState.DELIVERED.value,
                ~in_force,
                wanted,
            )
            .order_by(deliveries.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [
                Withdrawal(
                    kind=row["kind"],
                    number=row["number"],
                    voided_at=row["voided_at"],
                    delivery=read_delivery(row),
                    attempts=row["withdraw_attempts"],
                    error=row["withdraw_error"],
                )
                for row in (await connection.execute(statement)).mappings()
            ]
