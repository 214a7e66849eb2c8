"""A fake WooCommerce shop, Portside in front of it, and a fake ShipStation account that has
imported its orders; and the commands of a person who looks at them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml
from click.testing import CliRunner, Result

from connectors.testing.clock import Clock
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.app import open_portside
from proxy.cli.kinds import find_kind
from proxy.cli.main import main
from proxy.settings.loader import load_settings
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.stores import Store
from proxy.simulator.account.traits import Traits
from tests.databases import make_migrated_file
from tests.simulator.store import LOGIN

HOUR = timedelta(hours=1)


class Scene(msgspec.Struct):
    """Shop, account and the store in it; `file` holds the settings of the store `north`.
    `admin` is the address of the operator's side.
    """

    shop: FakeWooCommerceShop
    account: FakeAccount
    store: Store
    file: Path
    url: str
    admin: str = ""

    async def run(self, command: str, *words: str) -> Result:
        """A command of `portside`, in a thread: shop and account answer on this one."""
        told = [command, "--settings", str(self.file), *words]
        return await asyncio.to_thread(CliRunner().invoke, main, told)

    async def run_json(self, command: str, *words: str) -> Any:
        """What a command prints as JSON, whatever its exit status."""
        made = await self.run(command, *words, "--json")
        assert made.stdout, made.output
        return msgspec.json.decode(made.stdout)

    def edit_account(self, **changes: object) -> None:
        """Change the `account` block of the store; None takes it out."""
        settings = yaml.safe_load(self.file.read_text())
        account = settings["stores"]["north"]["account"]
        account.update(changes)
        if changes == {"api_key": None}:
            del settings["stores"]["north"]["account"]
        self.file.write_text(yaml.safe_dump(settings))


@asynccontextmanager
async def open_scene(
    folder: Path, orders: int = 3, *, page_size: int = 100, **store: object
) -> AsyncIterator[Scene]:
    """Orders 1001, 1002, … were placed a day ago and given to ShipStation three hours ago."""
    now = datetime.now(UTC)
    clock = Clock(now - 24 * HOUR)
    shop = FakeWooCommerceShop(clock=clock)
    for _ in range(orders):
        clock.advance(minutes=1)
        shop.book.add()
    async with (
        shop,
        FakeAccount(Clock(now - 3 * HOUR), traits=Traits(limit=10_000)) as account,
    ):
        file = folder / "settings.yaml"
        written = _write_settings(folder, shop, account, store)
        file.write_text(yaml.safe_dump(written | {"export": {"page_size": page_size}}))
        settings = load_settings(file, find_type=find_kind)
        async with open_portside(settings, find_kind) as portside:
            url = f"http://{portside.public}/stores/north"
            there = await account.connect_store("North", url, LOGIN, since=now - 48 * HOUR)
            await account.import_orders(there)
            yield Scene(
                shop=shop,
                account=account,
                store=there,
                file=file,
                url=url,
                admin=f"http://{portside.admin}",
            )


def _write_settings(
    folder: Path, shop: FakeWooCommerceShop, account: FakeAccount, store: dict[str, object]
) -> dict[str, object]:
    north = {
        "credentials": {"username": LOGIN.username, "password": LOGIN.password},
        "connector": {
            "type": "woocommerce",
            "url": shop.url,
            "consumer_key": shop.access.key,
            "consumer_secret": shop.access.secret,
        },
        "upstream": {"rate": "1000/s"},
        "account": {
            "api_key": account.key,
            "api_secret": account.secret,
            "url": account.url,
            "rate": "40/m",
        },
        **store,
    }
    return {
        "listen": "127.0.0.1:0",
        "admin": {"listen": "127.0.0.1:0"},
        "database": make_migrated_file(folder / "portside.db"),
        "stores": {"north": north},
    }
