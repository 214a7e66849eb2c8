"""A file that keeps a token between runs, for shops that limit logins or hand out a new refresh
token each time.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import msgspec
import structlog

# What may stand in a header.
Printable = Annotated[str, msgspec.Meta(pattern=r"^[ -~]*\Z")]

_LOOK_AGAIN = 0.1
_LOOKS = 300
_log = structlog.get_logger("portside.upstream")


class KeptToken(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds: whose login it is (a digest), the token and other fields of the login's
    answer (both empty once they were refused), what renews it, and when (Unix seconds).
    """

    login: str
    token: Printable
    refresh: Printable = ""
    renew_at: float | None = None
    fields: dict[str, Printable | int] | msgspec.UnsetType = msgspec.UNSET


class TokenFile:
    """One login's file.

    `login` are the texts that tell it from others, e.g. address and user; a file of another login
    is not believed.

    Nothing here raises: a file that cannot be read or written costs a login, and a warning tells of
    it.
    """

    def __init__(
        self, file: Path, login: Iterable[str], *, now: Callable[[], float] = time.time
    ) -> None:
        self._file = file
        self._login = hashlib.sha256(msgspec.json.encode([str(text) for text in login])).hexdigest()
        self._now = now

    async def read(self) -> tuple[KeptToken, float] | None:
        """What is kept, and in how many seconds to renew it; None if there is nothing of ours."""
        kept = await asyncio.to_thread(self._read)
        if kept is None:
            return None
        return kept, float("inf") if kept.renew_at is None else kept.renew_at - self._now()

    async def write(
        self,
        token: str,
        refresh: str,
        renew_in: float,
        fields: Mapping[str, str | int] | None = None,
    ) -> None:
        """Keep these in place of what was kept; all of it gets there or nothing.

        `renew_in` in seconds, may be infinite.
        """
        renew_at = None if renew_in == float("inf") else self._now() + renew_in
        kept = KeptToken(
            login=self._login,
            token=token,
            refresh=refresh,
            renew_at=renew_at,
            fields=dict(fields) if fields else msgspec.UNSET,
        )
        await asyncio.to_thread(self._write, msgspec.json.encode(kept))

    async def drop(self) -> None:
        """Keep nothing any more."""
        await asyncio.to_thread(self._drop)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """While inside, other processes do not renew: two that use one refresh token may both lose
        it. Waits half a minute at most.
        """
        with ExitStack() as stack:
            lock = self._open_lock(stack)
            for _ in range(_LOOKS):
                if lock is None or _take_lock(lock):
                    break
                await asyncio.sleep(_LOOK_AGAIN)
            yield

    def _read(self) -> KeptToken | None:
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=KeptToken)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn_unread(_name_error(error))
            return None
        except msgspec.DecodeError:
            self._warn_unread("this file holds no token; it will be overwritten")
            return None
        if kept.login != self._login:
            self._warn_unread("it is the token of another login; give each its own file")
            return None
        return kept

    def _write(self, content: bytes) -> None:
        """By way of a new file that only we may read."""
        name = ""
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self._file.name}.", dir=self._file.parent)
            with open(handle, "wb") as file:  # noqa: PTH123 - an open file, not a path
                file.write(content)
                file.flush()
                os.fsync(handle)
            Path(name).replace(self._file)
        except OSError as error:
            if name:
                with suppress(OSError):
                    Path(name).unlink()
            self._warn_unkept(error)

    def _drop(self) -> None:
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            self._warn_unkept(error)

    def _open_lock(self, stack: ExitStack) -> int | None:
        try:
            lock = os.open(f"{self._file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return None
        stack.callback(os.close, lock)
        return lock

    def _warn_unread(self, reason: str) -> None:
        _log.warning("Token not read.", file=str(self._file), reason=reason)

    def _warn_unkept(self, error: OSError) -> None:
        _log.warning("Token not kept.", file=str(self._file), reason=_name_error(error))


def _name_error(error: OSError) -> str:
    return os.strerror(error.errno or 0)


if sys.platform == "win32":

    def _take_lock(lock: int) -> bool:
        """Windows has no such locks: two processes may renew at once there, after each has read the
        file again.
        """
        return lock >= 0

else:
    import fcntl

    def _take_lock(lock: int) -> bool:
        """Take the lock if it is free. It ends with the open file, also when the process dies."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks
        return True
