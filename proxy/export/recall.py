"""What is remembered of an order while it is made ready to go out again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from connectors.orders import Order
from proxy.export.build_ledger import BuildLedger
from proxy.rules.matching import GivenOrder
from proxy.storage.export.records import Told
from proxy.storage.names import BooksName


class Recall(Protocol):
    """What the client was given earlier."""

    async def is_known(self, order_id: str) -> bool:
        """Whether the client was ever sent an order with this id."""
        ...

    async def find_given(self, order: Order) -> Sequence[GivenOrder]:
        """What the client was given of the shop's order, one for each address.

        Nothing for an order that goes to one address and always did.
        """
        ...


class NoRecall:
    """For an order that no client was given yet: every filter applies."""

    async def is_known(self, order_id: str) -> bool:  # noqa: ARG002 - a `Recall`
        """False."""
        return False

    async def find_given(self, order: Order) -> Sequence[GivenOrder]:  # noqa: ARG002 - a `Recall`
        """Nothing."""
        return ()


class BooksRecall:
    """What the books of a store say, during one walk of its orders.

    `told` is known already of the orders with the ids `asked`.
    """

    def __init__(
        self,
        ledger: BuildLedger,
        books: BooksName,
        asked: Collection[str] = (),
        told: Mapping[str, Told] | None = None,
    ) -> None:
        self._ledger = ledger
        self._books = books
        self._asked = frozenset(asked)
        self._told = told or {}
        self._divided: Collection[str] | None = None

    async def is_known(self, order_id: str) -> bool:
        """See `Recall`."""
        return order_id in await self.find_told([order_id])

    async def find_told(self, order_ids: Collection[str]) -> Mapping[str, Told]:
        """What was last sent of these orders; those never sent are left out."""
        if self._asked.issuperset(order_ids):
            return self._told
        return await self._ledger.find_told(self._books, order_ids)

    async def find_given(self, order: Order) -> Sequence[GivenOrder]:
        """See `Recall`."""
        if self._divided is None:
            self._divided = await self._ledger.list_divided(self._books)
        if len(order.destinations) <= 1 and order.id not in self._divided:
            return ()
        return await self._ledger.find_given(self._books, order.id)
