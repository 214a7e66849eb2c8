"""What is done for a key of ShipStation's API by itself, in one process at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from proxy.account.after_import.performer import ImportPerformer
from proxy.account.after_import.planner import ImportPlanner
from proxy.account.jobs import AccountKey, Job, ask_each, group_keys
from proxy.account.mappings.keeper import keep_words
from proxy.account.reconcile.reconciler import Reconciler
from proxy.account.reconcile.withdrawer import Withdrawer
from proxy.account.refresh.refresher import Refresher
from proxy.account.webhooks import ORDER_EVENTS, PARCEL_EVENTS
from proxy.account.worker import AccountWorker
from proxy.export.hints.news import PaidNews
from proxy.export.ledger import Ledger
from proxy.operator.audit.timer import AuditTimer
from proxy.rules.retry_schedule import RetrySchedule
from proxy.settings.models import DeliverySettings
from proxy.storage.account.refreshes import Refreshes
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.stores import Store

# The job that finds parcels of which no notice came.
PARCELS = "parcels"
_QUARTER = timedelta(minutes=15)
# ShipStation sends a message for each label: a busy packing table must not use the key up.
_REST = timedelta(seconds=20)


class AccountWork:
    """The work on the keys of all stores; keys go on as they are for as long as no store with one
    is replaced. Make it with `AccountWork.open`.
    """

    def __init__(
        self,
        database: Database,
        stores: Mapping[str, Store],
        ledger: Ledger,
        delivery: DeliverySettings,
    ) -> None:
        self._database = database
        self._stores = stores
        self._list_jobs = plan_jobs(database, ledger, delivery)
        self._worker = AccountWorker(())
        self._worked_on: list[Store] = []
        self._open = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: Database,
        stores: Mapping[str, Store],
        ledger: Ledger,
        delivery: DeliverySettings,
    ) -> AsyncIterator[AccountWork]:
        """Work while the block lasts; leaving it breaks off what runs."""
        work = cls(database, stores, ledger, delivery)
        try:
            await work.follow()
            yield work
        finally:
            await work._open.aclose()

    async def follow(self) -> None:
        """Work on the keys that the stores have now."""
        wanted = [store for store in self._stores.values() if store.settings.account is not None]
        if wanted == self._worked_on:
            return
        await self._open.aclose()
        self._worker, self._worked_on = AccountWorker(()), wanted
        opening = AccountWorker.open(self._database, group_keys(wanted), self._list_jobs)
        self._worker = await self._open.enter_async_context(opening)
        await self._open.enter_async_context(self._worker.running())

    async def wake(self, store: str, resource_type: str) -> None:
        """See `AccountWorker`."""
        await self._worker.wake(store, resource_type)

    async def hurry(self, store: str, job: str) -> None:
        """See `AccountWorker`."""
        await self._worker.hurry(store, job)


def plan_jobs(
    database: Database, ledger: Ledger, delivery: DeliverySettings
) -> Callable[[AccountKey], Sequence[Job]]:
    """What gives the jobs of a key."""
    refresher = Refresher(
        Refreshes(database), DatabaseExportStorage(database), PaidNews(ledger).has_any
    )
    planner = ImportPlanner(database, ImportPerformer(database))
    timer = AuditTimer(database, ledger)
    schedule = RetrySchedule(steps=delivery.schedule, order_grace=delivery.order_grace)
    withdrawer = Withdrawer(database, schedule)
    return partial(_list_jobs, refresher, Reconciler(database), withdrawer, planner, timer)


def _list_jobs(
    refresher: Refresher,
    reconciler: Reconciler,
    withdrawer: Withdrawer,
    planner: ImportPlanner,
    timer: AuditTimer,
    key: AccountKey,
) -> Sequence[Job]:
    """The jobs of one key; each looks whether a store asks for it."""
    pause = key.find_pause()
    parcels = Job(
        name=PARCELS,
        every=pause or _QUARTER,
        call=reconciler.find_untold,
        wakes_on=PARCEL_EVENTS,
        rest=_REST,
    )
    return (
        Job(name="news", every=timedelta(seconds=15), call=ask_each(refresher.tell_news)),
        Job(name="gaps", every=timedelta(minutes=5), call=ask_each(refresher.heal_gaps)),
        Job(name="silence", every=timedelta(minutes=1), call=ask_each(refresher.break_silence)),
        *([] if pause is None else [parcels]),
        Job(
            name="voided parcels",
            every=timedelta(minutes=1),
            call=ask_each(withdrawer.withdraw_due),
        ),
        Job(
            name="imports",
            every=pause or _QUARTER,
            call=ask_each(planner.take_imports),
            wakes_on=ORDER_EVENTS,
            rest=_REST,
        ),
        Job(
            name="import actions",
            every=timedelta(minutes=1),
            call=ask_each(planner.performer.perform_actions),
        ),
        Job(name="status words", every=timedelta(hours=1), call=ask_each(keep_words)),
        Job(name="audit", every=_QUARTER, call=ask_each(timer.audit_due), retry=_QUARTER),
    )
