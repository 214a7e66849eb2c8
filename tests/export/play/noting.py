"""A shop that notes how each of its lists ended, and that can be stopped while an order is looked
up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from connectors.orders import Order, RejectedOrder, Window
from tests.export.play.book import BookConnector, OrderBook


class NotingConnector(BookConnector):
    """`endings`: for each list that ended, whether the task that read it ended it too.

    A list that is dropped halfway is ended later, by the garbage collector in a task of its own,
    or never.

    An order asked for by id is given once `answer` is set, or `error` raised in its place.
    """

    def __init__(self, book: OrderBook, size: int = 3) -> None:
        super().__init__(book, size)
        self.endings: list[bool] = []
        self.answer = asyncio.Event()
        self.error: Exception | None = None

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        reader = asyncio.current_task()
        try:
            async for entry in super().list_orders(window):
                yield entry
        finally:
            self.endings.append(asyncio.current_task() is reader)

    async def list_open_orders(self) -> AsyncGenerator[Order | RejectedOrder, None]:
        reader = asyncio.current_task()
        try:
            async for entry in super().list_open_orders():
                yield entry
        finally:
            self.endings.append(asyncio.current_task() is reader)

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        await self.answer.wait()
        if self.error is not None:
            raise self.error
        return await super().get_order(order_id)
