"""The budget of a key holds for all together: two of `portside serve` on one database, of which one
is killed with SIGKILL amid its work, and a command beside them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import yaml

from proxy.simulator.account.fake import FakeAccount
from tests.acceptance.served import Served, serving
from tests.account.mass.play import SECOND
from tests.account.mass.simulated import SharedClock
from tests.simulator.account.stage import NOW

_MODULE = "tests.account.mass.simulated"
_STORES = 10
# Labels by creation and by voiding, and the store with its words.
_REQUESTS = _STORES * 3
_KILLED_AT = 10
_BUDGET = 20


async def test_two_processes_and_a_command_keep_to_one_budget_although_one_is_killed(
    kept_url: str, tmp_path: Path
) -> None:
    clocks = [SharedClock(tmp_path / f"clock-{number}", NOW) for number in range(3)]
    async with FakeAccount(clocks[0]) as account, AsyncExitStack() as stack:
        file = _write_settings(tmp_path, kept_url, account)
        one, two = [
            (await stack.enter_async_context(_serve(file, clock))).process for clock in clocks[:2]
        ]
        command = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _MODULE, "account", "check", "--store", "store-1"),
            *("--settings", str(file)),
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | _build_environment(clocks[2]),
        )
        output = asyncio.create_task(command.communicate())
        killed_at = _kill_amid_work(account, one)
        await _live(135 * SECOND, clocks, (one, two, command), account)
        assert command.returncode == 0, await output
        assert killed_at == [_KILLED_AT]
        assert one.returncode == -9
        assert two.returncode is None
        paths = {call.path.partition("&")[0] for call in account.calls}
        assert len([path for path in paths if path.startswith("/stores/")]) == _STORES
        assert len(account.calls) > _REQUESTS
        assert {call.status for call in account.calls} == {200}
        assert account.count_busiest_minute() == _BUDGET


def _write_settings(folder: Path, database: str, account: FakeAccount) -> Path:
    stores = {}
    for number in range(1, _STORES + 1):
        there = account.add_store(f"Store {number}")
        stores[f"store-{number}"] = {
            "credentials": {"username": "north", "password": "pass-word"},
            "connector": {"type": "shelf", "url": "http://127.0.0.1:9"},
            "account": {
                "api_key": account.key,
                "api_secret": account.secret,
                "url": account.url,
                "store_id": there.store_id,
                "status_mappings": "check",
                "audit": {"every": "never"},
            },
        }
    file = folder / "settings.yaml"
    listening = {"listen": "127.0.0.1:0", "admin": {"listen": "127.0.0.1:0"}}
    file.write_text(yaml.safe_dump({**listening, "database": database, "stores": stores}))
    return file


def _build_environment(clock: SharedClock) -> dict[str, str]:
    return {"SIMULATED_CLOCK": str(clock.file), "SHELF_ORDERS": "0"}


def _serve(file: Path, clock: SharedClock) -> AbstractAsyncContextManager[Served]:
    return serving(file, module=_MODULE, **_build_environment(clock))


def _kill_amid_work(account: FakeAccount, process: Process) -> list[int]:
    """Kill it while a request to the account is under way; which one that was."""
    killed_at = list[int]()

    def kill(_: str) -> None:
        if not killed_at and len(account.calls) + 1 == _KILLED_AT:
            killed_at.append(_KILLED_AT)
            process.kill()

    account.on_call.append(kill)
    return killed_at


async def _live(
    span: timedelta,
    clocks: Sequence[SharedClock],
    processes: Sequence[Process],
    account: FakeAccount,
) -> None:
    """Let time pass for all, a second at a time: so long the budget allows a request to travel."""
    until = NOW + span
    while (now := clocks[0]()) < until:
        for clock in clocks:
            clock.set(now + SECOND)
        await asyncio.gather(
            *(
                clock.wait_until_idle(partial(_is_alive, process), lambda: len(account.calls))
                for clock, process in zip(clocks, processes, strict=True)
            )
        )


def _is_alive(process: Process) -> bool:
    return process.returncode is None
