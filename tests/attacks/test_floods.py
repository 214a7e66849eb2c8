"""However many connections strangers hold, honest clients and the operator are answered."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from proxy import app
from proxy.app import Portside
from proxy.server.admission import connections
from tests.attacks.conftest import Log
from tests.attacks.flood import HALF_A_HEAD, crowding
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

BYTES_OF_A_HEAD = 8_190


async def poll(portside: Portside, client: ClientSession) -> int:
    url = f"http://{portside.public}/stores/north"
    async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
        await answer.read()
        return answer.status


async def ask_operator(portside: Portside, client: ClientSession, path: str) -> str:
    async with client.get(f"http://{portside.admin}{path}") as answer:
        assert answer.status == 200
        return await answer.text()


def list_kept(client: ClientSession) -> list[object]:
    """The connections that a client may use again."""
    assert client.connector is not None
    pools = client.connector._conns.values()
    return [protocol for pool in pools for protocol, _ in pool if protocol.is_connected()]


@pytest.mark.parametrize("said", [b"", HALF_A_HEAD], ids=["silent", "half a head"])
async def test_one_address_holds_a_hundred_connections_and_no_more(
    stall: Stall, tmp_path: Path, client: ClientSession, log: Log, said: bytes
) -> None:
    async with (
        open_front(stall, tmp_path, trusted_proxies=[]) as portside,
        crowding(portside.public.host, portside.public.port) as crowd,
    ):
        await crowd.grow(150, said)
        assert await crowd.count_closed(50) == 50
        numbers = await ask_operator(portside, client, "/metrics")
        assert 'portside_connections{side="public"} 100.0' in numbers
        assert 'closed_total{reason="address",side="public"} 50.0' in numbers
        assert await poll(portside, client) == 200
    (line,) = log.lines("Connections were closed.")
    assert line["side"] == "public"


async def test_a_crowd_of_many_addresses_makes_room_for_who_comes_later(
    stall: Stall,
    tmp_path: Path,
    client: ClientSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "count_public", lambda *_: 40)
    async with (
        open_front(stall, tmp_path, trusted_proxies=[]) as portside,
        crowding(portside.public.host, portside.public.port) as crowd,
    ):
        for host in range(2, 62):
            await crowd.grow(1, source=f"127.0.0.{host}")
        assert await crowd.count_closed(20) == 20
        assert await poll(portside, client) == 200
        assert await ask_operator(portside, client, "/readyz") == "ready\n"


async def test_behind_a_trusted_proxy_only_the_total_counts(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with (
        open_front(stall, tmp_path) as portside,
        crowding(portside.public.host, portside.public.port) as crowd,
    ):
        await crowd.grow(150)
        assert await poll(portside, client) == 200
        numbers = await ask_operator(portside, client, "/metrics")
    assert 'portside_connections{side="public"} 150.0' in numbers
    assert "closed_total{" not in numbers


async def test_a_client_that_has_proved_its_login_makes_room_for_nobody(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "count_public", lambda *_: 3)
    async with (
        open_front(stall, tmp_path) as portside,
        crowding(portside.public.host, portside.public.port) as crowd,
        ClientSession() as known,
    ):
        url = f"http://{portside.public}/stores/north"
        async with known.get(url, params=WINDOW, headers=LOGIN) as answer:
            await answer.read()
        (held,) = list_kept(known)
        await crowd.grow(10)
        assert await crowd.count_closed(8) == 8
        assert list_kept(known) == [held]
        assert await poll(portside, known) == 200
        assert list_kept(known) == [held]


async def test_five_hundred_heads_that_never_end_are_given_up(
    stall: Stall, tmp_path: Path, client: ClientSession, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_WITHIN", 0.5)
    async with (
        open_front(stall, tmp_path) as portside,
        crowding(portside.public.host, portside.public.port) as crowd,
    ):
        await crowd.grow(500, HALF_A_HEAD)
        await crowd.drip()
        assert await poll(portside, client) == 200
        await crowd.drip()
        assert await crowd.count_closed(500) == 500
    assert {line["event"] for line in log.lines()} == {"Poll answered."}


async def test_a_stranger_stays_five_seconds_after_its_answer_and_a_client_longer(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connections.STRANGER_IDLE_FOR == 5.0
    monkeypatch.setattr(connections, "STRANGER_IDLE_FOR", 0.05)
    async with (
        open_front(stall, tmp_path) as portside,
        ClientSession() as known,
    ):
        assert await poll(portside, known) == 200
        reader, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        writer.write(b"GET /stores/north HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        assert b"</Error>" in await reader.read()
        writer.close()
        assert len(list_kept(known)) == 1


@pytest.mark.parametrize("path", [b"/ui/live/events", b"/status"], ids=["listening", "idle"])
async def test_no_crowd_on_this_machine_keeps_a_probe_or_the_operator_out(
    stall: Stall, tmp_path: Path, client: ClientSession, path: bytes
) -> None:
    asked = b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    async with (
        open_front(stall, tmp_path) as portside,
        crowding(portside.admin.host, portside.admin.port) as crowd,
    ):
        await crowd.grow(100, asked)
        assert await crowd.count_closed(36) >= 36
        assert await ask_operator(portside, client, "/readyz") == "ready\n"
        assert 'side="admin"' in await ask_operator(portside, client, "/metrics")


@pytest.fixture
def pending() -> Iterator[list[socket.socket]]:
    """Sockets that are open, so that connecting them takes no further descriptor of ours."""
    sockets = [socket.socket() for _ in range(20)]
    yield sockets
    for one in sockets:
        one.close()


@contextlib.contextmanager
def few_descriptors(left: int) -> Iterator[None]:
    """Only so many more may be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 -- names, not files
    fillers = [os.dup(2)]
    while fillers[-1] < highest:
        fillers.append(os.dup(2))
    resource.setrlimit(resource.RLIMIT_NOFILE, (fillers[-1] + 1 + left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for filler in fillers:
            os.close(filler)


async def test_descriptors_that_run_out_are_counted_and_strangers_make_room(
    stall: Stall, tmp_path: Path, client: ClientSession, log: Log, pending: list[socket.socket]
) -> None:
    async with open_front(stall, tmp_path) as portside:
        with few_descriptors(5):
            for one in pending:
                one.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    one.connect((portside.public.host, portside.public.port))
            with contextlib.suppress(ConnectionResetError):
                assert await asyncio.get_running_loop().sock_recv(pending[0], 1) == b""
        assert await poll(portside, client) == 200
        numbers = await ask_operator(portside, client, "/metrics")
    assert 'portside_accept_failures_total{side="public"}' in numbers
    (line,) = log.lines("Connections could not be accepted.")
    assert line["level"] == "error"
    assert line["reason"] == "Too many open files"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * BYTES_OF_A_HEAD + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * (BYTES_OF_A_HEAD + 10) + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 300 + b"\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"\0" * 100 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=[
        *("long target", "long header", "many headers", "two lengths", "negative length"),
        *("smuggling", "strange version", "broken address", "no text", "HTTP/2"),
    ],
)
async def test_a_head_that_is_no_head_is_a_400_and_one_quiet_line(
    stall: Stall, tmp_path: Path, log: Log, head: bytes
) -> None:
    async with open_front(stall, tmp_path) as portside:
        for _ in range(3):
            reader, writer = await asyncio.open_connection(
                portside.public.host, portside.public.port
            )
            writer.write(head)
            assert int((await reader.readline()).split()[1]) // 100 == 4
            writer.close()
    assert len(log.lines()) <= 2
    assert {line["level"] for line in log.lines()} <= {"info", "warning"}
