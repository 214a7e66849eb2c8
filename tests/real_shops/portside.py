"""Portside in front of a real shop: its settings, and `portside serve` as ShipStation sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import yaml
from yarl import URL

from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.client import StoreClient
from tests.acceptance.served import serving
from tests.real_shops.shop import Shop


class Portside:
    """Its files are in `folder`; it reaches the shop at `url`."""

    def __init__(self, shop: Shop, url: str, folder: Path) -> None:
        self._shop = shop
        self._url = url
        self._folder = folder

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[StoreClient]:
        """`portside serve` with a database of its own."""
        async with (
            serving(self.write_settings(name)) as served,
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        ):
            url = URL(f"http://{served.public}/stores/{self._shop.name}")
            yield StoreClient(
                session, url, Credentials(username="shipstation", password="pass-word")
            )
            served.stop()

    def write_settings(self, name: str) -> Path:
        """The settings file of this name, rewritten."""
        file = self._folder / f"{name}.yaml"
        block = {
            "listen": "127.0.0.1:0",
            "admin": {"listen": "127.0.0.1:0"},
            "database": f"sqlite:///{self._folder}/{name}.db",
            "export": {"page_size": 10, "sweep": "5s"},
            "delivery": {"schedule": ["1s", "1s", "5s"]},
            "stores": {
                self._shop.name: {
                    "credentials": {"username": "shipstation", "password": "pass-word"},
                    "connector": self._shop.connector(self._url),
                    "upstream": {"rate": "50/s"},
                }
            },
        }
        file.write_text(yaml.safe_dump(block, sort_keys=False, allow_unicode=True))
        return file
