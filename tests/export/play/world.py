"""A shop, Portside's exporters on one storage, and ShipStation, all in one process and in virtual
time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

from connectors.interface import ConnectorSettings
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import Exporter, Page
from proxy.settings.models import ExportSettings, StoreSettings
from proxy.storage.errors import StorageError
from proxy.storage.export.interface import ExportRows, ExportStorage
from proxy.storage.names import BooksName
from proxy.stores import Store
from tests.export.play.book import BookConnector, OrderBook
from tests.export.play.poller import Poller
from tests.export.play.virtual_time import VirtualClock
from tests.storage.memory_export import MemoryExportStorage


def build_store(connector: Any, name: str = "north", **settings: Any) -> Store:
    """A store around a connector; `settings` as in the file."""
    kind = ConnectorSettings(type="book")
    login = {"username": "u", "password": "p"}
    return Store(
        name=name,
        settings=StoreSettings(credentials=(login,), connector=kind, **settings),
        connector=connector,
    )


class Cable:
    """A storage that can be cut off, as it is for a process that was killed: nothing it does
    afterwards leaves a trace.
    """

    def __init__(self, storage: ExportStorage, clock: VirtualClock) -> None:
        self._storage = storage
        self._clock = clock
        self.cut = False

    @asynccontextmanager
    async def writing(self, books: BooksName) -> AsyncIterator[ExportRows]:
        with self._working():
            async with self._storage.writing(books) as rows:
                self._check()
                yield rows

    @asynccontextmanager
    async def reading(self, books: BooksName) -> AsyncIterator[ExportRows]:
        with self._working():
            async with self._storage.reading(books) as rows:
                yield rows

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._check()
        self._clock.busy += 1
        try:
            yield
        finally:
            self._clock.busy -= 1

    def _check(self) -> None:
        if self.cut:
            raise StorageError("the process is dead")


class Replica:
    """One process: an exporter, and the cable to the storage."""

    def __init__(
        self, storage: ExportStorage, settings: ExportSettings, clock: VirtualClock
    ) -> None:
        self.cable = Cable(storage, clock)
        self.exporter = Exporter(settings, self.cable, clock=clock)

    async def kill(self) -> None:
        """As kill -9 does: no last words."""
        self.cable.cut = True
        await self.exporter.__aexit__(None, None, None)


class World:
    """`page` and `sent` go to replica `at`; `clock` moves by itself while they wait."""

    def __init__(
        self,
        *,
        name: str = "north",
        clock: VirtualClock | None = None,
        storage: Callable[[VirtualClock], ExportStorage] = MemoryExportStorage,
        skew: timedelta = timedelta(0),
        shop_page: int = 3,
        connector: Callable[[OrderBook, int], BookConnector] = BookConnector,
        export: dict[str, Any] | None = None,
        store: dict[str, Any] | None = None,
    ) -> None:
        self.clock = clock or VirtualClock()
        self.book = OrderBook(self.clock, skew)
        self.connector = connector(self.book, shop_page)
        self.settings = ExportSettings(**({"page_size": 3} | (export or {})))
        self.store = build_store(self.connector, name, **(store or {}))
        self.storage = storage(self.clock)
        self.poller = Poller(self.clock)
        self.replicas = [self.start(), self.start()]
        self.at = 0

    def start(self) -> Replica:
        return Replica(self.storage, self.settings, self.clock)

    @property
    def exporter(self) -> Exporter:
        return self.replicas[self.at].exporter

    async def page(self, request: ExportRequest) -> Page:
        return await self.clock.run(self.exporter.page(self.store, request))

    async def ask(self, page: int = 1) -> Page:
        """A page of the window since ShipStation's last success."""
        walk = self.poller.begin()
        return await self.page(ExportRequest(start=walk.start, end=walk.end, page=page))

    async def sent(self, page: Page) -> None:
        await self.exporter.mark_sent(page)

    async def poll(self) -> None:
        """ShipStation gets one window, whole."""
        await self.poller.poll(self.page, self.sent)

    async def settle(self, seconds: float = 1) -> None:
        """Let so much time pass, and whatever is to happen in it happen at its moment."""
        await self.clock.run(self.clock.wait(asyncio.Event(), seconds))

    async def restart(self, number: int) -> None:
        """Kill one replica and put a new one in its place."""
        await self.replicas[number].kill()
        self.replicas[number] = self.start()

    async def close(self) -> None:
        await asyncio.gather(
            *(replica.exporter.__aexit__(None, None, None) for replica in self.replicas)
        )

    def differences(self) -> dict[str, tuple[str, str]]:
        """The orders whose state at ShipStation is not the shop's: what it is in the shop, and what
        ShipStation has.
        """
        have = {key: (given.status, given.notes) for key, given in self.poller.copy.items()}
        wanted = {
            key: (order.status.value, order.customer_notes)
            for key, order in self.book.orders.items()
        }
        return {
            key: (" ".join(state), " ".join(have.get(key, ("missing",))))
            for key, state in wanted.items()
            if have.get(key) != state
        }
