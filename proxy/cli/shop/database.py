"""What `portside check` says of the database."""

from __future__ import annotations

import os
from pathlib import Path

from connectors.interface import CheckLevel, Finding
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.sqlite import may_others_read, missing_file

# With less, a busy day of orders and notices may fill the disk.
_LITTLE_SPACE = 256 * 1024**2

_ADVICE = "see that it runs and that `database:` is right"


async def check_database(url: str) -> Finding:
    """Whether the database takes and keeps what is written; a SQLite file is not made for that,
    only its folder is looked at.
    """
    if (finding := _file_to_come(url)) is not None:
        return finding
    place = "unknown"
    try:
        async with Database.open(url) as database:
            place = database.place
            state = await database.read_state()
            if state.is_older:
                will = "bring its tables up to date" if state.revision else "make its tables"
                return _find_readers(database) or Finding(
                    level=CheckLevel.OK,
                    what=f"database: {place} answers; `portside serve` will {will}",
                )
            await database.try_writing()
            return _find_readers(database) or _describe_sound(database)
    except StorageError as error:
        words = str(error)
        return Finding(
            level=CheckLevel.PROBLEM,
            what=words if words.endswith(f"({place})") else f"{words} ({place})",
            advice=_ADVICE if "cannot be reached" in words else "",
        )


def _find_readers(database: Database) -> Finding | None:
    """A warning where other users of the machine may read the database's file."""
    if database.is_postgresql or not may_others_read(Path(database.place)):
        return None
    return Finding(
        level=CheckLevel.WARNING,
        what=f"database: other users of this machine may read {database.place}",
        advice=f"it holds buyers' addresses; run `chmod 600 {database.place}*`",
    )


def _describe_sound(database: Database) -> Finding:
    """A database that can be written, and the room left."""
    place, free = database.place, database.measure_free_space()
    if free is None:
        return Finding(level=CheckLevel.OK, what=f"database: {place} can be written")
    left = f"{free / 1024**3:.1f} GiB free" if free >= 1024**3 else f"{free // 1024**2} MiB free"
    if free < _LITTLE_SPACE:
        return Finding(
            level=CheckLevel.WARNING,
            what=f"database: {place} can be written, but its disk is nearly full ({left})",
            advice="make room; on a full disk ShipStation hears 503 and no parcel is announced",
        )
    return Finding(level=CheckLevel.OK, what=f"database: {place} can be written, {left}")


def _file_to_come(url: str) -> Finding | None:
    """What a SQLite file that is not there yet means."""
    if (file := missing_file(url)) is None:
        return None
    if os.access(file.parent, os.W_OK | os.X_OK):
        return Finding(
            level=CheckLevel.OK, what=f"database: {file} will be made by `portside serve`"
        )
    return Finding(
        level=CheckLevel.PROBLEM,
        what=f"database: no file can be made in {file.parent.absolute()}",
        advice="make that folder, or change `database:`",
    )
