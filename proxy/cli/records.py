"""What the commands for the operator read: the books of exports and deliveries, and remarks about
the shops, in the database that the settings name.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from proxy.cli.options import CommandError
from proxy.export.ledger import Ledger
from proxy.settings.records import RecordsSettings
from proxy.storage.actions import Action, OperatorActions
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.storage.outbox.refused import RefusedNotices
from proxy.storage.sqlite import missing_file
from proxy.telemetry.logs import configure_logs

T = TypeVar("T")
_NOTHING_YET = (
    "nothing is recorded yet, because {place}: start `portside serve` once, which makes it, or"
    " correct `database` in the settings if Portside has run before"
)


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """The records of all stores, in an open database."""

    database: Database
    ledger: Ledger
    deliveries: DatabaseDeliveries
    refused: RefusedNotices
    actions: OperatorActions


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database that `serve` has made; without it the command ends. Raises StorageError."""
    if (file := missing_file(url)) is not None:
        raise CommandError(_NOTHING_YET.format(place=f"there is no database at {file.absolute()}"))
    async with Database.open(url) as database:
        if not (await database.read_state()).revision:
            place = f"the database {database.place} has no tables of Portside's"
            raise CommandError(_NOTHING_YET.format(place=place))
        await database.check()
        yield database


def name_user() -> str:
    """Who runs the command, for the list of what operators did."""
    try:
        return f"{getpass.getuser()} on the command line"
    except (OSError, KeyError):  # a container may run under a number without a name
        return "the command line"


async def keep_action(
    database: Database, action: str, store: str, *, subject: str = "", reason: str = ""
) -> None:
    """Add what this command has just done to the list of what operators did. Raises
    StorageError.
    """
    done = Action(who=name_user(), action=action, store=store, subject=subject, reason=reason)
    await OperatorActions(database).keep(done)


async def keep_action_if_recorded(url: str, action: str, store: str, *, subject: str = "") -> None:
    """As `keep_action`, for a command that works without a database too. Raises StorageError."""
    if missing_file(url) is None:
        async with Database.open(url) as database:
            if (await database.read_state()).revision:
                await keep_action(database, action, store, subject=subject)


def open_records(settings: RecordsSettings, work: Callable[[Records], Awaitable[T]]) -> T:
    """What `work` gives, or the end of the command with one line."""
    configure_logs(level="error")

    async def open_and_work() -> T:
        async with open_database(settings.database.get_secret_value()) as database:
            return await work(
                Records(
                    database=database,
                    ledger=Ledger(DatabaseExportStorage(database)),
                    deliveries=DatabaseDeliveries(database),
                    refused=RefusedNotices(database),
                    actions=OperatorActions(database),
                )
            )

    try:
        return asyncio.run(open_and_work())
    except StorageError as error:
        raise CommandError(str(error)) from error
