"""The worker of a key: jobs when they are due, in one process at a time, also over a kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from connectors.errors import AuthenticationError, UnavailableError
from connectors.interface import Connector, Remark
from proxy.account.client import AccountClient
from proxy.account.jobs import Job, group_keys
from proxy.account.worker import AccountWorker
from proxy.settings.store import StoreSettings
from proxy.storage.account.key_lease import LEASE, KeyLease
from proxy.storage.database import Database
from proxy.stores import Store
from tests.databases import copy_migrated
from tests.storage.conftest import HandClock

EVERY, MINUTE = timedelta(minutes=10), timedelta(minutes=1)


@dataclass
class Bench:
    """Two processes with one key each on one database, and what their job did."""

    clock: HandClock
    databases: Sequence[Database]
    calls: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    error: Exception | None = None
    retry: timedelta = MINUTE
    rest = timedelta(0)
    during: Callable[[], Awaitable[object]] | None = None

    async def call(self, _client: AccountClient, stores: Sequence[Store]) -> None:
        self.calls += [store.name for store in stores]
        if self.during is not None:
            await self.during()
        if self.error is not None:
            raise self.error

    @asynccontextmanager
    async def open_workers(self) -> AsyncIterator[list[AccountWorker]]:
        job = Job(
            name="look",
            every=EVERY,
            call=self.call,
            retry=self.retry,
            rest=self.rest,
            wakes_on=frozenset({"SHIP_NOTIFY"}),
        )
        keys = group_keys([self.build_store()])
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    AccountWorker.open(database, keys, lambda _: [job], renew=0.01)
                )
                for database in self.databases
            ]

    def build_store(self, name: str = "north", **account: object) -> Store:
        settings = {"api_key": "key", "api_secret": "secret", "url": "http://127.0.0.1:9"}
        return Store(
            name=name,
            settings=StoreSettings.model_validate(
                {
                    "credentials": {"auth_key": "key"},
                    "connector": {"type": "stall"},
                    "account": {**settings, **account},
                }
            ),
            connector=cast("Connector", None),
            remark=self.remarks.append,
        )


@pytest.fixture(params=["sqlite", "postgresql"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    clock, url = HandClock(), copy_migrated(request, request.param, tmp_path)
    async with AsyncExitStack() as stack:
        yield Bench(
            clock,
            [await stack.enter_async_context(Database.open(url, clock=clock)) for _ in range(2)],
        )


async def test_a_job_is_done_once_each_interval_whoever_looks(bench: Bench) -> None:
    async with bench.open_workers() as workers:
        for _ in range(3):
            await asyncio.gather(*(worker.look() for worker in workers))
        assert bench.calls == ["north"]
        bench.clock.forward(EVERY.total_seconds())
        await asyncio.gather(*(worker.look() for worker in workers))
        assert bench.calls == ["north", "north"]


def test_a_run_begins_so_early_that_it_may_take_a_while(bench: Bench) -> None:
    everies = ("never", "1h", "15m")
    stores = [bench.build_store(every, reconcile={"every": every}) for every in everies]
    assert [key.find_pause() for key in group_keys(stores)] == [12 * MINUTE]
    assert [key.find_pause() for key in group_keys(stores[:1])] == [None]


async def test_a_process_that_was_killed_holds_the_key_until_its_lease_ends(bench: Bench) -> None:
    [key] = group_keys([bench.build_store()])
    killed = KeyLease(bench.databases[1], key.name)
    assert await killed.take()
    async with bench.open_workers() as [worker, other]:
        bench.clock.forward(LEASE.total_seconds() - 1)
        assert (await worker.look(), await other.look(), bench.calls) == (0, 0, [])
        assert await killed.take()
        bench.clock.forward(LEASE.total_seconds() - 1)
        assert (await worker.look(), await other.look(), bench.calls) == (0, 0, [])
        bench.clock.forward(1)
        await worker.look()
        assert bench.calls == ["north"]


async def test_a_lease_from_before_the_clock_was_set_back_holds_no_longer_than_one(
    bench: Bench,
) -> None:
    [key] = group_keys([bench.build_store()])
    assert await KeyLease(bench.databases[1], key.name).take()
    bench.clock.forward(-3600)
    async with bench.open_workers() as [worker, _]:
        assert (await worker.look(), bench.calls) == (0, [])
        bench.clock.forward(LEASE.total_seconds())
        await worker.look()
        assert bench.calls == ["north"]


async def test_who_loses_the_lease_breaks_off_and_the_job_stays_due(bench: Bench) -> None:
    broken_off = asyncio.Event()

    async def lose_lease() -> None:
        bench.during = None
        [key] = group_keys([bench.build_store()])
        thief = KeyLease(bench.databases[1], key.name)
        try:
            while not await thief.take():
                bench.clock.forward(LEASE.total_seconds())
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    bench.during = lose_lease
    async with bench.open_workers() as [worker, other]:
        await asyncio.gather(worker.look(), broken_off.wait())
        bench.clock.forward(LEASE.total_seconds())
        await other.look()
        assert bench.calls == ["north", "north"]


async def test_a_webhook_makes_what_waits_for_its_type_due_even_while_that_runs(
    bench: Bench,
) -> None:
    async with bench.open_workers() as [worker, other]:

        async def wake_once() -> None:
            bench.during = None
            await other.wake("north", "SHIP_NOTIFY")

        await worker.look()
        bench.clock.forward(1)
        for store, kind in (("north", "ORDER_NOTIFY"), ("south", "SHIP_NOTIFY")):
            await worker.wake(store, kind)
            await worker.look()
        assert bench.calls == ["north"]
        bench.during = wake_once
        await worker.wake("north", "SHIP_NOTIFY")
        bench.clock.forward(1)
        for _ in range(3):
            await asyncio.gather(worker.look(), other.look())
        assert bench.calls == ["north"] * 3


async def test_webhooks_that_never_cease_keep_no_job_from_its_turn_nor_make_it_come_too_soon(
    bench: Bench,
) -> None:
    bench.rest = timedelta(seconds=20)
    async with bench.open_workers() as [worker, other]:

        async def wake() -> None:
            await other.wake("north", "SHIP_NOTIFY")

        bench.during = wake
        done = []
        for second in range(0, 85, 7):
            await wake()
            if await worker.look():
                done.append(second)
            bench.clock.forward(7)
        assert done == [0, 21, 42, 63, 84]


@pytest.mark.parametrize(
    ("error", "retry", "wait"),
    [
        (UnavailableError("it is down"), MINUTE, MINUTE),
        (UnavailableError("it is down"), 5 * MINUTE, 5 * MINUTE),
        (AuthenticationError("a wrong key"), MINUTE, EVERY),
        (KeyError("a fault of ours"), MINUTE, EVERY),
    ],
)
async def test_a_job_that_fails_is_remarked_and_done_again(
    bench: Bench, error: Exception, retry: timedelta, wait: timedelta
) -> None:
    bench.error, bench.retry = error, retry
    async with bench.open_workers() as [worker, _]:
        await worker.look()
        bench.clock.forward(wait.total_seconds() - 1)
        await worker.look()
        assert len(bench.calls) == 1
        [remark] = bench.remarks
        assert remark.about == "account look"
        assert remark.text.startswith("look: ")
        bench.error = None
        bench.clock.forward(1)
        await worker.look()
        assert (len(bench.calls), bench.remarks[-1].text) == (2, "")


async def test_a_clock_that_was_set_back_keeps_no_job_from_its_turn(bench: Bench) -> None:
    async with bench.open_workers() as [worker, _]:
        await worker.look()
        bench.clock.forward(-24 * 3600)
        await worker.look()
        assert len(bench.calls) == 2


async def test_stores_with_one_key_are_one_and_the_smallest_rate_counts(bench: Bench) -> None:
    stores = [
        bench.build_store("north"),
        bench.build_store("south", rate="5/m"),
        bench.build_store("west", api_key="another"),
    ]
    shared, other = group_keys(stores)
    assert [store.name for store in shared.stores] == ["north", "south"]
    assert [store.name for store in other.stores] == ["west"]
    assert (shared.settings.per_minute, other.settings.per_minute) == (5, 20)
    assert shared.name != other.name


async def test_the_loop_does_what_is_due_and_what_a_webhook_asks_for(bench: Bench) -> None:
    called = asyncio.Event()

    async def tell() -> None:
        called.set()

    bench.during = tell
    async with bench.open_workers() as [worker, _], worker.running():
        await called.wait()
        called.clear()
        bench.clock.forward(1)
        await worker.wake("north", "SHIP_NOTIFY")
        await called.wait()
    assert bench.calls == ["north", "north"]
