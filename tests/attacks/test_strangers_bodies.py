"""What a stranger sends behind a request's head is neither taken apart nor unpacked, and no
connection is served megabytes at once.
"""

from __future__ import annotations

import asyncio
import gzip
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiohttp.web_protocol import RequestHandler

from proxy.server.admission.connections import SLICE
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front

CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@cache
def make_bodies() -> list[bytes]:
    """Chunks of a byte, one long body, and a gzip bomb."""
    return [
        CHUNKED + b"1\r\nx\r\n" * 40_000,
        b"Content-Length: 9000000\r\n\r\n" + b"x" * 240_000,
        b"Content-Encoding: gzip\r\nContent-Length: 9000000\r\n\r\n"
        + gzip.compress(b" " * 200_000_000, 1),
    ]


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "client"])
async def test_a_body_comes_in_slices_and_a_strangers_is_thrown_away(
    stall: Stall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    read: list[int] = []
    take = RequestHandler.data_received

    def count(self: RequestHandler, data: bytes) -> Any:
        read.append(len(data))
        return take(self, data)

    monkeypatch.setattr(RequestHandler, "data_received", count)
    login = f"Authorization: {LOGIN['Authorization']}\r\n".encode() if known else b""
    head = b"POST /stores/north?action=shipnotify&order_number=1 HTTP/1.1\r\nHost: x\r\n"
    async with open_front(stall, tmp_path) as portside:
        for body in make_bodies():
            read.clear()
            place = portside.public.host, portside.public.port
            reader, writer = await asyncio.open_connection(*place)
            writer.write(head + login + body)
            writer.write_eof()
            answer = await reader.readline()
            writer.close()
            assert max(read) <= SLICE
            if not known:
                assert answer.startswith(b"HTTP/1.1 401 ")
                assert sum(read) <= 2 * SLICE
    assert stall.shipped == []
