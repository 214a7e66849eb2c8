"""What a connector remembers, and remarks about its shop, wherever they are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.interface import Memory, Remark
from proxy.storage.database import Database
from proxy.storage.shops.interface import (
    KEPT_FOR,
    LONGEST_ABOUT,
    LONGEST_TEXT,
    MOST_REMARKS,
    KeptRemark,
    Remarks,
    cut_remark,
)
from proxy.storage.shops.memory import LONGEST_KEY, LONGEST_VALUE, DatabaseMemory
from proxy.storage.shops.remarks import DatabaseRemarks
from tests.databases import copy_migrated
from tests.storage.conftest import HandClock
from tests.storage.memory_shops import MemoryMemory, MemoryRemarks

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """The memories of two stores, and the remarks of all."""

    north: Memory
    south: Memory
    remarks: Remarks
    clock: HandClock


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def known(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Known]:
    clock = HandClock()
    if request.param == "memory":
        yield Known(MemoryMemory(clock), MemoryMemory(clock), MemoryRemarks(clock), clock)
        return
    url = copy_migrated(request, request.param, tmp_path)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(url, clock=clock))
        north, south = DatabaseMemory(database, "north"), DatabaseMemory(database, "south")
        yield Known(north, south, DatabaseRemarks(database), clock)


async def test_a_connector_knows_again_what_it_put_until_the_lifetime_is_over(known: Known) -> None:
    await known.north.put("page_size", "10", HOUR)
    await known.north.put("page_size", "25", 2 * HOUR)
    assert (await known.north.get("page_size"), await known.south.get("page_size")) == ("25", None)
    known.clock.forward(7199)
    assert await known.north.get("page_size") == "25"
    known.clock.forward(1)
    assert await known.north.get("page_size") is None


@pytest.mark.parametrize("text", ["x" * 20_000, "a\0b", "\ud83d"])
async def test_a_memory_forgets_what_it_cannot_keep_and_what_stood_in_its_place(
    known: Known, text: str
) -> None:
    await known.north.put("size", "10", HOUR)
    await known.north.put("size", text, HOUR)
    await known.north.put(text, "10", HOUR)
    assert (await known.north.get("size"), await known.north.get(text)) == (None, None)


async def test_the_longest_texts_are_kept_whole(known: Known) -> None:
    key, value = "ä" * LONGEST_KEY, "ß" * LONGEST_VALUE
    await known.north.put(key, value, timedelta.max)
    assert await known.north.get(key) == value


async def test_the_memory_of_a_store_is_bounded_and_the_newest_stays(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("proxy.storage.shops.memory", "tests.storage.memory_shops"):
        monkeypatch.setattr(f"{module}.MOST_ENTRIES", 3)
    await known.south.put("key 0", "south", HOUR)
    for number in range(5):
        await known.north.put(f"key {number}", "north", HOUR)
        known.clock.forward(1)
    kept = [await known.north.get(f"key {number}") for number in range(5)]
    assert kept == [None, None, "north", "north", "north"]
    assert await known.south.get("key 0") == "south"


async def test_a_memory_without_its_database_is_an_empty_one(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/nowhere/kept.db") as database:
        memory = DatabaseMemory(database, "north")
        await memory.put("page_size", "10", HOUR)
        assert await memory.get("page_size") is None


def build_remark(text: str = "The shop gives 10 a page.", about: str = "page_size") -> Remark:
    return Remark(about=about, text=text)


async def test_a_remark_is_news_once_and_again_when_its_text_changes(known: Known) -> None:
    began = known.clock()
    assert await known.remarks.note("north", [build_remark()]) == [build_remark()]
    assert await known.remarks.note("south", [build_remark()]) == [build_remark()]
    known.clock.forward(60)
    assert await known.remarks.note("north", [build_remark()]) == []
    newer = build_remark("The shop gives 25 a page.")
    assert await known.remarks.note("north", [build_remark(), newer]) == [newer]
    assert await known.remarks.list_kept("north") == [
        KeptRemark(about="page_size", text=newer.text, first_seen=began, last_seen=known.clock())
    ]


async def test_a_remark_that_is_not_repeated_goes_and_is_news_when_it_comes_back(
    known: Known,
) -> None:
    await known.remarks.note("north", [build_remark()])
    known.clock.forward(KEPT_FOR.total_seconds())
    assert await known.remarks.list_kept("north") == []
    assert await known.remarks.note("north", [build_remark()]) == [build_remark()]
    (kept,) = await known.remarks.list_kept("north")
    assert kept.first_seen == known.clock()


async def test_a_remark_goes_at_once_when_it_no_longer_holds(known: Known) -> None:
    await known.remarks.note("north", [build_remark()])
    assert await known.remarks.drop("south", "page_size") is False
    assert await known.remarks.drop("north", "page_size") is True
    assert await known.remarks.list_kept("north") == []


async def test_of_too_many_remarks_those_repeated_last_stay(known: Known) -> None:
    await known.remarks.note("north", [build_remark(about="old")])
    known.clock.forward(1)
    many = [build_remark(about=f"weight products/{number:03d}") for number in range(MOST_REMARKS)]
    await known.remarks.note("north", many)
    kept = await known.remarks.list_kept("north")
    assert [each.about for each in kept] == [each.about for each in many]


@given(about=st.text(max_size=300), text=st.text(st.characters(), max_size=1200))
def test_a_remark_is_kept_on_one_line_within_its_bounds(about: str, text: str) -> None:
    short = cut_remark(Remark(about=about, text=text))
    assert len(short.about) <= LONGEST_ABOUT
    assert len(short.text) <= LONGEST_TEXT
    assert "\0" not in short.text
    assert len(short.text.splitlines()) <= 1
    assert short == cut_remark(short)
