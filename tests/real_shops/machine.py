"""What a real shop needs of the machine: npm packages, a PostgreSQL that listens on TCP, and a
server process of its own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any

import aiohttp
import msgspec

from tests.postgres import PostgresServer, postgres_server

_PATIENCE = 300.0
_PAUSE = 0.5


class ShopFailedError(Exception):
    """The shop could not be installed, started or seeded."""


async def install(folder: Path, files: Mapping[str, str]) -> None:
    """Write the shop's few files and let npm fetch what they name; nothing is fetched again if it
    is there from an earlier run.
    """
    known = folder / "package.json"
    fresh = (
        not known.exists()
        or known.read_text() != files["package.json"]
        or not (folder / "node_modules").exists()
    )
    for name, text in files.items():
        (folder / name).write_text(text)
    if fresh:
        await run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")


async def run(folder: Path, *words: str, **environment: str) -> str:
    """A command to its end; what it printed. Raises `ShopFailedError`."""
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
    )
    printed, _ = await process.communicate()
    text = printed.decode(errors="replace")
    if process.returncode:
        raise ShopFailedError(f"{' '.join(words)} ended with {process.returncode}:\n{text[-3000:]}")
    return text


@asynccontextmanager
async def running(folder: Path, *words: str, ready: str, **environment: str) -> AsyncIterator[None]:
    """A server in a process group of its own, from its first answer at `ready` on; its log is
    server.log in `folder`.
    """
    with (folder / "server.log").open("wb") as log:
        process = await _started(folder, words, environment, log)
        try:
            await _answering(ready, process, folder / "server.log")
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


async def _started(
    folder: Path, words: tuple[str, ...], environment: Mapping[str, str], log: IO[bytes]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *words,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


async def _answering(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(int(_PATIENCE / _PAUSE)):
            if process.returncode is not None:
                break
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(url, timeout=aiohttp.ClientTimeout(total=5)) as response:
                    # A shop that has begun to listen may not know its own paths yet.
                    if response.status < 500 and response.status != 404:
                        return
            await asyncio.sleep(_PAUSE)
    raise ShopFailedError(f"the shop does not answer at {url}:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


@asynccontextmanager
async def database(name: str) -> AsyncIterator[int]:
    """An empty database in a new PostgreSQL; gives the port on 127.0.0.1 where user `postgres` is
    let in.
    """
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres_server())
        server.psql(f"create database {name};")
        yield await stack.enter_async_context(_door(server))


@asynccontextmanager
async def _door(server: PostgresServer) -> AsyncIterator[int]:
    """The server listens on a socket in its directory only; shops want a port."""
    place = str(server._directory / ".s.PGSQL.5432")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(place)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_pour(reader, back), _pour(there, writer))

    door = await asyncio.start_server(carry, "127.0.0.1", 0)
    try:
        yield door.sockets[0].getsockname()[1]
    finally:
        door.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65_536):
            writer.write(part)
            await writer.drain()
    writer.close()


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Api:
    """A shop's JSON API, as its own people use it. `headers` go into every request."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self._session = session
        self.url = url
        self.headers = dict(headers or {})

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        notice: Callable[[aiohttp.ClientResponse], None] | None = None,
    ) -> Any:
        """The decoded answer. `notice` is shown the response.

        Raises `ShopFailedError` for anything but 2xx.
        """
        headers = {"Content-Type": "application/json", **self.headers}
        data = None if body is None else msgspec.json.encode(body)
        async with self._session.request(
            method, f"{self.url}{path}", data=data, headers=headers
        ) as response:
            content = await response.read()
            if response.status // 100 != 2:
                raise ShopFailedError(
                    f"{method} {path}: {response.status} {content[:2000].decode(errors='replace')}"
                )
            if notice is not None:
                notice(response)
            return msgspec.json.decode(content) if content else None
