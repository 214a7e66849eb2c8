"""Tells shops that labels were voided of which they had heard, where their connectors can, and the
operator where they cannot.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from connectors.errors import ConnectorError
from connectors.interface import CanWithdraw, Remark
from proxy.account.client import AccountClient
from proxy.rules.retry_schedule import RetrySchedule
from proxy.settings.account import AccountSettings
from proxy.storage.account.withdrawals import Withdrawal, Withdrawals
from proxy.storage.database import Database
from proxy.storage.outbox.interface import Attempt, AttemptOutcome, DeliveryFilter, DeliveryState
from proxy.storage.outbox.operator import DatabaseDeliveries
from proxy.stores import Store

# Of one run: other jobs of the key have their turn in between.
_AT_ONCE = 20
_NAMED = 5
# What the shop refuses may be mended in its settings, or in ours.
_REST = timedelta(days=1)
_log = structlog.get_logger("portside.account")


class Withdrawer:
    """Does it for the stores of a database, with the waits of deliveries between tries."""

    def __init__(self, database: Database, schedule: RetrySchedule) -> None:
        self._database = database
        self._schedule = schedule

    async def withdraw_due(self, _: AccountClient, store: Store) -> None:
        """Tell the shop what is due. What it does not take is tried again, and remarked on. Raises
        StorageError.
        """
        account = store.settings.account
        if account is None or account.store_id is None or account.reconcile.every == "never":
            return
        withdrawals = Withdrawals(self._database, store.name)
        connector, can = store.connector, False
        if isinstance(connector, CanWithdraw) and account.reconcile.withdraw:
            can = True
            for one in await withdrawals.list_due(_AT_ONCE):
                await self._withdraw(connector, withdrawals, one)
        await _remark(store, account, withdrawals, can=can)

    async def _withdraw(
        self, connector: CanWithdraw, withdrawals: Withdrawals, one: Withdrawal
    ) -> None:
        began, at = perf_counter(), await withdrawals.now()
        try:
            outcome = await connector.withdraw(one.delivery.shipment)
        except ConnectorError as error:
            decision = self._schedule.decide(
                error,
                attempts=one.attempts,
                queued_at=one.voided_at,
                now=at,
                shop_is_down=False,
                chance=random.random(),  # noqa: S311 - spreads tries
            )
            result = AttemptOutcome.RETRY if decision.next_at else AttemptOutcome.REFUSED
            failed = _build_attempt(at, began, result, str(error))
            await withdrawals.put_off(one, decision.next_at or at + _REST, failed)
            return
        done = _build_attempt(at, began, AttemptOutcome.WITHDRAWN, outcome.detail)
        await withdrawals.finish(one, done)
        # The shop may have refused the label that replaces it, because nothing was left to ship.
        order = one.delivery.shipment.order_id or one.delivery.shipment.order_number
        dead = DeliveryFilter(store=one.delivery.store, states=(DeliveryState.DEAD,), order=order)
        await DatabaseDeliveries(self._database).retry(dead)
        _log.info(
            "A voided label was taken out of the shop.",
            store=one.delivery.store,
            delivery=one.delivery.id,
            already=outcome.already,
        )


def _build_attempt(at: datetime, began: float, outcome: AttemptOutcome, message: str) -> Attempt:
    return Attempt(
        at=at,
        outcome=outcome,
        seconds=perf_counter() - began,
        message=message,
        worker="account",
    )


async def _remark(
    store: Store, account: AccountSettings, withdrawals: Withdrawals, *, can: bool
) -> None:
    """Remark on the labels voided of late whose numbers the shop still has."""
    since = await withdrawals.now() - account.reconcile.look_back
    voided = await withdrawals.list_voided(since, only_failed=can)
    text = _describe(voided) if voided else ""
    quoted = voided[-1].error if voided else ""
    store.remark(Remark(about="account voided", text=text, quoted=quoted))


def _describe(voided: Sequence[Withdrawal]) -> str:
    shipments = [each.delivery.shipment for each in voided[-_NAMED:]]
    named = ", ".join(f"{each.order} ({each.tracking_number or 'no number'})" for each in shipments)
    why = f" The last try to tell it ended with: {voided[-1].error}" if voided[-1].error else ""
    return (
        f"{len(voided)} labels were voided in ShipStation after the shop heard of them; take"
        f" their tracking numbers out in the shop. The last of them, by order: {named}.{why}"
    )
