"""A Portside with two stores for the browser to look at: `attic`, a described shop in which all
kinds of deliveries and held orders are found, and `north`, whose shop is down.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientSession, encode_basic_auth

from connectors.shipments import Shipment
from connectors.testing.clock import Clock
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from proxy.app import Portside, open_portside
from proxy.cli.kinds import find_kind
from proxy.doors.custom_store.dates import format_date
from proxy.settings.loader import load_settings
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Attempt, AttemptOutcome, KeptExchange
from tests.connectors.generic_json.styles import style_block
from tests.databases import make_migrated_file

LOGIN = {"Authorization": encode_basic_auth("ada", "pass-word")}
_DEAD = 3
_HOSTILE = "<img src=x onerror=alert(1)>"


class _Now(Clock):
    """The shop's time is the machine's."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@asynccontextmanager
async def _open(folder: Path) -> AsyncIterator[Portside]:
    with socket.socket() as taken:
        # Bound and never listening: whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        async with FakeJsonShop(clock=_Now()) as shop:
            for _ in range(5):
                shop.book.add()
            file = folder / "settings.yaml"
            file.write_text(yaml.safe_dump(_settings(folder, shop.url, taken), sort_keys=False))
            database = folder / "kept.db"
            make_migrated_file(database)
            async with open_portside(
                load_settings(file, find_type=find_kind), find_kind
            ) as portside:
                await _play(portside, f"sqlite:///{database}")
                yield portside


def _settings(folder: Path, url: str, taken: socket.socket) -> dict[str, Any]:
    credentials = {"username": "ada", "password": "pass-word"}
    return {
        "listen": "127.0.0.1:0",
        "admin": {"listen": "127.0.0.1:0"},
        "database": f"sqlite:///{folder}/kept.db",
        "stores": {
            "attic": {
                "credentials": credentials,
                "connector": {**style_block(Style.PAGE), "url": url},
                "fields": {"custom_field_1": "reference"},
                "filters": {"exclude": "reference == '1005'"},
            },
            "north": {
                "credentials": credentials,
                "connector": {
                    "type": "woocommerce",
                    "url": f"http://127.0.0.1:{taken.getsockname()[1]}",
                    "consumer_key": "ck_1",
                    "consumer_secret": "cs_1",
                },
                "upstream": {"attempts": 1},
            },
        },
    }


async def _play(portside: Portside, database: str) -> None:
    async with ClientSession(headers=LOGIN) as session:
        await poll(portside, session, "attic")
        await poll(portside, session, "north")
        notice = {"action": "shipnotify", "order_number": "1001", "carrier": "UPS"}
        url = f"http://{portside.public}/stores/attic"
        async with session.post(url, params={**notice, "tracking_number": "1Z 1"}) as answer:
            assert answer.status == 200
    async with Database.open(database) as opened:
        outbox = DatabaseOutbox(opened)
        for number in range(_DEAD):
            parcel = Shipment(
                order_number=f"900{number}", carrier="DHL", tracking_number=f"D{number}"
            )
            _, delivery = await outbox.put("attic", parcel, lease=60)
            asked = KeptExchange(
                method="POST",
                url="https://shop.example/parcels",
                status=409,
                request="{}",
                answer="no",
            )
            attempt = Attempt(
                at=datetime.now(UTC),
                outcome=AttemptOutcome.REFUSED,
                seconds=0.2,
                message=f"the shop refuses it: {_HOSTILE}",
                worker="here",
                exchanges=(asked,),
            )
            await outbox.mark_dead(delivery, attempt)


async def poll(portside: Portside, session: ClientSession, store: str) -> None:
    """ShipStation asks for the orders of two days."""
    now = datetime.now(UTC)
    window = {
        "action": "export",
        "start_date": format_date(now - timedelta(days=2)),
        "end_date": format_date(now + timedelta(minutes=1)),
        "page": "1",
    }
    async with session.get(f"http://{portside.public}/stores/{store}", params=window) as answer:
        await answer.read()


@contextmanager
def run_stage(folder: Path) -> Iterator[str]:
    """The address of the page, of a Portside that runs in a thread of its own meanwhile."""
    ready, address, ended = threading.Event(), list[str](), asyncio.Event()
    loops = list[asyncio.AbstractEventLoop]()

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        async with _open(folder) as portside:
            address.append(f"http://{portside.admin}")
            ready.set()
            await ended.wait()

    def work() -> None:
        try:
            asyncio.run(run())
        finally:
            ready.set()

    thread = threading.Thread(target=work)
    thread.start()
    ready.wait()
    try:
        yield address[0]
    finally:
        if thread.is_alive():
            loops[0].call_soon_threadsafe(ended.set)
        thread.join()
