"""Stores follow settings that change: what is the same is not touched, and nothing is closed while
something works with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.interface import Connector, ConnectorContext, ConnectorType
from proxy.cli.kinds import find_kind
from proxy.live_settings import is_same
from proxy.live_stores import LiveStores
from proxy.settings.loader import parse_settings
from proxy.settings.models import StoreSettings
from proxy.stores import StoreServices
from tests.server.stall import Stall, StallSettings


class Street:
    """Opens stalls, and notes which are open; `error` keeps the next one from opening."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.closed = asyncio.Event()
        self.error: Exception | None = None

    @asynccontextmanager
    async def open_stall(
        self, _settings: StallSettings, context: ConnectorContext
    ) -> AsyncIterator[Connector]:
        if self.error is not None and context.store == "broken":
            raise self.error
        self.open.append(context.store)
        yield Stall()
        self.open.remove(context.store)
        self.closed.set()

    def live(self, **stores: StoreSettings) -> Any:
        kind = ConnectorType(name="stall", settings=StallSettings, open=self.open_stall)
        return LiveStores.open(stores, {"stall": kind}, lambda _: StoreServices())


def make_settings(password: str = "pass-word") -> StoreSettings:
    return StoreSettings.model_validate(
        {
            "credentials": [{"username": "north", "password": password}],
            "connector": StallSettings(type="stall"),
        }
    )


async def test_an_unchanged_store_is_the_same_object_and_a_replaced_one_closes_after_its_work() -> (
    None
):
    street = Street()
    async with street.live(north=make_settings(), south=make_settings()) as live:
        north, south = live["north"], live["south"]
        with south.work:
            changed = await live.change({"south": make_settings("new"), "north": make_settings()})
            assert changed == ["south"]
            assert list(live) == ["south", "north"]
            assert live["north"] is north
            assert live["south"] is not south
            # A whole turn of the loop would close it, if it did not wait.
            await asyncio.sleep(0)
            assert street.open == ["north", "south", "south"]
        await street.closed.wait()
        assert street.open == ["north", "south"]
        assert await live.change({"north": make_settings()}) == ["south"]
    assert street.open == []


async def test_a_store_that_cannot_be_opened_leaves_all_as_it_was() -> None:
    street = Street()
    async with street.live(north=make_settings()) as live:
        north = live["north"]
        street.error = OSError("no such token file")
        with pytest.raises(OSError, match="token"):
            await live.change({"south": make_settings(), "broken": make_settings()})
        assert dict(live) == {"north": north}
        await street.closed.wait()
        assert street.open == ["north"]


STORE = """\
stores:
  north:
    credentials: {username: north, password: word-word}
    connector: {type: generic_json, recipe: medusa, url: "https://s.example", auth: {username: ID}}
    fields: {custom_field_2: "metadata.KEY"}
"""


def parse_store(text: str) -> StoreSettings:
    return parse_settings(
        text, file="settings.yaml", directory=Path(), find_type=find_kind, environment={}
    ).stores["north"]


def test_settings_are_the_same_wherever_they_stand_and_not_where_a_value_differs() -> None:
    known = parse_store(STORE)
    assert is_same(parse_store(f"# Higher up.\n\n{STORE}"), known)
    for word, other in (
        ("ID", "IT"),
        ("KEY", "PLACE"),
        ("word-word", "word-two"),
        ("s.ex", "t.ex"),
    ):
        assert not is_same(parse_store(STORE.replace(word, other)), known), word
