"""The real `portside`, except that it stops dead at a chosen point, says so, and waits to be
killed.

`PORTSIDE_PAUSE=put:before:10` means: at the tenth notice that is put, just before its transaction
is committed. The other points are `put:after`, `settle:before` and `settle:after`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from proxy.cli.main import main
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox

_stage: ContextVar[str] = ContextVar("stage", default="")
_writing = Database.writing
_wanted, _moment, _left = [*os.environ["PORTSIDE_PAUSE"].split(":"), "", ""][:3]
_passed: dict[str, int] = {}


def _at(moment: str) -> None:
    point = f"{_stage.get()}:{moment}"
    _passed[point] = _passed.get(point, 0) + 1
    if point == f"{_wanted}:{_moment}" and _passed[point] == int(_left):
        sys.stderr.write(json.dumps({"event": "paused", "at": point}) + "\n")
        sys.stderr.flush()
        while True:
            signal.pause()


@asynccontextmanager
async def _watched(self: Database) -> AsyncIterator[AsyncConnection]:
    async with _writing(self) as connection:
        yield connection
        _at("before")
    _at("after")


def _staged(stage: str, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def staged(*arguments: Any, **named: Any) -> Any:
        token = _stage.set(stage)
        try:
            return await method(*arguments, **named)
        finally:
            _stage.reset(token)

    return staged


setattr(Database, "writing", _watched)  # noqa: B010
setattr(DatabaseOutbox, "put", _staged("put", DatabaseOutbox.put))  # noqa: B010
setattr(DatabaseOutbox, "_settle", _staged("settle", DatabaseOutbox._settle))  # noqa: B010
main()
