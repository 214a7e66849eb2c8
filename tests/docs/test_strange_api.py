"""The tutorial of the strange API, followed word by word from a blank file: every command is run in
a shell, and what it prints is what the page shows.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import textwrap
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from connectors.generic_json.settings.items import ListSettings
from connectors.testing.shops.json_attic import KEY, PORT, FakeAttic, stock
from tests.acceptance.served import serving
from tests.docs.blocks import ROOT, Block, list_blocks

PAGE: Final = "docs/tutorials/strange-api.md"
SHOP: Final = f"http://127.0.0.1:{PORT}"
PUBLIC: Final = "http://127.0.0.1:8080/stores/attic"
# What differs from run to run, and where a line stands in a file that was not typed by hand.
VARYING: Final = re.compile(
    r"\d{13}|\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d|(?<=settings\.yaml:)\d+(?=\))"
)


class Reader:
    """Someone who follows the page: their folder, their file and their terminal."""

    def __init__(self, folder: Path, shop: FakeAttic) -> None:
        self.folder = folder
        self.file = folder / "settings.yaml"
        self.addresses = {SHOP: shop.url}
        command = folder / "portside"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m proxy "$@"\n')
        command.chmod(0o755)

    def put_in(self, block: str) -> None:
        """Write a block into the file: in the place of its key, or behind the keys beside it."""
        (key,) = read(block)
        if key == "stores":
            self.file.write_text(self.replace(block))
            return
        depth, follower = (8, " {6}order:") if key in ListSettings.model_fields else (6, "\\Z")
        there = rf"(?ms)^ {{{depth}}}{key}:.*?(?=^ {{0,{depth}}}\w|\Z)|^(?={follower})"
        written = textwrap.indent(block, depth * " ")
        self.file.write_text(re.sub(there, lambda _: written, self.file.read_text(), count=1))

    def replace(self, text: str) -> str:
        """What the page shows, with the addresses of this run."""
        for shown, real in self.addresses.items():
            text = text.replace(shown, real)
        return text

    def restore(self, text: str) -> str:
        """What a terminal shows, with the addresses of the page."""
        for shown, real in self.addresses.items():
            text = text.replace(real, shown)
        return text

    async def type(self, line: str) -> str:
        """What the terminal shows of a command."""
        process = await asyncio.create_subprocess_shell(
            self.replace(line),
            stdout=PIPE,
            stderr=STDOUT,
            cwd=self.folder,
            env={"PATH": f"{self.folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        )
        shown, _ = await process.communicate()
        return self.restore(shown.decode())


def test_the_page_opens_the_shop_that_is_followed_here() -> None:
    first = next(block for block in list_blocks() if block.page == PAGE)
    said = f"The Attic is open at {SHOP}; its key is {KEY}. Stop it with Ctrl-C."
    assert first.text == f"$ python -m {FakeAttic.__module__}\n{said}\n"


async def test_whoever_follows_it_ends_with_a_store_that_serves(tmp_path: Path) -> None:
    _, *blocks = [block for block in list_blocks() if block.page == PAGE]
    (at,) = [at for at, block in enumerate(blocks) if block.text == "portside serve\n"]
    async with FakeAttic() as shop:
        stock(shop.book)
        reader = Reader(tmp_path, shop)
        for block in blocks[:at]:
            await follow(reader, block)
        reader.file.write_text(
            reader.file.read_text()
            + f"database: sqlite:///{tmp_path}/portside.db\n"
            + "listen: 127.0.0.1:0\nadmin: {listen: 127.0.0.1:0}\n"
        )
        async with serving(reader.file) as served:
            reader.addresses[PUBLIC] = f"http://{served.public}/stores/attic"
            for block in blocks[at + 1 :]:
                await follow(reader, block)
        order = shop.book.get("1001")
        assert order is not None
        (box,) = order.parcels
        assert (box.carrier, box.tracking_number) == ("UPS", "1Z999AA10123456784")


async def follow(reader: Reader, block: Block) -> None:
    """Do what a block says."""
    if block.language == "yaml":
        written = reader.replace(block.text)
        if reader.file.exists() and written.startswith("stores:"):
            # What was put in step by step is the whole that the page shows in the end.
            assert read(reader.file.read_text()) == read(written)
        else:
            reader.put_in(block.text)
    else:
        for line, shown in list_calls(block.text):
            found = await reader.type(line)
            assert fits(shown, found), f"{block}: {line}\n{found}"


def read(text: str) -> Any:
    """YAML with every value as it is written."""
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 -- texts, lists and objects alone


def list_calls(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with what is shown below it."""
    _, *parts = re.split(r"(?m)^\$ ", text)
    for part in parts:
        line, _, shown = part.partition("\n")
        yield line, shown


def fits(expected: str, found: str) -> bool:
    """Whether a command printed what is shown; `…` stands for anything."""
    pattern = re.escape(VARYING.sub("…", expected.strip())).replace("…", ".*")
    return re.fullmatch(pattern, found.strip(), re.DOTALL) is not None
