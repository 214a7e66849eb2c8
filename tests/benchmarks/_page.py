"""Times the operator's page over HTTP, on a database that the status benchmark has filled."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from proxy.dashboard.pages import add_dashboard
from proxy.export import Exporter
from proxy.live_settings import LiveSettings
from proxy.server.change_tokens import add_change_tokens
from proxy.server.keys import DATABASE, EXPORTER, SETTINGS, STOPPING, STORES
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.stores import Store
from tests.server.stall import Stall, StallSettings

PAGES: Mapping[str, str] = {
    "stores": "/",
    "dead deliveries": "/ui/deliveries",
    "discarded ones": "/ui/deliveries?state=discarded",
    "a search": "/ui/deliveries?word=77",
    "held orders": "/ui/held?store=store0",
    "live": "/ui/live",
}
_READINGS = 15

Client = TestClient[web.Request, web.Application]


class Taken(NamedTuple):
    """Seconds: by the clock, and of a processor, in this process with the client in it."""

    seconds: float
    worked: float


async def measure_pages(databases: Sequence[Database], stores: int) -> list[list[Taken]]:
    """The medians of what each page takes, of each database, as `PAGES` stand.

    They are read in turn, so that whatever else the machine does slows all of them.
    """
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(_open(each, stores)) for each in databases]
        times: list[list[list[Taken]]] = [[[] for _ in PAGES] for _ in databases]
        for _ in range(_READINGS):
            for client, of_pages in zip(clients, times, strict=True):
                for path, taken in zip(PAGES.values(), of_pages, strict=True):
                    began, worked = time.perf_counter(), time.process_time()
                    async with client.get(path) as answer:
                        await answer.read()
                        answer.raise_for_status()
                    taken.append(Taken(time.perf_counter() - began, time.process_time() - worked))
    return [[_find_medians(taken) for taken in of_pages] for of_pages in times]


def _find_medians(taken: Sequence[Taken]) -> Taken:
    seconds, worked = zip(*taken, strict=True)
    return Taken(statistics.median(seconds), statistics.median(worked))


def describe_pages(
    kind: str, nothing: Sequence[Taken], everything: Sequence[Taken]
) -> Iterator[str]:
    """A line for each page."""
    for name, empty, full in zip(PAGES, nothing, everything, strict=True):
        yield (
            f"{kind}, page of {name}: {full.seconds * 1000:.0f} ms"
            f" ({full.worked * 1000:.0f} ms of a processor); {empty.seconds * 1000:.0f} ms with"
            f" none; ratio {full.seconds / empty.seconds:.1f}"
        )


@asynccontextmanager
async def _open(database: Database, stores: int) -> AsyncIterator[Client]:
    credentials = {"username": "u", "password": "p"}
    settings = Settings.model_validate(
        {
            "stores": {
                f"store{number}": {
                    "credentials": credentials,
                    "connector": StallSettings(type="stall"),
                }
                for number in range(stores)
            }
        }
    )
    app = web.Application()
    app[DATABASE], app[SETTINGS] = database, LiveSettings(settings)
    app[STOPPING] = lambda: False
    app[STORES] = {
        name: Store(name=name, settings=each, connector=Stall())
        for name, each in settings.stores.items()
    }
    app[EXPORTER] = Exporter(settings.export, DatabaseExportStorage(database))
    add_change_tokens(app, lambda: "")
    add_dashboard(app, {})
    async with TestClient(TestServer(app)) as client:
        yield client
