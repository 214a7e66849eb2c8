"""A Portside whose page is looked at: a shop in which much goes wrong, and a reader of its HTML."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientResponse, ClientSession
from lxml import html

from connectors.errors import ConflictError, UnavailableError
from connectors.orders import OrderId, RejectedOrder
from proxy.app import Portside
from tests.builders import build_order
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

HOSTILE = "<script>alert(1)</script>\u202e"


class Page:
    """One browser without script: it looks at pages and fills in their forms."""

    def __init__(self, base: str, session: ClientSession) -> None:
        self.base = base
        self._session = session

    async def get(self, path: str, status: int = 200) -> html.HtmlElement:
        """The page at `path`."""
        async with self._session.get(self.base + path) as answer:
            assert answer.status == status, await answer.text()
            return await self._read(answer)

    async def send(
        self, path: str, fields: Mapping[str, Any], status: int = 200
    ) -> html.HtmlElement:
        """What answers a form with these fields, its token among them."""
        async with self._session.get(f"{self.base}/token") as answer:
            token = (await answer.json())["token"]
        async with self._session.post(self.base + path, data={**fields, "token": token}) as answer:
            assert answer.status == status, await answer.text()
            return await self._read(answer)

    async def _read(self, answer: ClientResponse) -> html.HtmlElement:
        return html.fromstring(await answer.text())


def text_of(page: html.HtmlElement, path: str = "//body") -> str:
    """The text of what `path` finds, with single blanks."""
    return " ".join(" ".join(text for each in page.xpath(path) for text in each.itertext()).split())


def build_stall() -> Stall:
    """Six orders, of which one cannot be read."""
    order = build_order()
    orders = [
        msgspec.structs.replace(order, id=OrderId(str(number)), number=str(1000 + number))
        for number in range(5)
    ]
    reason = f"total: expected money, found '{HOSTILE}'"
    broken = RejectedOrder(id=OrderId("9"), number="1009", modified_at=None, reason=reason)
    return Stall([*orders, broken])


async def play(portside: Portside, stall: Stall, session: ClientSession) -> None:
    """One poll; a parcel that the shop takes (delivery 1), one that waits (2), one that is dead
    (3).
    """
    url = f"http://{portside.public}/stores/north"
    async with session.get(url, params=WINDOW, headers=LOGIN) as answer:
        assert answer.status == 200
        await answer.read()
    errors = (None, UnavailableError("the shop is asleep"), ConflictError(f"refunded {HOSTILE}"))
    for number, error in enumerate(errors):
        stall.error = error
        notice = {
            "action": "shipnotify",
            "order_number": str(1000 + number),
            "carrier": "UPS",
            "tracking_number": f"1Z-99 {number}",
        }
        async with session.post(url, params=notice, headers=LOGIN) as answer:
            await answer.read()
    stall.error = None


@asynccontextmanager
async def open_scene(folder: Path, **changes: Any) -> AsyncIterator[tuple[Page, Stall, Portside]]:
    """The page after `play`."""
    stall = build_stall()
    async with open_front(stall, folder, **changes) as portside, ClientSession() as session:
        await play(portside, stall, session)
        yield Page(f"http://{portside.admin}", session), stall, portside
