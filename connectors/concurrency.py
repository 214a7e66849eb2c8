"""Work side by side. The upstream's policy bounds how many reads really run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


@overload
async def run_together(
    one: Coroutine[Any, Any, A], two: Coroutine[Any, Any, B], three: Coroutine[Any, Any, C], /
) -> tuple[A, B, C]: ...
@overload
async def run_together(
    one: Coroutine[Any, Any, A],
    two: Coroutine[Any, Any, B],
    three: Coroutine[Any, Any, C],
    four: Coroutine[Any, Any, D],
    /,
) -> tuple[A, B, C, D]: ...
@overload
async def run_together(*jobs: Coroutine[Any, Any, A]) -> Sequence[A]: ...
async def run_together(*jobs: Coroutine[Any, Any, Any]) -> Sequence[Any]:
    """All results in the order of the jobs.

    The first error stops the other jobs and is raised as it is.
    """
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_ahead(source: AsyncGenerator[A, None]) -> AsyncGenerator[A, None]:
    """The items of `source`, each fetched while the one before is in use.

    Closes `source` when it is closed; what is being fetched then is broken off.
    """
    end = object()
    fetching: asyncio.Future[Any] | None = None
    try:
        while True:
            fetching = fetching or asyncio.ensure_future(anext(source, end))
            item = await fetching
            if item is end:
                return
            fetching = asyncio.ensure_future(anext(source, end))
            yield item
    finally:
        if fetching is not None:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
        await source.aclose()


@asynccontextmanager
async def work_meanwhile(*jobs: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """The jobs run while the block lasts; leaving it breaks them off."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
