"""Whose fault a failing part is: the order's that asked for it, or the shop's.

A part is a request that one order needs besides the list: its refunds, a detail, a product, a slice
of a list. Parts that can be compared have a kind by name: "refunds".

When a part fails with a temporary error, in this order:

    the shop was not reached, throttles us, or is left alone   the shop's fault
    another part of the kind succeeds within `span` seconds,
    before or while this one fails                             the order's fault
    one of the last parts that succeeded is asked for again    its outcome decides
    else the caller's probe, e.g. the list with one row        its outcome decides

How many parts fail says nothing: after a restart a window may hold nothing but bad ones, and each
poll asks for them again.

The order's fault is a `PartError`, the shop's is the error as it was. A permanent error belongs to
by any caller; a refusal of our credentials (401, 403) is never turned into a `PartError`.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    PartError,
    TemporaryError,
    ThrottledError,
    UnavailableError,
)

T = TypeVar("T")
Fetch = Callable[[], Awaitable[object]]
_SOUND = 3
_SPAN = 60.0


class Isolation:
    """Knows for one open connector which kinds of parts its shop answers. The rules stand at the
    top of this module; `span` is in seconds of `clock`.
    """

    def __init__(self, *, span: float = _SPAN, clock: Callable[[], float] = time.monotonic) -> None:
        self._span = span
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}

    async def fetch(self, kind: str, fetch: Callable[[], Awaitable[T]], *, probe: Fetch) -> T:
        """What `fetch` gives. It may be called again later: it keeps nothing large alive and asks
        no cache. Neither it nor `probe` asks for a part of the same kind through this, or they
        would wait for themselves.

        `probe` asks the shop for something that it answers whenever it works; only asked where
        nothing of the kind is known. Raises `PartError` where the part costs one order alone, and
        the part's own error where the shop is at fault or the error is permanent.
        """
        known = self._kinds.setdefault(kind, _Kind())
        known.running += 1
        try:
            found = await fetch()
        except TemporaryError as error:
            failed_at = self._clock()
            known.note_end()
            if is_shops_own(error) or not await self._is_answered(known, failed_at, probe):
                raise
            raise PartError(f"{str(error).rstrip('.')}. The shop answers others.") from error
        except BaseException:
            known.note_end()
            raise
        known.note_success(self._clock(), fetch)
        return found

    def note_sound(self, kind: str, fetch: Fetch) -> None:
        """Something of the kind has come otherwise, e.g. with a page: `fetch` asks for it again."""
        self._kinds.setdefault(kind, _Kind()).sound.append(fetch)

    async def _is_answered(self, known: _Kind, failed_at: float, probe: Fetch) -> bool:
        """Whether the shop answers for others of the kind."""
        while known.running and not self._is_recent(known, failed_at):
            await known.wait_for_end()
        if self._is_recent(known, failed_at):
            return True
        async with known.probing:
            if known.probed_at is not None and known.probed_at >= failed_at:
                return known.is_probe_sound
            known.is_probe_sound = False
            for question in tuple(known.sound) or (probe,):
                if await _is_answered(question):
                    known.is_probe_sound = True
                    break
            known.probed_at = self._clock()
            if known.is_probe_sound and known.sound:
                known.succeeded_at = known.probed_at
            return known.is_probe_sound

    def _is_recent(self, known: _Kind, failed_at: float) -> bool:
        return known.succeeded_at is not None and known.succeeded_at > failed_at - self._span


class _Kind:
    """What is known of one kind of parts.

    `sound` repeats the last parts that succeeded: more than one, because a part that was sound may
    have broken since.
    """

    def __init__(self) -> None:
        self.running = 0
        self.succeeded_at: float | None = None
        self.sound: deque[Fetch] = deque(maxlen=_SOUND)
        self.probing = asyncio.Lock()
        self.probed_at: float | None = None
        self.is_probe_sound = False
        self._ended = asyncio.Event()

    def note_end(self) -> None:
        """One part has ended; those that wait look again."""
        self.running -= 1
        self._ended.set()
        self._ended = asyncio.Event()

    def note_success(self, now: float, fetch: Fetch) -> None:
        """One part has succeeded."""
        self.succeeded_at = now
        self.sound.append(fetch)
        self.note_end()

    async def wait_for_end(self) -> None:
        """Wait until another part ends."""
        await self._ended.wait()


def is_shops_own(error: ConnectorError) -> bool:
    """Whether an error says of itself that it is never one part's fault."""
    return isinstance(error, AuthenticationError | ThrottledError | CircuitOpenError) or (
        isinstance(error, UnavailableError) and not error.reached
    )


async def _is_answered(fetch: Fetch) -> bool:
    try:
        await fetch()
    except ConnectorError:
        return False
    return True
