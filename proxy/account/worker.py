"""Does the periodic jobs of each key of ShipStation's API when they are due, in one process at a
time.

Each key has a loop of its own. It looks for jobs that are due; if there are some it takes the
key's lease, does them one after the other while the lease is renewed, and gives the lease back. Who
loses the lease, because the database did not answer for that long, breaks off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Self

import structlog

from connectors.concurrency import work_meanwhile
from connectors.errors import AuthenticationError, ConnectorError
from connectors.interface import Remark
from proxy.account.client import AccountClient, Sleep
from proxy.account.jobs import AccountKey, Job
from proxy.storage.account.job_times import DueJob, JobPace, JobTimes
from proxy.storage.account.key_lease import LEASE, KeyLease
from proxy.storage.database import Database
from proxy.storage.errors import StorageError

# How often jobs are looked for when no webhook of this process tells us to.
_LOOK = 5.0
_NO_REST = timedelta(0)
_RENEW = LEASE.total_seconds() / 3
_log = structlog.get_logger("portside.account")


class AccountWorker:
    """Make one with `AccountWorker.open`."""

    def __init__(self, keys: Sequence[_KeyWorker]) -> None:
        self._keys = keys

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: Database,
        keys: Sequence[AccountKey],
        list_jobs: Callable[[AccountKey], Sequence[Job]],
        *,
        sleep: Sleep = asyncio.sleep,
        renew: float = _RENEW,
    ) -> AsyncIterator[Self]:
        """A client for each of the keys, whose jobs `list_jobs` gives; nothing is done yet. `sleep`
        waits for the budget of a key, in seconds; a lease is renewed every `renew` seconds.
        """
        async with AsyncExitStack() as stack:
            workers = []
            for key in keys:
                client = AccountClient.open(key.settings, database, sleep=sleep)
                opened = await stack.enter_async_context(client)
                workers.append(_KeyWorker(database, key, list_jobs(key), opened, renew))
            yield cls(workers)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works while the block lasts. Leaving it breaks off what runs and gives leases back."""
        async with work_meanwhile(*(key.work() for key in self._keys)):
            yield

    async def wake(self, store: str, resource_type: str) -> None:
        """A webhook of this type came for a store: do soon what waits for it. Raises
        StorageError.
        """
        for key in self._keys:
            if store in key.stores:
                await key.wake(resource_type)

    async def hurry(self, store: str, job: str) -> None:
        """Do a job of a store's key now, by its name. Raises StorageError."""
        for key in self._keys:
            if store in key.stores:
                await key.hurry(job)

    async def look(self) -> int:
        """Do once what is due, key after key. Returns how many jobs were done. Raises
        StorageError.
        """
        return sum([await key.look() for key in self._keys])


class _KeyWorker:
    """The loop of one key."""

    def __init__(
        self,
        database: Database,
        key: AccountKey,
        jobs: Sequence[Job],
        client: AccountClient,
        renew: float,
    ) -> None:
        self.stores = frozenset(store.name for store in key.stores)
        self._database = database
        self._key = key
        self._jobs: Mapping[str, Job] = {job.name: job for job in jobs}
        self._client = client
        self._renew = renew
        self._times = JobTimes(database, key.name)
        self._turn = asyncio.Lock()
        self._woken = asyncio.Event()

    async def wake(self, resource_type: str) -> None:
        asked = {job.name: job.pace for job in self._jobs.values() if resource_type in job.wakes_on}
        if asked:
            await self._ask_for(asked)

    async def hurry(self, name: str) -> None:
        await self._ask_for({name: JobPace(every=self._jobs[name].every, at_most_every=_NO_REST)})

    async def _ask_for(self, jobs: Mapping[str, JobPace]) -> None:
        await self._times.ask_for(jobs)
        self._woken.set()

    async def look(self) -> int:
        async with self._turn:
            if not await self._find_due():
                return 0
            lease = KeyLease(self._database, self._key.name)
            if not await lease.take():
                return 0
            try:
                return await self._work_under(lease)
            finally:
                with suppress(StorageError):
                    await lease.give_back()

    async def work(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.look()
            except StorageError as error:
                _log.warning("The account's jobs cannot be looked for.", reason=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _LOOK)

    async def _find_due(self) -> Sequence[DueJob]:
        return await self._times.find_due({job.name: job.every for job in self._jobs.values()})

    async def _work_under(self, lease: KeyLease) -> int:
        """Do what is due until the lease is lost."""
        work = asyncio.create_task(self._do_due())
        keep = asyncio.create_task(_keep(lease, self._renew))
        try:
            await asyncio.wait({work, keep}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                _log.warning("The lease of a key was lost while its jobs ran.")
                return 0
            return work.result()
        finally:
            for task in (work, keep):
                task.cancel()
            await asyncio.gather(work, keep, return_exceptions=True)

    async def _do_due(self) -> int:
        """Read again what is due, because another process may just have done it."""
        done = 0
        for due in await self._find_due():
            await self._do(due, self._jobs[due.name])
            done += 1
        return done

    async def _do(self, due: DueJob, job: Job) -> None:
        complaint, quoted, wait = "", "", job.every
        try:
            await job.call(self._client, self._key.stores)
        except (ConnectorError, StorageError) as error:
            complaint, quoted = f"{job.name}: {error}", str(error)
            # A wrong key is not asked about every minute.
            wait = (
                job.every if isinstance(error, AuthenticationError) else min(job.retry, job.every)
            )
            _log.warning("A job of the account failed.", job=job.name, reason=error)
        except Exception:  # noqa: BLE001 -- the other jobs must go on, whatever the error
            complaint = f"{job.name}: Portside failed because of a fault of its own; see its log"
            _log.exception("A job of the account stumbled.", job=job.name)
        for store in self._key.stores:
            store.remark(Remark(about=f"account {job.name}", text=complaint, quoted=quoted))
        if complaint:
            await self._times.put_off(due, wait, job.pace)
        else:
            await self._times.finish(due, job.pace)


async def _keep(lease: KeyLease, renew: float) -> None:
    """Renew the lease every so many seconds until it is lost."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LEASE.total_seconds()
    while True:
        await asyncio.sleep(renew)
        try:
            async with asyncio.timeout_at(ends_at):
                began = loop.time()
                if not await lease.take():
                    return
                ends_at = began + LEASE.total_seconds()
        except (StorageError, TimeoutError) as error:
            if loop.time() + renew > ends_at:
                return
            _log.warning("The lease of a key was not renewed.", reason=error)
