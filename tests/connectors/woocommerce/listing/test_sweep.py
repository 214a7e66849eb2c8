"""Changes that WooCommerce does not date reach ShipStation by a sweep, and bring no other order
with them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from connectors.testing.book import BookLine, BookOrder
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.woocommerce import connector_type
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import Exporter, Page
from proxy.export.sweep import Sweeper
from proxy.export.windows import WindowRules
from proxy.settings.models import ExportSettings, StoreSettings
from proxy.stores import Store, open_store
from tests.connectors.woocommerce.harness import settings_for
from tests.export.play.poller import Poller
from tests.storage.memory_export import MemoryExportStorage


def given(page: Page) -> dict[str, list[tuple[str, str]]]:
    """SKU and quantity of the lines of each order on a page."""
    return {
        order.findtext("OrderID", ""): [
            (item.findtext("SKU", ""), item.findtext("Quantity", "")) for item in order.iter("Item")
        ]
        for order in etree.fromstring(page.body)
    }


class Poll:
    """ShipStation, an hour after the last time."""

    def __init__(self, exporter: Exporter, store: Store, shop: FakeWooCommerceShop) -> None:
        self._exporter = exporter
        self._store = store
        self._clock = shop.clock
        self._poller = Poller(shop.clock)

    async def later(self) -> dict[str, list[tuple[str, str]]]:
        """What the next window brings."""
        self._clock.advance(hours=1)
        found: dict[str, list[tuple[str, str]]] = {}

        async def ask(request: ExportRequest) -> Page:
            page = await self._exporter.page(self._store, request)
            found.update(given(page))
            return page

        await self._poller.poll(ask, self._exporter.mark_sent)
        return found


def more_of_it(order: BookOrder) -> None:
    order.lines[0].quantity = 5


def another_item(order: BookOrder) -> None:
    order.lines.append(
        BookLine(
            id="99", sku="ADDED", name="One more", quantity=1, unit_price=order.lines[0].unit_price
        )
    )


def a_piece_refunded(order: BookOrder) -> None:
    order.lines[0].refunded = 1


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (more_of_it, [("SKU-1", "5")]),
        (another_item, [("SKU-1", "2"), ("ADDED", "1")]),
        (a_piece_refunded, [("SKU-1", "1")]),
    ],
)
async def test_a_change_without_a_date_comes_with_the_poll_after_the_sweep_and_alone(
    change: Callable[[BookOrder], None], lines: list[tuple[str, str]]
) -> None:
    settings = ExportSettings(sweep=timedelta(hours=1))
    async with FakeWooCommerceShop() as shop:
        block = {
            "credentials": {"username": "a", "password": "b"},
            "upstream": {"rate": "1000/s"},
            "connector": settings_for(shop),
        }
        opened = open_store("north", StoreSettings.model_validate(block), connector_type)
        async with opened as store, Exporter(settings, MemoryExportStorage(shop.clock)) as exporter:
            sweeper = Sweeper(exporter.ledger, settings.sweep)
            poll = Poll(exporter, store, shop)
            placed = [shop.book.add(lines=[("SKU-1", 2)]).id for _ in range(3)]
            assert list(await poll.later()) == placed
            # The first sweep is due an interval after the start.
            await sweeper.tend(store, WindowRules())
            assert await poll.later() == {}
            before = shop.book[placed[1]].modified_at
            change(shop.book[placed[1]])
            assert shop.book[placed[1]].modified_at == before
            assert await poll.later() == {}
            await sweeper.tend(store, WindowRules())
            assert await poll.later() == {placed[1]: lines}
            await sweeper.tend(store, WindowRules())
            assert await poll.later() == {}
