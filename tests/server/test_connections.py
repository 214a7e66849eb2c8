"""Connections: slow and silent clients cost nobody else anything, and a stop breaks off no
request.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from proxy.server import body
from proxy.server.admission import connections
from proxy.server.listener import ListenError
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front


async def test_a_connection_that_says_nothing_is_closed(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_WITHIN", 0.05)
    async with open_front(stall, tmp_path) as portside:
        for said in (b"", b"GET /stores/north HTTP/1.1\r\nHost: x\r\n"):
            reader, writer = await asyncio.open_connection(
                portside.public.host, portside.public.port
            )
            writer.write(said)
            assert await reader.read() == b""
            writer.close()


async def test_a_connection_that_has_spoken_may_stay(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: ClientSession
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_WITHIN", 0.2)
    stall.gate.clear()
    async with open_front(stall, tmp_path) as portside:
        poll = asyncio.create_task(get_status(client, f"http://{portside.public}/stores/north"))
        reader, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        assert (
            await reader.read() == b""
        )  # the silent neighbour was closed, so the time is up for both
        writer.close()
        stall.gate.set()
        assert await poll == 200


async def test_a_notice_that_does_not_arrive_is_408(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SLOWEST_CLIENT", 0.05)
    async with open_front(stall, tmp_path) as portside:
        reader, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        login = LOGIN["Authorization"]
        head = (
            "POST /stores/north?action=shipnotify&order_number=1 HTTP/1.1\r\nHost:"
            f" x\r\nAuthorization: {login}\r\nContent-Length: 100\r\n\r\n"
        )
        writer.write(head.encode())
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
    assert stall.shipped == []


async def test_a_poll_under_way_is_answered_in_full_while_it_stops(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    stall.gate.clear()
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        poll = asyncio.create_task(get_status(client, url))
        await stall.asked.wait()
        asyncio.get_running_loop().call_later(0.1, stall.gate.set)
    assert await poll == 200
    with pytest.raises(OSError, match="Connect call failed"):
        await get_status(client, url)


async def test_a_taken_port_is_said_in_one_sentence(stall: Stall, tmp_path: Path) -> None:
    async with open_front(stall, tmp_path) as portside:
        with pytest.raises(
            ListenError, match=rf"^cannot listen on {portside.public}: address already in use$"
        ):
            async with open_front(stall, tmp_path, listen=str(portside.public)):
                pytest.fail("two cannot listen at one address")


async def test_a_page_that_was_not_taken_counts_as_not_sent(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    stall.gate.clear()
    async with open_front(stall, tmp_path) as portside:
        _, writer = await asyncio.open_connection(portside.public.host, portside.public.port)
        query = "action=export&start_date=03/24/2026+00:00&end_date=03/25/2026+00:00&page=1"
        writer.write(
            f"GET /stores/north?{query} HTTP/1.1\r\nHost: x\r\nAuthorization:"
            f" {LOGIN['Authorization']}\r\n\r\n".encode()
        )
        await stall.asked.wait()
        writer.transport.abort()
        stall.gate.set()
        assert await get_status(client, f"http://{portside.public}/stores/north") == 200
        async with client.head(
            f"http://{portside.public}/stores/north"
        ):  # on the same connection, so the poll is done with
            metrics, _ = portside.metrics.render()
    assert b'portside_requests_total{action="export",status="200",store="north"} 1.0' in metrics
    assert b'portside_requests_total{action="export",status="499",store="north"} 1.0' in metrics


async def get_status(client: ClientSession, url: str) -> int:
    async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
        await answer.read()
        return answer.status
