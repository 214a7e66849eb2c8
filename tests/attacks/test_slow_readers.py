"""A client that asks much and takes nothing costs one answer at a time, and that for a minute; on
many connections, no more than its store may have unread.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from proxy.app import Portside
from proxy.server import endpoint
from proxy.server.admission import unread
from tests.builders import build_item, build_order
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

# Far more than what a connection's buffers take.
ORDERS = 20
LINES = 500
POLLS = 200
CONNECTIONS = 10


def make_stall() -> Stall:
    lines = tuple(build_item(id=str(number)) for number in range(LINES))
    return Stall([build_order(id=str(n), number=str(n), items=lines) for n in range(ORDERS)])


def ask_deaf(portside: Portside, polls: int = 1) -> socket.socket:
    """A connection that asks for so many pages and takes none."""
    head = (
        f"GET /stores/north?{urlencode(WINDOW)} HTTP/1.1\r\nHost: x\r\nAuthorization:"
        f" {LOGIN['Authorization']}\r\n\r\n"
    )
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect((portside.public.host, portside.public.port))
    deaf.setblocking(False)  # noqa: FBT003 -- the socket's own call
    deaf.send(head.encode() * polls)
    return deaf


def wait_for_reset(waiting: socket.socket) -> None:
    """Until the other side has broken the connection off, without reading from it."""
    watch = select.poll()
    watch.register(waiting, 0)
    assert watch.poll(60_000)


async def test_a_client_that_reads_nothing_is_given_one_page_and_then_broken_off(
    tmp_path: Path, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "SLOWEST_CLIENT", 0.2)
    async with open_front(make_stall(), tmp_path) as portside:
        with ask_deaf(portside, POLLS) as deaf:
            await asyncio.to_thread(wait_for_reset, deaf)
            url = f"http://{portside.public}/stores/north"
            async with client.head(url, headers=LOGIN) as answer:
                assert answer.status == 200
    # Of the many only the first was begun.
    numbers, _ = portside.metrics.render()
    assert numbers.count(b'portside_requests_total{action="export"') == 1
    assert b'portside_requests_total{action="export",status="499",store="north"} 1.0' in numbers


async def test_clients_that_read_nothing_on_many_connections_are_refused_more_of_their_store_alone(
    tmp_path: Path, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread, "MOST_UNREAD", 3_000_000)
    async with open_front(make_stall(), tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        with contextlib.ExitStack() as stack:
            statuses = [200]
            while statuses[-1] == 200 and len(statuses) < CONNECTIONS:
                stack.enter_context(ask_deaf(portside))
                async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
                    statuses.append(answer.status)
                    said = await answer.text()
            assert statuses[-1] == 429
            assert "have not read" in said
            assert "close their connections, and ask again" in said
            # What needs no large answer goes on.
            async with client.head(url, headers=LOGIN) as answer:
                assert answer.status == 200
        # The deaf have left.
        while statuses[-1] == 429:
            async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
                statuses.append(answer.status)
    assert statuses[-1] == 200
