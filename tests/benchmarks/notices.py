"""How fast shipment notices are taken in, beside what the same database on the same disk commits at
all; and how a backlog is worked off.

Everything is real: `portside serve` in processes of their own, a shop over HTTP, SQLite in a file
and a PostgreSQL that syncs each commit. The client, the shop and the databases share the machine
with Portside, so the numbers are what one machine does with all of it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # the driver brings no types
from aiohttp import ClientSession, TCPConnector, encode_basic_auth
from sqlalchemy import insert

from connectors.shipments import Shipment
from proxy.storage.database import Database
from proxy.storage.outbox.rows import new_row, write_shipment
from proxy.storage.tables import deliveries
from tests.acceptance.served import Served, serving
from tests.delivery.shelf import open_shop
from tests.postgres import PostgresServer, postgres_server

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
NOTICES, BACKLOG, RATE = 600, 10_000, 400
SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
database: {database}
delivery: {{concurrency: 16}}
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector: {{type: shelf, url: "{shop}"}}
    upstream: {{rate: {rate}/s}}
"""
_ORDERS = itertools.count(1)


def run() -> Iterator[str]:
    """All of it, a line at a time."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(durable=True) as server,
        asyncio.Runner() as runner,
    ):
        databases = {"SQLite": f"sqlite:///{folder}/notices.db", "PostgreSQL": server.create()}
        for kind, url in databases.items():
            for clients in (1, 16):
                bare = runner.run(bare_commits(folder, server, kind, clients))
                yield runner.run(acknowledged(Path(folder), kind, url, clients, bare))
        for replicas in (1, 2, 3):
            yield runner.run(replicated(Path(folder), server.create(), replicas))
        for kind, url in {
            "SQLite": f"sqlite:///{folder}/backlog.db",
            "PostgreSQL": server.create(),
        }.items():
            yield runner.run(drained(Path(folder), kind, url))


async def bare_commits(folder: str, server: PostgresServer, kind: str, clients: int) -> float:
    """Commits a second of one row as large as a notice, by as many connections as there are
    clients; SQLite has one writer at a time.
    """
    text = write_shipment(_shipment(0))
    if kind == "SQLite":
        connection = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        connection.executescript(
            "pragma journal_mode = wal; pragma synchronous = full; create table if not exists t (x"
            " text);"
        )
        began = time.perf_counter()
        for _ in range(NOTICES):
            connection.execute("insert into t values (?)", (text,))
        seconds = time.perf_counter() - began
        connection.close()
        return NOTICES / seconds
    socket = server.create().partition("?host=")[2]
    connections = [
        await asyncpg.connect(host=socket, user="postgres", database="postgres")
        for _ in range(clients)
    ]
    await connections[0].execute("create table if not exists bare (x text)")

    async def insert_rows(one: asyncpg.Connection) -> None:
        for _ in range(NOTICES // clients):
            await one.execute("insert into bare values ($1)", text)

    began = time.perf_counter()
    await asyncio.gather(*(insert_rows(one) for one in connections))
    seconds = time.perf_counter() - began
    for one in connections:
        await one.close()
    return NOTICES // clients * clients / seconds


async def acknowledged(folder: Path, kind: str, url: str, clients: int, bare: float) -> str:
    async with _portsides(folder, url, 1) as (_, served):
        before = _cpu(served[0])
        times, seconds = await _tell(served, clients)
        work = (_cpu(served[0]) - before) / len(times) * 1000
    rate = len(times) / seconds
    return (
        f"{kind}, {clients:2} at once: {_said(times, rate)}; bare commits {bare:.0f}/s, ratio"
        f" {rate / bare:.2f}; Portside's own work {work:.1f} ms of CPU a notice"
    )


async def replicated(folder: Path, url: str, replicas: int) -> str:
    async with _portsides(folder, url, replicas) as (_, served):
        times, seconds = await _tell(served, 32)
    return f"PostgreSQL, {replicas} replicas, 32 at once: {_said(times, len(times) / seconds)}"


async def drained(folder: Path, kind: str, url: str) -> str:
    """Ten thousand wait; the shop may be asked `RATE` times a second, twice for each.

    Memory of the process along the way.
    """
    async with Database.open(url) as database:
        await database.migrate()
        async with database.writing() as connection:
            now = await database.now(connection)
            await connection.execute(
                insert(deliveries),
                [new_row("north", _shipment(next(_ORDERS)), now) for _ in range(BACKLOG)],
            )
    async with _portsides(folder, url, 1, RATE) as (told, served):
        began, memory = time.perf_counter(), []
        for share in (0.1, 0.5, 1.0):
            await _until(told, BACKLOG * share)
            memory.append(_megabytes(served[0]))
        seconds = time.perf_counter() - began
    sizes = ", ".join(f"{size:.0f}" for size in memory)
    return (
        f"{kind}, {BACKLOG} waiting, the shop asked at most {RATE}/s: {BACKLOG / seconds:.0f}"
        f" deliveries/s ({BACKLOG / seconds * 2 / RATE:.2f} of what that rate allows); memory at"
        f" 10, 50, 100 %: {sizes} MiB"
    )


@asynccontextmanager
async def _portsides(
    folder: Path, url: str, count: int, rate: int = 100_000
) -> AsyncIterator[tuple[Callable[[], int], list[Served]]]:
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(open_shop())
        file = folder / "settings.yaml"
        file.write_text(SETTINGS.format(database=url, shop=shop.url, rate=rate))
        served = [
            await stack.enter_async_context(serving(file, module="tests.acceptance.shelved"))
            for _ in range(count)
        ]
        yield lambda: len(shop.parcels), served


async def _tell(served: list[Served], clients: int) -> tuple[list[float], float]:
    """Seconds each notice took to be answered 200, and all of them together."""
    times: list[float] = []
    turn = itertools.cycle(served)

    async def one(client: ClientSession) -> None:
        for _ in range(NOTICES // clients):
            order = str(next(_ORDERS))
            query = {
                "action": "shipnotify",
                "order_number": order,
                "carrier": "UPS",
                "tracking_number": f"1Z{order}",
            }
            began = time.perf_counter()
            async with client.post(next(turn).url, params=query, headers=LOGIN) as answer:
                assert answer.status == 200
            times.append(time.perf_counter() - began)

    async with ClientSession(connector=TCPConnector(limit=0)) as client:
        began = time.perf_counter()
        await asyncio.gather(*(one(client) for _ in range(clients)))
        return times, time.perf_counter() - began


def _said(times: list[float], rate: float) -> str:
    cuts = statistics.quantiles(times, n=100)
    p50, p95, p99 = (cuts[part - 1] * 1000 for part in (50, 95, 99))
    return (
        f"{rate:.0f} notices/s stored, delivered and answered; p50 {p50:.1f} ms, p95 {p95:.1f} ms,"
        f" p99 {p99:.1f} ms"
    )


def _cpu(served: Served) -> float:
    """Seconds of CPU time so far."""
    fields = Path(f"/proc/{served.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(served: Served) -> float:
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _until(count: Callable[[], int], enough: float) -> None:
    while True:
        if count() >= enough:
            return
        await asyncio.sleep(0.02)


def _shipment(order: int) -> Shipment:
    return Shipment(order_number=str(order), carrier="UPS", tracking_number=f"1Z{order}")
