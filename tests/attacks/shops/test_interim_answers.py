"""A shop that sends interim answers and never a real one, or chunks of a byte, holds up nobody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.client_proto import ResponseHandler

from connectors.errors import UnavailableError
from connectors.upstream.request import Request
from connectors.upstream.transport.protocol import SLICE
from connectors.upstream.transport.wire import open_wire

FINAL = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


@pytest.mark.parametrize("interim", [b"100 Continue", b"103 Early Hints", b"199 X"])
async def test_interim_answers_without_an_end_are_a_failure_and_a_few_are_skipped(
    interim: bytes,
) -> None:
    count, left = 2, asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write((b"HTTP/1.1 " + interim + b"\r\n\r\n") * count)
        if count < 20:
            writer.write(FINAL)
        await reader.read()
        left.set()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    request = Request(method="GET", url=f"http://{host}:{port}/")
    async with server, open_wire(1) as wire:
        reply = await wire.transfer(request, timeout=60, limit=100, fresh=True)
        assert (reply.status, reply.content) == (200, b"[]")
        left.clear()
        count = 5_000
        with pytest.raises(UnavailableError, match="closed the connection"):
            await wire.transfer(request, timeout=60, limit=100, fresh=True)
        await left.wait()


@pytest.mark.parametrize("length", [1, 50_000], ids=["chunks of a byte", "large chunks"])
async def test_an_answer_is_taken_apart_in_slices_and_arrives_whole(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = ResponseHandler.data_received

    def count(self: ResponseHandler, data: bytes) -> Any:
        taken.append(len(data))
        return take(self, data)

    monkeypatch.setattr(ResponseHandler, "data_received", count)
    chunk = b"%x\r\n%b\r\n" % (length, bytes(index % 251 for index in range(length)))
    times = 200_000 // len(chunk)

    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head + chunk * times + b"0\r\n\r\n")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    request = Request(method="GET", url=f"http://{host}:{port}/")
    async with server, open_wire(1) as wire:
        for _ in range(2):
            reply = await wire.transfer(request, timeout=60, limit=10**7, fresh=False)
            assert reply.content == bytes(index % 251 for index in range(length)) * times
    assert max(taken) <= SLICE
    assert sum(taken) > 200_000
