"""What a database driver says, as an error of ours."""

from __future__ import annotations

import os
import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from proxy.storage.errors import StorageError
from proxy.storage.sqlite import BUSY_SECONDS

# What may help, behind the words of SQLite that tell least.
_ADVICE = {
    "unable to open database file": "; see that its folder is there and Portside may write to it",
    "disk I/O error": "; the disk may be full or broken",
    "file is not a database": "; it is some other file",
}


class errors_as_ours:  # noqa: N801 - used as a statement
    """The driver's error becomes a StorageError with the driver's words, without the statement and
    the data in it.
    """

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DBAPIError):
            raise StorageError(f"the database refused: {_words(error)}") from error
        if isinstance(error, PoolTimeoutError):
            raise StorageError(
                f"the database had no connection free for {BUSY_SECONDS} seconds"
            ) from error
        if isinstance(error, (OSError, sqlite3.Error)):
            number = error.errno if isinstance(error, OSError) else None
            words = (
                os.strerror(number)
                if number and number > 0
                else getattr(error, "strerror", None) or error
            )
            raise StorageError(f"the database cannot be reached: {words}") from error


def _words(error: DBAPIError) -> str:
    """What the driver said, its own prefix left out."""
    words = str(error.orig).split(">: ", 1)[-1].split("\n", 1)[0]
    return words + _ADVICE.get(words, "")
