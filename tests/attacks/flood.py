"""A crowd of silent connections, and honest clients beside it.

`python -m tests.attacks.flood` opens 2,000 idle connections and 500 that drip a request's head
against a real process, and prints how honest requests fare meanwhile, how many of the
connections are open then, and when the last of them is closed. From a trusted proxy, as this
machine is one, all are within the total; each is closed ten seconds after it was opened.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, encode_basic_auth

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.server.admission.descriptors import raise_descriptor_limit
from tests.acceptance.served import serving, write_settings

HALF_A_HEAD = b"GET /stores/north?action=export HTTP/1.1\r\nHost: portside.example\r\nX-Slow: "
LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}


class Crowd:
    """Connections that a stranger holds."""

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self._held: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def grow(self, count: int, said: bytes = b"", source: str = "127.0.0.1") -> None:
        """Open so many more, and say the beginning of a request on each."""
        for _ in range(count):
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(*self._place, local_addr=(source, 0))
                writer.write(said)
                self._held.append((reader, writer))

    async def drip(self) -> None:
        """Say one more letter on each that is still open to us."""
        for _, writer in self._held:
            if not writer.is_closing():
                writer.write(b"a")
        await asyncio.sleep(0)

    async def count_closed(self, least: int) -> int:
        """Wait until at least so many were closed by the other side, and count them."""
        waiting = {asyncio.create_task(_wait_for_end(reader)) for reader, _ in self._held}
        closed = 0
        while closed < least and waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            closed += len(done)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return closed

    def count_open(self) -> int:
        """How many the other side has not closed, as far as we have heard."""
        return sum(not writer.is_closing() and not reader.at_eof() for reader, writer in self._held)

    def leave(self) -> None:
        """Close all."""
        for _, writer in self._held:
            writer.transport.abort()
        self._held.clear()


async def _wait_for_end(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        await reader.read()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


@contextlib.asynccontextmanager
async def crowding(host: str, port: int) -> AsyncIterator[Crowd]:
    """A crowd that leaves at the end."""
    crowd = Crowd(host, port)
    try:
        yield crowd
    finally:
        crowd.leave()


async def _flood_process(idle: int, heads: int, polls: int) -> None:
    loop = asyncio.get_running_loop()
    async with FakeWooCommerceShop() as shop, ClientSession() as client:
        shop.stock(count=20)
        with tempfile.TemporaryDirectory() as folder:
            async with serving(write_settings(Path(folder), shop)) as served:
                host, _, port = served.public.rpartition(":")
                place = (host, int(port))
                async with crowding(*place) as silent, crowding(*place) as slow:
                    await silent.grow(idle)
                    await slow.grow(heads, HALF_A_HEAD)
                    await slow.drip()
                    for url in [f"http://{served.admin}/readyz", *[served.url] * polls]:
                        begun = loop.time()
                        query = {"start_date": "01/01/2026 00:00", "end_date": "01/02/2026 00:00"}
                        async with client.get(
                            url, params={"action": "export", **query}, headers=LOGIN
                        ) as answer:
                            await answer.read()
                        _say(f"{answer.status} in {loop.time() - begun:.3f} s  {url}")
                    _say(f"still open: {silent.count_open()} of {idle} idle connections")
                    _say(f"still open: {slow.count_open()} of {heads} with half a head")
                    begun = loop.time()
                    closed = await silent.count_closed(idle) + await slow.count_closed(heads)
                    _say(f"{closed} closed by Portside {loop.time() - begun:.1f} s later")
                async with client.get(f"http://{served.admin}/metrics") as answer:
                    for line in (await answer.text()).splitlines():
                        if line.startswith(("portside_conn", "portside_accept", "process_res")):
                            _say(line)
                _say(f"{len(served.log)} lines in the log, {len(served.other)} others")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=2_000)
    parser.add_argument("--heads", type=int, default=500)
    parser.add_argument("--polls", type=int, default=10)
    given = parser.parse_args()
    raise_descriptor_limit()
    asyncio.run(_flood_process(given.idle, given.heads, given.polls))
