"""Paid orders that hints name and that ShipStation has not been given as they are now: worth being
asked for before the next poll is due.
"""

from __future__ import annotations

from datetime import datetime

from cachetools import TTLCache

from connectors.errors import ConnectorError, OrderNotFoundError
from connectors.orders import Order, OrderId, OrderStatus
from proxy.export.ledger import Ledger
from proxy.export.preparation import policy_of, prepare
from proxy.export.recall import BooksRecall
from proxy.rules.policy import translate
from proxy.storage.export.records import HintReason
from proxy.stores import Store

# Those that say of an order what its shop or a person does; the others are reminders of ours.
_NEWS = (HintReason.NEWS, HintReason.SWEEP)
# Of the hints that wait, the latest so many are looked at, and so many of these asked for at once.
_MOST_LOOKED_AT = 200
_MOST_ASKED = 20
# What was found is not asked for again; only a hint that is given again makes it news.
_MOST_JUDGED = 20_000
_JUDGED_FOR = 24 * 3600.0


class PaidNews:
    """Finds whether there are any; it remembers in this process what it has found of a hint."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._judged: TTLCache[tuple[str, str, datetime | None], bool] = TTLCache(
            _MOST_JUDGED, _JUDGED_FOR
        )

    async def has_any(self, store: Store) -> bool:
        """Whether a hint that waits names such an order of `store`, as its shop has it now.

        A shop that does not answer has no news: the hints stay. Raises StorageError.
        """
        waiting = await self._ledger.list_waiting_hints(store.books, _NEWS, _MOST_LOOKED_AT)
        asked = 0
        for hint in waiting:
            key = (store.books, hint.order_id, hint.said_at)
            if key not in self._judged:
                if asked >= _MOST_ASKED:
                    continue
                asked += 1
                try:
                    self._judged[key] = await self._is_news(store, hint.order_id)
                except OrderNotFoundError:
                    self._judged[key] = False
                except ConnectorError:
                    return False
            if self._judged[key]:
                return True
        return False

    async def _is_news(self, store: Store, order_id: str) -> bool:
        entry = await store.connector.get_order(OrderId(order_id))
        policy = policy_of(store.settings)
        if not isinstance(entry, Order) or translate(entry, policy).status is not OrderStatus.PAID:
            return False
        recall = BooksRecall(self._ledger, store.books)
        now = (await self._ledger.read_list(store.books))[1]
        ready = (await prepare(entry, store.settings, policy, now, recall)).ready
        told = await recall.find_told([each.member.id for each in ready])
        return any(
            (known := told.get(each.member.id)) is None or known.digest != each.member.digest
            for each in ready
        )
