"""How a shop's bytes become answers: with few interim answers before the real one.

aiohttp skips interim answers (100, 103) without counting them and without a turn for others, so
that a shop that sends nothing else would hold up all stores, beyond every time limit.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

_MOST_INTERIM = 20
_FIRST_FINAL = 200
_SWITCHING = 101


class BoundedConnector(aiohttp.TCPConnector):
    """Connections that a shop's interim answers cannot hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        make = partial(_Protocol, loop=asyncio.get_running_loop())
        self._factory = cast("partial[ResponseHandler]", make)


class _Protocol(ResponseHandler):
    """One connection; it is closed after too many interim answers in a row."""

    _interim = 0

    def feed_data(self, data: Any, size: int = 0) -> None:
        """The head of an answer is whole."""
        status = data[0].code
        self._interim += 1
        if status >= _FIRST_FINAL or status == _SWITCHING:
            self._interim = 0
        if self._interim <= _MOST_INTERIM:
            super().feed_data(data, size)
        elif self.transport is not None and not self.transport.is_closing():
            self.set_exception(aiohttp.ServerDisconnectedError("too many interim answers"))
            self.transport.close()
