"""How a shop's bytes become answers: in slices, and with few interim answers before the real one.

aiohttp takes apart all that one reading of the socket brought, up to 256 KB, before others have
their turn; in chunks of a byte that takes a tenth of a second. It skips interim answers (100, 103)
without counting them and without a turn for others, so that a shop that sends nothing else would
hold up all stores, beyond every time limit.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler

SLICE: Final = 8 * 1024
"""Bytes of one connection that are taken apart before others have their turn."""

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

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._waiting = bytearray()
        self._is_scheduled = False

    @property
    def should_close(self) -> bool:
        """Whether it cannot serve another request: more came than was asked for, among others."""
        return super().should_close or bool(self._waiting)

    def data_received(self, data: bytes) -> None:
        """Bytes have come. With none aiohttp takes apart what it has put by."""
        if not data:
            super().data_received(data)
            return
        self._waiting += data
        if not self._is_scheduled:
            self._take_slice()

    def resume_reading(self, *args: Any, **options: Any) -> None:
        """There is room for more of the answer: first for what waits here."""
        super().resume_reading(*args, **options)
        if self._waiting:
            self._schedule_slice()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is closed; the bytes that arrived before are still taken apart."""
        while self._waiting:
            self._pass_slice()
        super().connection_lost(exc)

    def _take_slice(self) -> None:
        self._is_scheduled = False
        if not self._reading_paused:
            self._pass_slice()
            self._go_on()

    def _go_on(self) -> None:
        if self._reading_paused:
            return
        if self._waiting:
            self._schedule_slice()
        elif self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    def _schedule_slice(self) -> None:
        """Take the next one once others had their turn; nothing more is read until then."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._take_slice)

    def _pass_slice(self) -> None:
        if self._waiting:
            data = bytes(self._waiting[:SLICE])
            del self._waiting[:SLICE]
            super().data_received(data)

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
