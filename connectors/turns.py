"""Work on what a shop sent, done so that it holds up nobody else: in a thread where it is large,
else with a turn for others in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

HEAVY: Final = 256 * 1024
"""In bytes: working on more in one go takes longer than the event loop should stand still."""

# In bytes: what is worked on before others have their turn.
_TURN = 64 * 1024


async def run_aside(size: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(…)` on `size` bytes: in a thread where these are many. It must be pure."""
    if size > HEAVY:
        return await asyncio.to_thread(function, *args, **kwargs)
    return function(*args, **kwargs)


async def map_in_turns(
    function: Callable[[T], R], items: Iterable[T], measure: Callable[[T], int]
) -> list[R]:
    """`function` of each item, whose size in bytes `measure` tells. It must be pure."""
    found: list[R] = []
    done = 0
    for item in items:
        size = measure(item)
        found.append(await run_aside(size, function, item))
        done += size
        if done > _TURN:
            done = 0
            await asyncio.sleep(0)
    return found


async def run_in_turns(steps: Generator[None, None, R]) -> R:
    """What `steps` returns; others have their turn after each step."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: R = end.value
            return found
        await asyncio.sleep(0)


def measure_bytes(content: Any) -> int:
    """The size of bytes, and of whatever holds some (`msgspec.Raw`)."""
    return memoryview(content).nbytes
