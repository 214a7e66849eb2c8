"""A real `portside serve` in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.buyers import find_buyers
from tests.databases import make_migrated_file

SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: sqlite:///{folder}/portside.db
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector:
      type: woocommerce
      url: "{shop.url}"
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    upstream: {{rate: 100/s}}
"""


class Served:
    """The process.

    `public` and `admin` are where it listens; `log` is every line it has written so far.
    """

    def __init__(self, process: Process) -> None:
        self.process = process
        self.log: list[dict[str, Any]] = []
        self.other: list[str] = []
        self.lines: list[str] = []
        self.public = ""
        self.admin = ""
        self._grown = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @property
    def url(self) -> str:
        return f"http://{self.public}/stores/north"

    async def heard(self, event: str) -> dict[str, Any]:
        """The first log line with this event, once it is there.

        Raises if the process ends without it.
        """
        while True:
            for line in self.log:
                if line["event"] == event:
                    return line
            if self._reading.done():
                raise AssertionError(f"it ended without {event!r}: {self.log} {self.other}")
            self._grown.clear()
            await self._grown.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        code = await self.process.wait()
        await self._reading
        return code

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            text = raw.decode().rstrip()
            self.lines.append(text)
            if text.startswith("{"):
                self.log.append(json.loads(text))
            else:
                self.other.append(text)
            self._grown.set()
        self._grown.set()


def write_settings(folder: Path, shop: FakeWooCommerceShop) -> Path:
    """A settings file for the store `north` in front of `shop`, and a database with all tables."""
    file = folder / "settings.yaml"
    make_migrated_file(folder / "portside.db")
    file.write_text(SETTINGS.format(folder=folder, shop=shop))
    return file


@asynccontextmanager
async def serving(
    file: Path, *, module: str = "proxy", **environment: str
) -> AsyncIterator[Served]:
    """Start it and wait until it is ready; it is killed at the end if it still runs, and no line
    of its log may hold a word of a buyer's.

    `module` is what Python runs.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "serve", "--settings", str(file)),
        stderr=PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
    )
    served = Served(process)
    try:
        ready = await served.heard("Ready.")
        served.public, served.admin = ready["listen"], ready["admin"]
        yield served
    finally:
        if process.returncode is None:
            process.kill()
        await served.ended()
    found = find_buyers(served.lines)
    assert found == [], found


async def run_portside(
    *words: str, cwd: Path | None = None, **environment: str
) -> tuple[int, str, str]:
    """Any command to its end: exit status, standard output, standard error."""
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "proxy", *words),
        stdout=PIPE,
        stderr=PIPE,
        cwd=cwd or root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root), "COLUMNS": "120", **environment},
    )
    out, err = await process.communicate()
    assert find_buyers(err.decode().splitlines()) == []
    return process.returncode or 0, out.decode(), err.decode()
