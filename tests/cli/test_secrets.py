"""A text that the settings take from the environment or from a file is shown by no command,
whatever its key is called and whoever repeats it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from connectors.testing.faults import Answer
from connectors.testing.shops.json_shop import Style
from connectors.upstream.masking import MASK, remember_secrets
from proxy.cli.main import main
from tests.attacks.shops.test_hostile_store import make_shop
from tests.connectors.generic_json.styles import style_block
from tests.delivery.test_deliveries_command import CommandLine

SECRET = "Sesam-1001-oeffne-dich"


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    yield
    remember_secrets([])


def write_settings(folder: Path, url: str, losung: str) -> Path:
    block = {**style_block(Style.PAGE), "url": url}
    block["orders"]["request"]["query"]["losung"] = losung
    store = {"credentials": {"username": "u", "password": "pass-word"}, "connector": block}
    (folder / "losung").write_text(SECRET)
    file = folder / "settings.yaml"
    file.write_text(yaml.safe_dump({"stores": {"attic": store}}, sort_keys=False))
    return file


async def run(settings: Path, *words: str) -> Result:
    """The command, in a thread of its own, because it brings its own event loop."""
    place = ["--settings", str(settings), "--store", "attic"]
    return await asyncio.to_thread(
        CliRunner(env={"LOSUNG": SECRET}).invoke, main, [words[0], *place, *words[1:]]
    )


@pytest.mark.parametrize("losung", ["${LOSUNG}", "file:losung"])
@pytest.mark.parametrize("words", [("fetch",), ("preview", "1"), ("explain",)])
async def test_a_command_hides_what_the_settings_took_from_elsewhere(
    words: tuple[str, ...], losung: str, tmp_path: Path
) -> None:
    async with make_shop("generic_json") as shop:
        order = shop.book.add()
        order.number = f"A {SECRET} B"
        settings = write_settings(tmp_path, shop.url, losung)
        result = await run(settings, *(word.replace("1", order.id) for word in words))
    assert result.exit_code == 0, result.output
    assert f"A {MASK} B" in result.output
    assert SECRET not in result.output


async def test_what_ends_a_command_is_told_without_it(tmp_path: Path) -> None:
    async with make_shop("generic_json") as shop:
        settings = write_settings(tmp_path, shop.url, "${LOSUNG}")
        shop.faults.add(Answer(400, f'{{"message": "no {SECRET}!"}}'), times=None)
        for words in (("fetch",), ("fetch", "--store", SECRET)):
            result = await run(settings, *words)
            assert result.exit_code == 1, result.output
            assert MASK in result.output
            assert SECRET not in result.output


@pytest.mark.parametrize("words", [["list"], ["list", "--json"], ["show", "2"]])
def test_a_command_that_reads_the_database_alone_hides_it_too(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = CommandLine(tmp_path)
    assert "cancelled, says the shop" in command(*words)
    (tmp_path / "portside.db").rename(tmp_path / "cancelled")
    text = command.settings.read_text()
    command.settings.write_text(text.replace("portside.db", "${WORD}"))
    monkeypatch.setenv("WORD", "cancelled")
    shown = command(*words)
    assert f"{MASK}, says the shop" in shown
    assert "cancelled" not in shown
