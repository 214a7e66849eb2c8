"""The open stores of a running Portside, which settings that are read again may change.

A store whose settings are the same stays as it is. Another one is opened before the old one is let
go, and the old one is closed once all that works with it has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager

import structlog

from connectors.interface import ConnectorType
from proxy.live_settings import is_same
from proxy.settings.models import StoreSettings
from proxy.stores import Store, StoreServices, open_store

_log = structlog.get_logger("portside.live_stores")


class LiveStores(Mapping[str, Store]):
    """The stores by name, in the order of the settings. Make it with `LiveStores.open`."""

    def __init__(
        self,
        kinds: Mapping[str, ConnectorType],
        serve: Callable[[str], StoreServices],
    ) -> None:
        self._kinds = kinds
        self._serve = serve
        self._written: dict[str, StoreSettings] = {}
        self._stores: dict[str, Store] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leaving: dict[str, asyncio.Event] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._is_stopping = asyncio.Event()

    def __getitem__(self, name: str) -> Store:
        return self._stores[name]

    def __iter__(self) -> Iterator[str]:
        # A copy, because a reload may change the stores while a caller awaits between two of them.
        return iter(tuple(self._stores))

    def __len__(self) -> int:
        return len(self._stores)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: Mapping[str, StoreSettings],
        kinds: Mapping[str, ConnectorType],
        serve: Callable[[str], StoreServices],
    ) -> AsyncIterator[LiveStores]:
        """Open all of them; leaving the context closes them. `kinds` may grow meanwhile; `serve`
        gives what the connector of a store may use.
        """
        live = cls(kinds, serve)
        try:
            await live.change(settings)
            yield live
        finally:
            live._is_stopping.set()
            for leaving in live._leaving.values():
                leaving.set()
            await asyncio.gather(*live._tasks.values(), *live._closing, return_exceptions=True)

    async def change(self, settings: Mapping[str, StoreSettings]) -> Sequence[str]:
        """Have these stores open, and no others. Returns the names of those that were opened,
        replaced or let go. Raises what a connector raises as it opens; then nothing is changed.
        """
        new = {
            name: each
            for name, each in settings.items()
            if name not in self._written or not is_same(each, self._written[name])
        }
        opened: dict[str, tuple[Store, asyncio.Task[None], asyncio.Event]] = {}
        try:
            for name, each in new.items():
                opened[name] = await self._open(name, each)
        except BaseException:
            for _, task, leaving in opened.values():
                leaving.set()
                self._let_end(task)
            raise
        gone = [name for name in self._stores if name in opened or name not in settings]
        for name in gone:
            self._leaving.pop(name).set()
            self._let_end(self._tasks.pop(name))
        stores = self._stores | {name: store for name, (store, _, _) in opened.items()}
        self._stores = {name: stores[name] for name in settings}
        self._written = dict(settings)
        for name, (_, task, leaving) in opened.items():
            self._tasks[name], self._leaving[name] = task, leaving
        return sorted({*gone, *opened})

    async def _open(
        self, name: str, settings: StoreSettings
    ) -> tuple[Store, asyncio.Task[None], asyncio.Event]:
        ready: asyncio.Future[Store] = asyncio.get_running_loop().create_future()
        leaving = asyncio.Event()
        task = asyncio.create_task(self._keep(name, settings, ready, leaving), name=f"store {name}")
        task.add_done_callback(lambda _: ready.done() or ready.cancel())
        try:
            store = await ready
        except asyncio.CancelledError:
            await task
            raise
        return store, task, leaving

    async def _keep(
        self,
        name: str,
        settings: StoreSettings,
        ready: asyncio.Future[Store],
        leaving: asyncio.Event,
    ) -> None:
        """Hold a store open until it is let go and nothing works with it any more; in a task of its
        own, because what opens it has to close it.
        """
        kind = self._kinds[settings.connector.type]
        async with open_store(name, settings, kind, self._serve(name)) as store:
            ready.set_result(store)
            await leaving.wait()
            if not self._is_stopping.is_set():
                await self._wait_for_end(store)
        if not self._is_stopping.is_set():
            _log.debug("Store closed.", store=name)

    async def _wait_for_end(self, store: Store) -> None:
        """Until nothing works with the store, or Portside stops."""
        waits = [
            asyncio.ensure_future(each)
            for each in (store.work.wait_for_end(), self._is_stopping.wait())
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()

    def _let_end(self, task: asyncio.Task[None]) -> None:
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
