"""The demo says so when something does not come out right."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from aiohttp import encode_basic_auth
from click.testing import CliRunner

from proxy.cli.main import main
from proxy.cli.trial import demo as module
from proxy.cli.trial.demo import _stage
from proxy.cli.trial.demo_play import Play, open_client


async def test_a_shop_that_is_down_ends_the_play_at_that_step() -> None:
    async with _stage() as stage, open_client(stage.portside) as client:
        await stage.shop.stop()
        steps = [step async for step in Play(stage, client).steps()]
    assert [step.right for step in steps] == [False]


async def test_a_shop_that_forgets_a_tracking_number_is_noticed() -> None:
    async with _stage() as stage, open_client(stage.portside) as client:
        play = Play(stage, client)
        steps = []
        async for step in play.steps():
            steps.append(step)
            stage.shop.desk.trackings.clear()
    assert [step.right for step in steps] == [True, True, True, True, False]


def test_a_demo_that_fails_ends_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ORDERS", 5)
    result = CliRunner().invoke(main, ["demo", "--once"])
    assert result.exit_code == 1
    assert "✗ import of the last" in result.stdout
    assert result.stderr == "Error: the demo did not come out as it should\n"


def as_curl_would(line: str) -> bytes:
    """Do what the shell and curl make of a line, on machines without curl too."""
    match shlex.split(line):
        case ["curl", "-u", login, url]:
            method = "GET"
        case ["curl", "-u", login, "-X", method, url]:
            pass
        case words:
            pytest.fail(f"not the curl line expected: {words}")
    request = Request(  # noqa: S310 -- our own
        url, method=method, headers={"Authorization": encode_basic_auth(*login.split(":"))}
    )
    with urlopen(request) as answer:  # noqa: S310 -- our own
        body: bytes = answer.read()
    return body


def test_the_lines_to_paste_work_as_they_stand() -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "proxy", "demo"], stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if line.endswith("Ctrl-C ends it.\n"):
                    break
            pasted = [line.strip() for line in said if line.startswith("  curl ")]
            answers = [as_curl_would(line) for line in pasted]
            commands = [shlex.split(line) for line in said if " --settings " in line]
            tried = {words[1]: CliRunner().invoke(main, words[1:]) for words in commands}
        finally:
            process.terminate()
        told = process.stdout.read()
        assert process.wait() == 0
    assert {shutil.which(words[0]) for words in commands} == {
        str(Path(sys.executable).with_name("portside"))
    }
    assert re.match(rb"<\?xml .*\n<Orders pages=", answers[0])
    assert answers[1].startswith(b"delivered; the shop has it")
    assert {name: result.exit_code for name, result in tried.items()} == dict.fromkeys(
        ("status", "deliveries", "order", "audit"), 0
    )
    assert "Nothing is wrong: the order is shipped in the shop" in tried["order"].output
    assert "demo: told the shop that order" in told
