"""Remarks of a connector: an operator finds them in the status, in the log and in the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from structlog.testing import capture_logs

from connectors.interface import Remark
from proxy.app import Portside
from proxy.remarks import RemarkKeeper
from proxy.storage.errors import StorageError
from tests.server.stall import Stall, open_front
from tests.server.test_status import json_of, metrics, poll, portside_says
from tests.storage.memory_shops import MemoryRemarks

REMARK = Remark(about="total", text="The shop said 150 orders, 149 were found.")


async def remarks_in_status(portside: Portside, client: ClientSession) -> list[Any]:
    _, status = await json_of(portside, client, "/status")
    remarks: list[Any] = status["stores"][0]["remarks"]
    return remarks


async def test_a_remark_is_shown_by_the_status_and_counted_and_logged_once(
    tmp_path: Path, client: ClientSession
) -> None:
    stall = Stall()
    stall.remarks = [REMARK]
    with capture_logs() as logs:
        async with open_front(stall, tmp_path) as portside:
            for _ in range(2):
                await poll(portside, client)
                stall.context.remark(REMARK)
        async with open_front(stall, tmp_path) as portside:
            _, standing = await json_of(portside, client, "/status")
            stall.context.remark(REMARK)
            stall.context.remark(Remark(about="clock", text="The shop's clock is off."))
            while len(await remarks_in_status(portside, client)) < 2:
                pass
            await portside.gauges.fill()
            assert 'portside_remarks{store="north"} 2.0' in await metrics(portside, client)
    (remark,) = standing["stores"][0]["remarks"]
    assert (remark["about"], remark["text"]) == (REMARK.about, REMARK.text)
    assert [entry["remark"] for entry in logs if "remark" in entry] == [
        REMARK.text,
        "The shop's clock is off.",
    ]


def test_the_command_line_shows_remarks(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        f"database: sqlite:///{tmp_path}/portside.db\nstores:\n  north:\n    credentials:"
        " {username: north, password: secret}\n    connector: {type: woocommerce, url:"
        " http://127.0.0.1:9, consumer_key: ck, consumer_secret: cs}\n"
    )

    async def remark_once() -> None:
        stall = Stall()
        async with open_front(stall, tmp_path):
            stall.context.remark(REMARK)

    asyncio.run(remark_once())
    shown = portside_says("status", "--settings", str(file))
    assert f"north: {REMARK.text} (since " in shown


async def test_a_connector_remembers_after_a_restart(tmp_path: Path) -> None:
    stall = Stall()
    for expected in (None, "25"):
        async with open_front(stall, tmp_path):
            assert await stall.context.memory.get("page_size") == expected
            await stall.context.memory.put("page_size", "25", timedelta(days=1))


class Deaf(MemoryRemarks):
    """Remarks that the database refuses, until it does not."""

    refuses = True

    async def note(self, store: str, remarks: Collection[Remark]) -> Sequence[Remark]:
        if self.refuses:
            raise StorageError("the database cannot be reached")
        return await super().note(store, remarks)


async def test_a_remark_that_could_not_be_kept_is_kept_when_it_is_made_again() -> None:
    remarks = Deaf()
    keeper = RemarkKeeper(remarks)
    keeper.take("north", REMARK)
    await keeper.flush()
    remarks.refuses = False
    keeper.take("north", REMARK)
    await keeper.flush()
    assert [kept.text for kept in await remarks.list_kept("north")] == [REMARK.text]


async def test_a_remark_that_no_longer_holds_goes_and_is_news_when_it_is_made_again() -> None:
    remarks = MemoryRemarks()
    keeper = RemarkKeeper(remarks)
    for _ in range(2):
        keeper.take("north", REMARK)
        await keeper.flush()
        assert await remarks.list_kept("north")
        keeper.take("north", Remark(about=REMARK.about, text=""))
        await keeper.flush()
        assert await remarks.list_kept("north") == []
