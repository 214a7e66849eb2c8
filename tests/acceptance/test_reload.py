"""`portside serve` reads its settings again when it is sent SIGHUP."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth

from connectors.testing.faults import Hang
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.doors.custom_store.dates import format_date
from tests.acceptance.served import Served, serving
from tests.databases import make_migrated_file

ROOT = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
logs: {{level: debug}}
database: sqlite:///{folder}/portside.db
stores:
"""
STORE = """\
  {name}:
    credentials: {{username: {name}, password: "file:{folder}/{name}.password"}}
    connector: {{type: woocommerce, url: "{url}", consumer_key: ck, consumer_secret: cs}}
    upstream: {{rate: 100/s}}
"""


class Desk:
    """The settings, the process, and a client that polls it."""

    def __init__(self, folder: Path, shop: FakeWooCommerceShop, client: ClientSession) -> None:
        self.folder = folder
        self.file = folder / "settings.yaml"
        self.shop = shop
        self._client = client
        for name in ("north", "south", "east"):
            self.set_password(name, f"{name}-word-1")

    def set_password(self, name: str, word: str) -> None:
        (self.folder / f"{name}.password").write_text(word)

    def write(self, *names: str, root: str = ROOT, extra: str = "") -> None:
        """Settings with these stores, `extra` belongs to the last."""
        access = self.shop.access
        stores = "".join(
            STORE.format(name=name, folder=self.folder, url=self.shop.url)
            .replace("consumer_key: ck", f"consumer_key: {access.key}")
            .replace("consumer_secret: cs", f"consumer_secret: {access.secret}")
            for name in names
        )
        self.file.write_text(root.format(folder=self.folder) + stores + extra)

    async def look(self, served: Served, word: str = "") -> int:
        headers = {"Authorization": encode_basic_auth("ada", word)} if word else {}
        url = f"http://{served.admin}/status"
        async with self._client.get(url, headers=headers) as answer:
            return answer.status

    async def poll(self, served: Served, name: str, *, word: str = "") -> int:
        end = self.shop.clock() + timedelta(days=1)
        query = {
            "action": "export",
            "start_date": format_date(end - timedelta(days=10)),
            "end_date": format_date(end),
            "page": "1",
        }
        headers = {"Authorization": encode_basic_auth(name, word or f"{name}-word-1")}
        url = f"http://{served.public}/stores/{name}"
        async with self._client.get(url, params=query, headers=headers) as answer:
            await answer.read()
            return answer.status


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    make_migrated_file(tmp_path / "portside.db")
    async with FakeWooCommerceShop() as shop, ClientSession() as client:
        shop.stock(count=20)
        yield Desk(tmp_path, shop, client)


async def reload(served: Served, event: str = "Settings reloaded.") -> str:
    """Send SIGHUP; the sentence that follows it."""
    served.log.clear()
    served.process.send_signal(signal.SIGHUP)
    return str((await served.heard(event))["said"])


async def test_stores_follow_the_settings_and_a_broken_file_changes_nothing(desk: Desk) -> None:
    desk.write("north", "south")
    async with serving(desk.file) as served:
        desk.write("north", extra="    filtres: {}\n")
        said = await reload(served, "Settings not reloaded.")
        assert said.startswith(f"{desk.file}:")
        assert "stores.north.filtres" in said
        await served.heard("The old settings stay in force.")
        assert await desk.poll(served, "north") == 200
        hang = Hang()
        desk.shop.faults.add(hang)
        in_flight = asyncio.create_task(desk.poll(served, "south"))
        await hang.reached.wait()
        desk.write("east", "north", extra="    shipments: {over_ship: refuse}\n")
        desk.set_password("north", "north-word-2")
        assert await reload(served) == (
            "the settings were read again: stores opened east; closed south; replaced north"
        )
        assert await desk.poll(served, "south") == 404
        assert await desk.poll(served, "east") == 200
        assert await desk.poll(served, "north") == 401
        assert await desk.poll(served, "north", word="north-word-2") == 200
        hang.release()
        assert await in_flight == 200
        await served.heard("Store closed.")
        desk.write("east", root=ROOT.replace("127.0.0.1:0\nadmin", "127.0.0.1:8099\nadmin"))
        assert await reload(served) == (
            "the settings were read again: stores closed north; unchanged east"
        )
        assert (await served.heard("Settings need a restart."))["settings"] == "listen"
        assert await desk.look(served) == 200
        locked = "{{listen: 127.0.0.1:0, password: operators-word}}"
        desk.write("east", root=ROOT.replace("{{listen: 127.0.0.1:0}}", locked))
        assert await reload(served) == (
            "the settings were read again: stores unchanged east; new admin"
        )
        assert await desk.look(served) == 401
        assert await desk.look(served, "operators-word") == 200
        served.stop()
        assert await served.ended() == 0
    assert "north-word-2" not in "".join(served.lines)
