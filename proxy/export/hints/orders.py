"""The orders that hints name, asked for one by one while a window is read."""

from __future__ import annotations

import random
from collections.abc import Mapping

from structlog.typing import FilteringBoundLogger

from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConnectorError,
    OrderNotFoundError,
    ThrottledError,
)
from connectors.orders import Order, OrderId, RejectedOrder
from proxy.export.ledger import Ledger
from proxy.storage.export.records import HintReason, Snapshot
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics

# Held orders are asked for again until so many of them still cannot go out; the others follow with
# the next window, those that waited longest first. While they can be read, all are.
MOST_STILL_BROKEN = 20
# Such an answer says nothing about the order that was asked for.
_NOT_ABOUT_THE_ORDER = (AuthenticationError, ThrottledError, CircuitOpenError)


class HintedOrders:
    """The hints that one snapshot carries, while its builder works.

    A hint that was not followed is put back for the next window. A shop that fails over one order
    keeps no other back: that order is given as one that cannot be read.
    """

    def __init__(
        self,
        hints: Mapping[str, HintReason],
        *,
        store: Store,
        snapshot: Snapshot,
        ledger: Ledger,
        metrics: Metrics,
        log: FilteringBoundLogger,
    ) -> None:
        self._hints = dict(hints)
        self._store = store
        self._snapshot = snapshot
        self._ledger = ledger
        self._metrics = metrics
        self._log = log
        self._still_broken = 0
        self._put_back: list[str] = []
        self._failed = set[str]()

    @property
    def expected(self) -> int:
        """How many orders are still to be asked for that will probably go out."""
        return sum(reason is not HintReason.HELD for reason in self._hints.values())

    def list_waiting(self) -> list[str]:
        """Those not asked for yet. Held ones come last, the longest waiting first; the others in
        another sequence for each snapshot, so that orders the shop fails over are not always asked
        for before the rest.
        """
        held = [key for key, reason in self._hints.items() if reason is HintReason.HELD]
        others = sorted(self._hints.keys() - set(held))
        return random.Random(self._snapshot.id).sample(others, len(others)) + held  # noqa: S311 - spreads requests, guards nothing

    async def refresh(self, entry: Order | RejectedOrder) -> Order | RejectedOrder:
        """A listed order as it is now if a hint names it; as it is listed if no hint does, or if
        the shop does not give it alone.
        """
        if entry.id not in self._hints:
            return entry
        found = await self.ask(entry.id)
        if isinstance(found, Order):
            return found
        if isinstance(entry, Order) and entry.id in self._failed:
            self._put_back.append(entry.id)
        return entry

    async def ask(self, order_id: str) -> Order | RejectedOrder | None:
        """The order as it is now; None if the shop does not know it, or was not asked."""
        reason = self._hints.pop(order_id)
        if reason is HintReason.HELD and self._still_broken >= MOST_STILL_BROKEN:
            self._put_back.append(order_id)
            return None
        self._metrics.count_asked_order(store=self._store.name, reason=reason.value)
        found = await self._ask_shop(order_id)
        if reason is HintReason.HELD and found is not None and found.id != order_id:
            found = _reject_other(order_id, found)
        self._still_broken += reason is HintReason.HELD and not isinstance(found, Order)
        return found

    async def _ask_shop(self, order_id: str) -> Order | RejectedOrder | None:
        try:
            return await self._store.connector.get_order(OrderId(order_id))
        except OrderNotFoundError:
            await self._ledger.release_held(self._store.books, order_id)
            return None
        except _NOT_ABOUT_THE_ORDER as error:
            self._put_back.append(order_id)
            self._warn(order_id, error)
            return None
        except ConnectorError as error:
            self._failed.add(order_id)
            self._warn(order_id, error)
            return RejectedOrder(id=OrderId(order_id), reason=str(error))
        except Exception:  # noqa: BLE001 -- of this order alone
            self._failed.add(order_id)
            self._log.exception("Order not read.", order=order_id)
            return RejectedOrder(
                id=OrderId(order_id),
                reason="reading it failed through a fault of our own; the log says more",
            )

    def _warn(self, order_id: str, error: ConnectorError) -> None:
        self._log.warning(
            "Order not read.",
            order=order_id,
            error=error,
            then="it is asked for again with the next window",
        )

    async def put_back(self) -> None:
        """Leave to the next window what was not followed; to be called before the window counts as
        read.
        """
        if self._put_back:
            await self._ledger.put_back_hints(self._store.books, self._snapshot.id, self._put_back)


def _reject_other(order_id: str, found: Order | RejectedOrder) -> RejectedOrder:
    """A held order for which the shop gave another, or nothing with an id: it stays held."""
    reason = (
        found.reason
        if isinstance(found, RejectedOrder)
        else f"the shop gives order {found.id} where it is asked for {order_id}"
    )
    return RejectedOrder(id=OrderId(order_id), reason=reason)
