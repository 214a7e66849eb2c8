"""How many requests a shop is sent for a page of orders, beside another checkout's Portside.

`python -m tests.benchmarks requests_per_page CHECKOUT`: CHECKOUT is any earlier checkout with a
`.venv` of its own, e.g. a git worktree on which `make .venv/.run` was run. Both Portsides are real
processes, each in front of a fake shop of this checkout. They are polled for a window of 300 orders
and then for six windows of three orders. A notice is about an order that they gave; that order is
read once more with the window after it, and a sweep reads all open orders between two polls: both
are counted apart, the sweep of this checkout alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import yaml
from aiohttp import ClientSession, ClientTimeout, encode_basic_auth
from defusedxml.ElementTree import fromstring

from connectors.testing.clock import Clock
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import FakeJsonShop, Style
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.cli.kinds import find_kind
from proxy.cli.options import read_settings
from proxy.stores import open_store
from tests.connectors.generic_json.styles import style_block
from tests.connectors.shopify.fake.shop import FakeShopify

ARGUMENTS = ("CHECKOUT",)
TITLES = ("a page of 100", "a short window", "a notice", "re-reading")
_HERE = Path(__file__).parents[2]
_LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}
_PAGES = 3
_STEP = timedelta(minutes=7)
# Seconds; Portside notes within one which orders it wrote to.
_NOTED = 2.0


class Counts(NamedTuple):
    """Requests to the shop: for a page of the long window, for each short window, for a notice, and
    how many more the window after it takes than the others.
    """

    page: float
    window: float
    notice: int
    reread: float


class Kind(NamedTuple):
    """A kind of shop: how it is opened, and the block of settings for it."""

    open: Callable[[Clock], FakeShop]
    describe: Callable[[Any], dict[str, Any]]


def run(checkout: str) -> Iterator[str]:
    """A line for each kind of shop."""
    other = Path(checkout).resolve()
    yield "requests of the other checkout -> of this one"
    yield f"{'':22}" + "".join(f"{title:>16}" for title in (*TITLES, "a sweep of 324"))
    for name, kind in list_kinds():
        there, _ = asyncio.run(count(kind, other, other / ".venv/bin/python"))
        here, sweep = asyncio.run(count(kind, _HERE, Path(sys.executable)))
        pairs = (f"{before:.3g} -> {now:.3g}" for before, now in zip(there, here, strict=True))
        yield f"{name:22}" + "".join(f"{pair:>16}" for pair in (*pairs, sweep))


def list_kinds() -> Iterator[tuple[str, Kind]]:
    """WooCommerce, Shopify by either of its APIs, and each way a JSON shop's list may work."""
    yield "WooCommerce", Kind(lambda clock: FakeWooCommerceShop(clock=clock), describe_woocommerce)
    for transport in ("rest", "graphql"):
        yield (
            f"Shopify {transport}",
            Kind(lambda clock: FakeShopify(clock=clock), _describe_shopify(transport)),
        )
    for style in Style:
        yield f"JSON {style}", Kind(_open_json(style), _describe_json(style))


def describe_woocommerce(shop: FakeWooCommerceShop) -> dict[str, Any]:
    """Its block of settings."""
    keys = {"consumer_key": shop.access.key, "consumer_secret": shop.access.secret}
    return {"type": "woocommerce", "url": shop.url, **keys}


def _describe_shopify(transport: str) -> Callable[[FakeShopify], dict[str, Any]]:
    return lambda shop: {
        "type": "shopify",
        "shop": "north",
        "origin": shop.url,
        "access_token": shop.token,
        "transport": transport,
    }


def _open_json(style: Style) -> Callable[[Clock], FakeShop]:
    return lambda clock: FakeJsonShop(style, clock=clock)


def _describe_json(style: Style) -> Callable[[FakeShop], dict[str, Any]]:
    return lambda shop: {**style_block(style), "type": "generic_json", "url": shop.url}


