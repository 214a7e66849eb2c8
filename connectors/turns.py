"""Work on what a shop sent, done so that it holds up no other work: in a thread where it is large,
else with a turn for others in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

HEAVY: Final = 256 * 1024
"""In bytes: working on more in one go takes longer than the event loop should stand still."""

FEW: Final = 200
"""So many rows are a page as shops mean it."""

# In bytes: what is worked on before others have their turn.
_TURN = 64 * 1024
# In bytes: what an item counts at least. Wrong rows are short, and each takes a message to make.
_LEAST = 1024
# In bytes: a value counts at least, for an expression is evaluated to find it.
_A_VALUE = 128


async def run_aside(size: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(…)` on `size` bytes: in a thread where these are many. It must be pure."""
    if size > HEAVY:
        return await asyncio.to_thread(function, *args, **kwargs)
    return function(*args, **kwargs)


async def run_over(rows: int, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """`function(…)`, which does a little with each of so many rows: in a thread where these are
    many. Until it is done no other code may use what it changes.
    """
    return await run_aside(rows * _LEAST, function, *args, **kwargs)


def cut_rows(rows: list[T]) -> Iterator[list[T]]:
    """The rows in slices, each of which may be worked on in one go."""
    for begin in range(0, len(rows), FEW):
        yield rows[begin : begin + FEW]


class Turns:
    """Gives others their turn after each bit of work."""

    def __init__(self) -> None:
        self._done = 0

    async def spend(self, size: int = 0) -> None:
        """An item of so many bytes is done."""
        self._done += max(size, _LEAST)
        if self._done > _TURN:
            self._done = 0
            await asyncio.sleep(0)


async def map_in_turns(
    function: Callable[[T], R], items: Iterable[T], measure: Callable[[T], int]
) -> list[R]:
    """`function` of each item, whose size in bytes `measure` tells. It must be pure. Others have
    their turn at the end too, so that a loop of small calls lets them work.
    """
    found: list[R] = []
    turns = Turns()
    for item in items:
        size = measure(item)
        found.append(await run_aside(size, function, item))
        await turns.spend(size)
    if found:
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


def measure_value(value: Any) -> int:
    """What a decoded value costs to work on, as if it were so many bytes of JSON; counting ends
    above `HEAVY`.
    """
    waiting, size = [value], 0
    while waiting and size <= HEAVY:
        part = waiting.pop()
        kind, size = type(part), size + _A_VALUE
        if kind is str:
            size += len(part)
        elif kind is list:
            waiting += part
        elif kind is dict:
            waiting += part.values()
    return size
