"""A message that does not arrive holds no connection: whoever sends it has not even shown a
signature yet.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.server import body
from tests.server.webhooks.fronts import open_front


async def test_a_webhook_that_does_not_arrive_is_408(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "SLOWEST_CLIENT", 0.05)
    async with FakeWooCommerceShop() as shop, open_front(shop, tmp_path) as url:
        reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
        writer.write(b"POST /webhooks/north HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
