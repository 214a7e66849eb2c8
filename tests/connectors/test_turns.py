"""Large work leaves the event loop, and many small pieces give others their turn."""

from __future__ import annotations

import asyncio
import threading

import msgspec
import pytest

from connectors.turns import HEAVY, map_in_turns, measure_bytes, measure_value, run_aside


@pytest.mark.parametrize(("size", "aside"), [(0, False), (HEAVY, False), (HEAVY + 1, True)])
async def test_only_what_is_large_leaves_the_loop(size: int, *, aside: bool) -> None:
    here = threading.get_ident()
    assert (await run_aside(size, threading.get_ident) != here) is aside


async def test_an_error_in_a_thread_is_the_callers() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await run_aside(HEAVY + 1, int, "x")


async def test_many_pieces_keep_their_order_and_let_others_work_in_between() -> None:
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count_turns())
    pieces = [b"x" * 50_000] * 40 + [b"y" * (HEAVY + 1)]
    assert await map_in_turns(len, pieces, measure_bytes) == [*[50_000] * 40, HEAVY + 1]
    other.cancel()
    assert turns >= 20


def test_raw_json_is_measured_in_bytes() -> None:
    assert measure_bytes(msgspec.Raw("é".encode())) == 2


@pytest.mark.parametrize("value", ["x" * 5_000, ["x" * 100] * 22, {"a": [{"b": "x" * 5_000}]}])
def test_a_decoded_value_is_measured_by_what_it_holds(value: object) -> None:
    assert 5_000 < measure_value(value) < 6_000


def test_no_more_of_a_value_is_counted_than_makes_it_heavy() -> None:
    assert HEAVY < measure_value([["x" * 1_000] * 1_000] * 1_000) < HEAVY + 2_000