async def count(kind: Kind, checkout: Path, python: Path) -> tuple[Counts, int]:
    """Of the checkout's Portside, and the requests of a sweep of this one's.

    Raises RuntimeError if the checkout's Portside ends or refuses a poll.
    """
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    start = now - timedelta(hours=6)
    async with kind.open(Clock(now)) as shop:
        for number in range(100 * _PAGES):
            shop.book.add(modified_at=start + timedelta(seconds=number * 10))
        short = start + timedelta(hours=2)
        orders = [shop.book.add(modified_at=short + at * _STEP / 3) for at in range(3 * 8)]
        with tempfile.TemporaryDirectory() as folder:
            file = _write_settings(Path(folder), kind.describe(shop))
            async with _serving(checkout, python, file) as url, ClientSession() as client:
                portside = _Polled(url, client, shop)
                long = await portside.poll(start, short) / _PAGES
                windows = [
                    await portside.poll(short + place * _STEP, short + (place + 1) * _STEP)
                    for place in range(6)
                ]
                notice = await portside.notify(orders[4].number)
                await asyncio.sleep(_NOTED)
                end = short + 6 * _STEP
                after = await portside.poll(end, end + _STEP)
            window = median(windows[1:])
            counts = Counts(long, window, notice, after - window)
            return counts, await _count_sweep(file, shop)


async def _count_sweep(file: Path, shop: FakeShop) -> int:
    met = len(shop.requests)
    settings = read_settings(file).stores["north"]
    async with open_store("north", settings, find_kind(settings.connector.type)) as store:
        async for _ in store.connector.list_open_orders():
            pass
    return len(shop.requests) - met


class _Polled:
    """A Portside, and the shop behind it."""

    def __init__(self, url: str, client: ClientSession, shop: FakeShop) -> None:
        self._url = url
        self._client = client
        self._shop = shop

    async def poll(self, start: datetime, end: datetime) -> int:
        """Take all pages of a window. Returns the requests that the shop met."""
        met = len(self._shop.requests)
        page = pages = 1
        while page <= pages:
            query = {
                "action": "export",
                "start_date": f"{start:%m/%d/%Y %H:%M}",
                "end_date": f"{end:%m/%d/%Y %H:%M}",
                "page": str(page),
            }
            text = await self._ask("GET", query)
            pages, page = int(fromstring(text).get("pages") or 1), page + 1
        return len(self._shop.requests) - met

    async def notify(self, number: str) -> int:
        """Tell of a parcel. Returns the requests that the shop met."""
        met = len(self._shop.requests)
        query = {"action": "shipnotify", "order_number": number, "carrier": "UPS"}
        await self._ask("POST", {**query, "tracking_number": "1Z999AA10123456784"})
        return len(self._shop.requests) - met

    async def _ask(self, method: str, query: dict[str, str]) -> str:
        async with self._client.request(
            method, self._url, params=query, headers=_LOGIN, timeout=ClientTimeout(60)
        ) as answer:
            text = await answer.text()
        if answer.status != 200:
            raise RuntimeError(f"expected 200 to {query}, found {answer.status}: {text[:500]}")
        return text


def _write_settings(folder: Path, connector: dict[str, Any]) -> Path:
    file = folder / "settings.yaml"
    store = {
        "credentials": {"username": "north", "password": "pass-word"},
        "connector": connector,
        "upstream": {"rate": "2000/s"},
    }
    settings = {
        "listen": "127.0.0.1:0",
        "admin": {"listen": "127.0.0.1:0"},
        "database": f"sqlite:///{folder}/portside.db",
        "stores": {"north": store},
    }
    file.write_text(yaml.safe_dump(settings))
    return file


@asynccontextmanager
async def _serving(checkout: Path, python: Path, file: Path) -> AsyncIterator[str]:
    """The address of the store while that checkout's Portside serves it."""
    process = await asyncio.create_subprocess_exec(
        *(str(python), "-m", "proxy", "serve", "--settings", str(file)),
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": "/usr/bin:/bin"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        yield f"http://{await _find_address(process.stderr)}/stores/north"
    finally:
        process.terminate()
        await process.communicate()


async def _find_address(log: asyncio.StreamReader) -> str:
    lines = []
    async for line in log:
        lines.append(line.decode())
        if lines[-1].startswith("{") and "listen" in (found := json.loads(lines[-1])):
            return str(found["listen"])
    raise RuntimeError(f"it ended before it was ready: {''.join(lines)[-2000:]}")
