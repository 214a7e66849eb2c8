"""A notice that could not be understood is kept for the operator, without its buyer."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from click.testing import CliRunner

from proxy.app import Portside
from proxy.cli.main import main as portside
from proxy.doors.custom_store.requests import TRIAL_HEADER
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from proxy.storage.database import Database
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front

QUERY = {"action": "shipnotify", "order_number": "1001", "tracking_number": "1Z1"}
BROKEN = (
    "<ShipNotice><OrderNumber>1001</OrderNumber><Recipient><Name>Ada Zzyzx</Name></Recipient>"
    "<Items><Item><SKU>A</SKU><Quantity>2</Quantity></Item>"
)
MASKED = BROKEN.replace("Ada Zzyzx", "(9 characters)")


async def send(client: ClientSession, opened: Portside, **request: Any) -> int:
    asked = {"params": QUERY, "headers": LOGIN, "data": BROKEN} | request
    async with client.post(f"http://{opened.public}/stores/north", **asked) as answer:
        return answer.status


async def list_refused(client: ClientSession, opened: Portside) -> list[dict[str, Any]]:
    async with client.get(f"http://{opened.admin}/deliveries/refused") as answer:
        refused: list[dict[str, Any]] = (await answer.json())["refused"]
        return refused


def read_files(folder: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir())


async def test_a_broken_body_is_kept_masked_and_counted_when_it_comes_again(
    client: ClientSession, tmp_path: Path
) -> None:
    async with open_front(Stall(), tmp_path) as opened:
        query = QUERY | {"SS-Password": "pass-word", "SS-UserName": "north"}
        assert [await send(client, opened, params=query) for _ in range(2)] == [400, 400]
        (kept,) = await list_refused(client, opened)
        async with client.get(f"http://{opened.admin}/deliveries/refused/{kept['id']}") as answer:
            assert await answer.json() == kept
        async with client.get(f"http://{opened.admin}/deliveries/refused/99") as answer:
            assert answer.status == 404
    assert (kept["store"], kept["status"], kept["times"]) == ("north", 400, 2)
    assert (kept["body"], kept["body_bytes"]) == (MASKED, len(BROKEN))
    assert kept["query"] == (
        "action=shipnotify&order_number=1001&tracking_number=1Z1&SS-Password=***&SS-UserName=***"
    )
    assert kept["reason"].startswith("body: expected well-formed XML")
    assert "Zzyzx" not in await asyncio.to_thread(read_files, tmp_path)


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        ({"params": {"action": "shipnotify"}, "data": "<ShipNotice/>"}, 400, "order_number: "),
        ({"params": {}}, 400, "action: expected "),
        ({"data": b" " * (MAX_BODY + 1)}, 413, "the notice is too large"),
        (
            {"data": gzip.compress(b"x" * 99)[:30], "headers": {"Content-Encoding": "gzip"}},
            400,
            "body: expected ",
        ),
    ],
)
async def test_whatever_keeps_a_notice_from_being_understood_is_kept(
    client: ClientSession, tmp_path: Path, request_: dict[str, Any], status: int, reason: str
) -> None:
    headers = {**LOGIN, **request_.get("headers", {})}
    async with open_front(Stall(), tmp_path) as opened:
        assert await send(client, opened, **(request_ | {"headers": headers})) == status
        (kept,) = await list_refused(client, opened)
    assert kept["status"] == status
    assert kept["reason"].startswith(reason)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic eDp5"}, {**LOGIN, TRIAL_HEADER: "polls"}]
)
async def test_nothing_of_a_stranger_or_of_a_trial_is_kept(
    client: ClientSession, tmp_path: Path, headers: dict[str, str]
) -> None:
    async with open_front(Stall(), tmp_path) as opened:
        assert await send(client, opened, headers=headers) in {400, 401}
        assert await list_refused(client, opened) == []


async def test_that_it_cannot_be_kept_changes_nothing_in_the_answer(
    client: ClientSession, tmp_path: Path
) -> None:
    async with (
        open_front(Stall(), tmp_path) as opened,
        Database.open(f"sqlite:///{tmp_path}/portside.db") as database,
    ):
        async with database.writing() as connection:
            await connection.exec_driver_sql("drop table refused_notices")
        assert await send(client, opened) == 400


async def test_the_command_line_lists_them_and_shows_one(
    client: ClientSession, tmp_path: Path
) -> None:
    async with open_front(Stall(), tmp_path) as opened:
        assert await send(client, opened) == 400
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"database: sqlite:///{tmp_path}/portside.db\nstores: {{north: {{}}}}\n")

    async def run(*words: str) -> str:
        command = ["deliveries", "refused", "--settings", str(settings), *words]
        result = await asyncio.to_thread(CliRunner().invoke, portside, command)
        return f"{result.exit_code} {result.output}"

    listed = await run()
    assert listed.startswith("0 ")
    assert "body: expected well-formed XML" in listed
    assert (await run("--store", "south")) == "0 none\n"
    (first,) = json.loads((await run("--json")).removeprefix("0 "))
    assert json.loads((await run("1", "--json")).removeprefix("0 ")) == first
    shown = await run("1")
    assert MASKED in shown
    assert "order_number=1001" in shown
    assert (await run("2")).startswith("1 ")
