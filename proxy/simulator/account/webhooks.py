"""Webhooks of the account: who asked to hear of what, and the messages, which say no more than
where to look.

Sources: docs.shipstation.com, API v1, "Webhook Model" and "Subscribe to Webhook".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

import aiohttp
import msgspec

from proxy.simulator.account.agenda import Agenda
from proxy.simulator.account.books import Books, NoSuchRowError
from proxy.simulator.account.traits import Chance, Faults, Traits

# Where a message sends its reader: the list, and what else its address says.
_RESOURCES = {
    "ORDER_NOTIFY": ("orders", "storeID={store}&importBatch={batch}"),
    "ITEM_ORDER_NOTIFY": ("orders", "storeID={store}&importBatch={batch}"),
    "SHIP_NOTIFY": ("shipments", "storeID={store}&batchId={batch}&includeShipmentItems=False"),
    "ITEM_SHIP_NOTIFY": ("shipments", "storeID={store}&batchId={batch}&includeShipmentItems=True"),
    "FULFILLMENT_SHIPPED": ("fulfillments", "batchId={batch}"),
    "FULFILLMENT_REJECTED": ("fulfillments", "batchId={batch}"),
}
EVENTS = frozenset(_RESOURCES)
ORDERS_IMPORTED = ("ORDER_NOTIFY", "ITEM_ORDER_NOTIFY")
LABEL_MADE = ("SHIP_NOTIFY", "ITEM_SHIP_NOTIFY")
MARKED_AS_SHIPPED = ("FULFILLMENT_SHIPPED",)
_PATIENCE = aiohttp.ClientTimeout(total=10)


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription; `store_id` None means every store."""

    id: int
    url: str
    event: str
    store_id: int | None
    name: str


class SentHook(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was sent, and the status of its answer, 0 for none."""

    at: datetime
    event: str
    resource_url: str
    status: int


class Webhooks:
    """The subscriptions, and their messages. `sent` is all that left, in order."""

    def __init__(
        self,
        *,
        books: Books,
        agenda: Agenda,
        traits: Traits,
        chance: Chance,
        report: Callable[[str], None],
    ) -> None:
        self._books = books
        self._agenda = agenda
        self._traits = traits
        self._chance = chance
        self._report = report
        self._session: aiohttp.ClientSession | None = None
        self._url = ""
        self.hooks: dict[int, Webhook] = {}
        self.sent: list[SentHook] = []

    def open(self, session: aiohttp.ClientSession, url: str) -> None:
        """Send by this session from now on; `url` is the account's own, which messages name."""
        self._session, self._url = session, url

    def subscribe(self, url: str, event: str, store_id: int | None, name: str) -> Webhook:
        """Tell `url` of each `event` from now on. Raises ValueError for an event there is not."""
        if event not in EVENTS:
            raise ValueError(f"expected one of {', '.join(sorted(EVENTS))}, found {event!r}")
        number = self._books.take_id("webhook")
        hook = Webhook(id=number, url=url, event=event, store_id=store_id, name=name)
        self.hooks[number] = hook
        return hook

    def remove(self, number: int) -> None:
        """End a subscription. Raises NoSuchRowError."""
        if self.hooks.pop(number, None) is None:
            raise NoSuchRowError(f"expected a webhook of this account, found {number}")

    def announce(
        self, events: Iterable[str], store_id: int, ids: Iterable[int], faults: Faults
    ) -> None:
        """Plan one message for rows of one store to each subscription that asked for it."""
        rows = tuple(ids)
        for event in events:
            for hook in self.hooks.values():
                if rows and hook.event == event and hook.store_id in {None, store_id}:
                    self._plan(hook, store_id, rows, faults)

    def _plan(self, hook: Webhook, store_id: int, rows: tuple[int, ...], faults: Faults) -> None:
        kind, query = _RESOURCES[hook.event]
        batch = self._books.add_batch(kind, rows)
        where = f"{self._url}/{kind}?{query.format(store=store_id, batch=batch)}"
        if self._chance.is_met(faults.hooks_lost, "hook", batch):
            self._report(f"webhook {hook.event}: lost")
            return
        repeated = self._chance.is_met(faults.hooks_repeated, "hook again", batch)
        due = self._books.clock() + self._traits.hook_after
        for _ in range(2 if repeated else 1):
            self._agenda.plan(due, partial(self._send, hook, where))

    async def _send(self, hook: Webhook, where: str) -> None:
        if self._session is None:
            raise RuntimeError("the account was never started")
        message = {"resource_url": where, "resource_type": hook.event}
        try:
            async with self._session.post(
                hook.url, json=message, allow_redirects=False, timeout=_PATIENCE
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            status = 0
        self.sent.append(
            SentHook(at=self._books.clock(), event=hook.event, resource_url=where, status=status)
        )
        self._report(f"webhook {hook.event}: answered with {status or 'nothing'}")
