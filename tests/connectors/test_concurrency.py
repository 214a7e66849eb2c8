"""Reads side by side: what is fetched ahead is the same, and is broken off with its walk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.concurrency import read_ahead


async def produce(count: int, seen: list[str]) -> AsyncGenerator[int, None]:
    """Numbers; `seen` tells when each was fetched, and the end."""
    try:
        for number in range(count):
            seen.append(f"fetched {number}")
            yield number
    finally:
        seen.append("closed")


@given(count=st.integers(0, 6), taken=st.integers(0, 8))
def test_the_same_items_come_and_the_source_is_closed_wherever_the_reader_stops(
    count: int, taken: int
) -> None:
    async def play() -> tuple[list[int], list[str]]:
        found, seen = list[int](), list[str]()
        async with aclosing(read_ahead(produce(count, seen))) as ahead:
            while len(found) < taken:
                item = await anext(ahead, None)
                if item is None:
                    break
                found.append(item)
        return found, seen

    found, seen = asyncio.run(play())
    assert found == list(range(min(count, taken)))
    assert not taken or seen[-1] == "closed"


async def test_the_next_item_is_fetched_while_one_is_in_use() -> None:
    fetched = [asyncio.Event() for _ in range(3)]

    async def tell() -> AsyncGenerator[int, None]:
        for number, event in enumerate(fetched):
            event.set()
            yield number

    async with aclosing(read_ahead(tell())) as ahead:
        await anext(ahead)
        await fetched[1].wait()
    assert not fetched[2].is_set()


async def test_an_error_comes_after_the_items_before_it() -> None:
    async def fail() -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("broken")

    async with aclosing(read_ahead(fail())) as ahead:
        assert await anext(ahead) == 1
        with pytest.raises(ValueError, match="broken"):
            await anext(ahead)


async def test_what_is_being_fetched_is_broken_off_when_the_reader_stops() -> None:
    stopped = asyncio.Event()

    async def hang() -> AsyncGenerator[int, None]:
        yield 1
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with aclosing(read_ahead(hang())) as ahead:
        assert await anext(ahead) == 1
        await asyncio.sleep(0)
    assert stopped.is_set()
