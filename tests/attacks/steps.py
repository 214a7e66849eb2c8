"""How much one step of the event loop does: counted, not timed, so that a busy machine changes
nothing.

A unit is one call of a function, or 256 bytes that a function of C is given to read.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
_A_STEP = asyncio.Handle._run.__code__
_READING = frozenset(
    {"decode", "encode", "sub", "findall", "search", "match", "fullmatch", "loads"}
)
_BYTES_OF_A_UNIT = 256


class StepMeter:
    """`largest` is the most units of one step since it was made, `place` what most of them were
    spent on.
    """

    def __init__(self) -> None:
        self.largest = 0
        self.place = ""
        self._units = Counter[str]()

    def see(self, frame: FrameType, event: str, function: Any) -> None:
        """What the interpreter tells of each call."""
        if event == "call":
            if frame.f_code is _A_STEP:
                self.end_step()
            self._units[frame.f_code.co_qualname] += 1
        elif event == "c_call":
            units = 1
            if getattr(function, "__name__", "") in _READING:
                texts = (value for value in frame.f_locals.values() if _is_text(value))
                units += max(map(_measure, texts), default=0) // _BYTES_OF_A_UNIT
            self._units[frame.f_code.co_qualname] += units

    def end_step(self) -> None:
        """The step that was metered is over."""
        if (units := self._units.total()) > self.largest:
            self.largest, self.place = units, str(self._units.most_common(4))
        self._units.clear()


def _is_text(value: object) -> bool:
    return isinstance(value, str | bytes | msgspec.Raw)


def _measure(value: Any) -> int:
    return len(value) if isinstance(value, str | bytes) else memoryview(value).nbytes


@contextmanager
def metering() -> Iterator[StepMeter]:
    """Meters the steps of this thread's event loop."""
    meter = StepMeter()
    sys.setprofile(meter.see)
    try:
        yield meter
    finally:
        sys.setprofile(None)
        meter.end_step()


@asynccontextmanager
async def running_elsewhere(make: Callable[[], Any]) -> AsyncIterator[Any]:
    """An async context of `make` on an event loop of its own, in a thread: its work is not
    metered.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    here = make()

    async def enter() -> Any:
        return await here.__aenter__()

    async def leave() -> None:
        await here.__aexit__(None, None, None)

    try:
        yield await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(enter(), loop))
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(leave(), loop))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
