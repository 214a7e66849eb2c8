import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from click.testing import CliRunner, Result

from proxy.cli.main import main
from tests.simulator.store import Store, build_book

ROOT = Path(__file__).parents[3]
LOGIN = ("--username", "north", "--password", "pass-word")


async def play(store: Store, *arguments: str) -> Result:
    """`simulate --account` for half a second."""
    fast = ("--account", "--for", "30s", "--speed", "60", "--since", "2d")
    return await asyncio.to_thread(
        CliRunner().invoke, main, ["simulate", store.url, *LOGIN, *fast, *arguments]
    )


async def test_the_account_says_how_it_is_asked_and_what_it_did_and_writes_nothing() -> None:
    store = Store(build_book(datetime.now(UTC)))
    async with store.open():
        result = await play(store)
    assert result.exit_code == 0, result.output
    assert "key       fake-api-key" in result.output
    assert "secret    fake-api-secret" in result.output
    assert "30 orders, 30 of them new" in result.output
    assert "30 orders, 0 labels, 0 marked as shipped, 0 notices sent" in result.output
    assert "pass-word" not in result.output
    assert store.shipments == []


async def test_with_notices_five_labels_are_made_and_one_is_told_to_nobody() -> None:
    store = Store(build_book(datetime.now(UTC)))
    async with store.open():
        result = await play(store, "--notices")
    assert result.exit_code == 0, result.output
    assert len(store.shipments) == 4
    assert "5 labels, 0 marked as shipped, 4 notices sent" in result.output
    assert result.output.count("its notice is lost silently") == 1


async def test_a_share_of_the_notices_is_lost_and_the_rest_is_sent_twice() -> None:
    store = Store(build_book(datetime.now(UTC)))
    async with store.open():
        result = await play(store, "--notices", "--lost", "0.4", "--repeated", "0.6")
    assert result.exit_code == 0, result.output
    lost = result.output.count("its notice is lost")
    assert 0 < lost < 5
    assert f"5 labels, 0 marked as shipped, {2 * (5 - lost)} notices sent" in result.output


async def test_what_keeps_the_account_from_playing_is_one_line_and_ends_it_with_2() -> None:
    store = Store(build_book(datetime.now(UTC)), ["dead"])
    async with store.open():
        port = store.url.rpartition(":")[2].partition("/")[0]
        busy, dead = await play(store, "--port", port), await play(store)
    assert (busy.exit_code, dead.exit_code) == (2, 2)
    assert busy.stderr.startswith(f"Error: 127.0.0.1:{port}: cannot listen there (address already")
    assert dead.stderr.startswith(
        f"Error: {store.url}: the first import failed: page 1: status 500"
    )
    assert (busy.stderr.count("\n"), dead.stderr.count("\n")) == (1, 1)


async def test_no_report_is_printed_as_json_where_none_is_made() -> None:
    result = await play(Store([]), "--json")
    assert result.exit_code == 2


async def test_the_api_answers_as_printed_and_tells_no_shop_until_ctrl_c_ends_it() -> None:
    store = Store(build_book(datetime.now(UTC)))
    async with store.open(), aiohttp.ClientSession() as session:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "proxy", "simulate", store.url, *LOGIN),
            *("--account", "--since", "2d"),
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        printed: list[str] = []
        while "import from" not in (printed or [""])[-1]:
            line = await process.stdout.readline()
            assert line, printed
            printed.append(line.decode())
        [pasted] = [line for line in printed if "curl" in line]
        url = pasted.split("'")[1]
        login = pasted.split()[4].split(":")
        headers = {"Authorization": aiohttp.encode_basic_auth(*login)}
        async with session.get(url, headers=headers) as answer:
            page = await answer.json()
            assert (answer.status, page["total"]) == (200, 30)
        mark = {
            "orderId": page["orders"][0]["orderId"],
            "carrierCode": "usps",
            "notifySalesChannel": True,
        }
        where = f"{url.partition('?')[0]}/markasshipped"
        async with session.post(where, json=mark, headers=headers) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest = (await process.stdout.read()).decode()
        assert await process.wait() == 0
        assert "GET /orders?pageSize=5: 200" in rest
        assert rest.strip().endswith("2 requests to the API")
        assert store.shipments == []
