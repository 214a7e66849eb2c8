"""Sweeps: open orders read again now and then, for changes the shop does not date.

What changed is hinted at for the next window.
"""

from __future__ import annotations

from contextlib import aclosing
from datetime import timedelta
from typing import Literal

import structlog

from connectors.errors import ConnectorError
from connectors.orders import Order, RejectedOrder
from proxy.export.ledger import Ledger
from proxy.export.preparation import policy_of, prepare
from proxy.export.recall import BooksRecall
from proxy.export.windows import WindowRules
from proxy.rules.coverage import Coverage
from proxy.storage.errors import StorageError
from proxy.storage.export.records import HintReason
from proxy.stores import Store

# How often a shop that does not date every change is swept unless the settings say otherwise.
AUTO = timedelta(hours=1)
# A shop that was down is tried again well before the next regular sweep.
_AFTER_FAILURE = timedelta(minutes=15)
_AT_ONCE = 100
_log = structlog.get_logger("portside.export")


def choose_interval(sweep: Literal["auto", "never"] | timedelta, store: Store) -> timedelta | None:
    """How often the open orders of `store` are read again, as `export.sweep` says; None: never."""
    if sweep == "auto":
        return AUTO if store.undated else None
    return None if sweep == "never" else sweep


class Sweeper:
    """Looks after the stores between polls; `sweep` is `export.sweep`."""

    def __init__(self, ledger: Ledger, sweep: Literal["auto", "never"] | timedelta) -> None:
        self._ledger = ledger
        self._sweep = sweep

    async def tend(self, store: Store, rules: WindowRules) -> None:
        """Tidy up, and sweep if it is time.

        Raises nothing but CancelledError: the next round tries again.
        """
        try:
            await self._ledger.tidy(store.books, rules)
            for books in store.trial_books:
                await self._ledger.tidy_trial(books, rules)
            every = choose_interval(self._sweep, store)
            if (
                every is not None
                and rules.coverage.reach_back
                and await self._ledger.claim_sweep(store.books, every)
            ):
                await self._sweep_or_postpone(store)
        except StorageError as error:
            _log.warning("Store not tended.", store=store.name, error=error)

    async def _sweep_or_postpone(self, store: Store) -> None:
        try:
            hinted = await self.sweep(store)
            _log.info("Open orders swept.", store=store.name, changed=hinted)
        except ConnectorError as error:
            _log.warning("Open orders not swept.", store=store.name, error=error)
            await self._ledger.postpone_sweep(store.books, _AFTER_FAILURE)

    async def sweep(self, store: Store) -> int:
        """Read the open orders and hint at those whose content is not what ShipStation was last
        told.

        Returns how many. Raises ConnectorError.
        """
        coverage = (await self._ledger.read_coverage(store.books)).coverage
        if coverage is None:
            return 0
        hinted, portion = 0, list[Order]()
        async with aclosing(store.connector.list_open_orders()) as entries:
            async for entry in entries:
                if isinstance(entry, RejectedOrder):
                    continue
                portion.append(entry)
                if len(portion) == _AT_ONCE:
                    hinted += await self._compare(store, coverage, portion)
                    portion = []
        return hinted + await self._compare(store, coverage, portion)

    async def _compare(self, store: Store, coverage: Coverage, orders: list[Order]) -> int:
        ids = [order.id for order in orders]
        told = await self._ledger.find_told(store.books, ids)
        recall = BooksRecall(self._ledger, store.books, ids, told)
        changed = [
            order.id for order in orders if await self._differs(store, coverage, order, recall)
        ]
        await self._ledger.add_hints(store.books, changed, HintReason.SWEEP)
        return len(changed)

    async def _differs(
        self, store: Store, coverage: Coverage, order: Order, recall: BooksRecall
    ) -> bool:
        """Whether something of the order is not what ShipStation was last told; what it was told
        nothing of counts from the day on that the store is covered.
        """
        outcome = await prepare(
            order, store.settings, policy_of(store.settings), coverage.covered_until, recall
        )
        told = await recall.find_told([each.member.id for each in outcome.ready])
        return any(
            (
                order.modified_at >= coverage.since
                if (known := told.get(each.member.id)) is None
                else known.digest != each.member.digest
            )
            for each in outcome.ready
        )
