"""Whether the shops answer, in the database: what all replicas heard of them, put together.

What was heard last counts: an answer ends a row of failures, whichever replica met them; a failure
goes on with the row that was begun before, in another replica or before a restart.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.storage.database import Database
from proxy.storage.export.rows import upsert
from proxy.storage.tables import shop_states as table

_LONGEST_ERROR = 500


class ShopState(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop was met: `answered_at` it last answered, in `seconds` on average.

    `failing_since`: it was last heard to fail, for the first time in a row then; `failed_at` for
    the last time, `failures` times so far in the process that met it last, with `error` without the
    shop's own words. It is left alone until `next_try_at`, None where requests pass.
    """

    answered_at: datetime | None = None
    seconds: float | None = None
    failing_since: datetime | None = None
    failed_at: datetime | None = None
    failures: int = 0
    error: str = ""
    next_try_at: datetime | None = None


def join_states(known: ShopState, heard: ShopState) -> ShopState:
    """What is known once one process has `heard` more of the shop."""
    answered_at = max(filter(None, (known.answered_at, heard.answered_at)), default=None)
    seconds = known.seconds if heard.seconds is None else heard.seconds
    failed_at = heard.failed_at or heard.failing_since
    if failed_at is None or heard.failing_since is None:
        return ShopState(answered_at=answered_at, seconds=seconds)
    if known.answered_at is not None and known.answered_at >= failed_at:
        return msgspec.structs.replace(known, answered_at=answered_at)
    begun = known.failing_since
    if begun is None or (answered_at is not None and answered_at >= begun):
        is_whole = answered_at is None or heard.failing_since > answered_at
        begun = heard.failing_since if is_whole else failed_at
    return msgspec.structs.replace(
        heard,
        answered_at=answered_at,
        seconds=seconds,
        failing_since=begun,
        error=heard.error.replace("\0", "")[:_LONGEST_ERROR],
    )


class ShopStates:
    """The states of all stores' shops. Every method raises StorageError when the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, store: str, heard: ShopState) -> None:
        """This process has heard more of the store's shop."""
        async with self._database.writing() as connection:
            state = join_states(await _read_state(connection, store), heard)
            row = msgspec.structs.asdict(state) | {"store": store}
            await upsert(connection, table, [row], ShopState.__struct_fields__)


async def _read_state(connection: AsyncConnection, store: str) -> ShopState:
    columns = [table.c[name] for name in ShopState.__struct_fields__]
    wanted = select(*columns).where(table.c.store == store).with_for_update()
    row = (await connection.execute(wanted)).mappings().one_or_none()
    return ShopState() if row is None else ShopState(**row)
