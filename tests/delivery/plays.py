"""What a shop may do to a notice, and how a test lets the worker work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web

from connectors.shipments import Shipment
from tests.delivery.conftest import Process

Parcel = Callable[..., Shipment]


def answering(status: int, words: str = "", **headers: str) -> Callable[[dict[str, Any]], Any]:
    async def answer(_parcel: dict[str, Any]) -> web.StreamResponse:
        return web.Response(
            status=status,
            text=words,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    return answer


async def unhindered(_parcel: dict[str, Any]) -> None:
    return None


class Gate:
    """Holds the shop's answer back until it is opened."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def __call__(self, _parcel: dict[str, Any]) -> None:
        self.reached.set()
        await self.opened.wait()


async def drain(process: Process) -> None:
    """Let the worker look, and what it starts end, until nothing is due."""
    while await process.worker.look() or process.deliverer.count_running(process.store.name):
        process.deliverer.wake.clear()
        if process.deliverer.count_running(process.store.name):
            await process.deliverer.wake.wait()
