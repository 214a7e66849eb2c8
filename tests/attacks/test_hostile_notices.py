"""A hostile notice is a 4xx at most: it costs bounded memory, reaches no shop and fills no log."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from proxy.app import Portside
from tests.attacks.conftest import Log
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front

LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 9)
)
BODIES: dict[str, tuple[bytes, str]] = {
    "gzip bomb": (gzip.compress(b"<" * 20_000_000), "gzip"),
    "many gzip streams": (gzip.compress(b"") * 12_000, "gzip"),
    "deflate bomb": (zlib.compress(b" " * 20_000_000), "deflate"),
    "bomb in a bomb": (gzip.compress(gzip.compress(b"a" * 20_000_000)), "gzip"),
    "billion laughs": (b'<!DOCTYPE x [<!ENTITY l0 "ha">' + LAUGHS + b"]><x>&l8;</x>", ""),
    "a file": (b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>', ""),
    "deep elements": (b"<a>" * 60_000, ""),
    "many attributes": (b"<a " + b"".join(b'a%d="" ' % n for n in range(20_000)) + b"/>", ""),
    "markup": (b"<" * 200_000, ""),
    "too large": (b" " * 300_000, ""),
    "escape": (b"<ShipNotice>\x1b]0;owned\x07</ShipNotice>", ""),
}


@pytest.fixture
async def portside(stall: Stall, tmp_path: Path) -> AsyncIterator[Portside]:
    async with open_front(stall, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_notice_is_refused(
    portside: Portside, stall: Stall, client: ClientSession, log: Log, name: str
) -> None:
    body, encoding = BODIES[name]
    headers = {**LOGIN, **({"Content-Encoding": encoding} if encoding else {})}
    url = f"http://{portside.public}/stores/north?action=shipnotify&order_number=1"
    async with client.post(url, data=body, headers=headers) as answer:
        assert answer.status in (400, 413)
        assert len(await answer.read()) < 2_000
    assert stall.shipped == []
    assert len(log.text) < 3_000
    assert "root:" not in log.text
    assert "\x1b" not in log.text
    assert not {line["level"] for line in log.lines()} - {"info", "warning"}
