"""Three plain ways to serve ShipStation, as integrations in the field do, to compare with; and
Portside's, with the same face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.orders import Order, RejectedOrder, Window
from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.requests import ExportRequest
from proxy.export import Exporter, Page
from proxy.settings.models import ExportSettings
from proxy.storage.names import BooksName
from tests.export.hunts.hostile import Hardship, HostileShipStation, HostileShop, Server, Tally
from tests.export.play.book import BookConnector
from tests.export.play.virtual_time import VirtualClock
from tests.export.play.world import Cable, build_store
from tests.storage.memory_export import MemoryExportStorage

SIZE = 50


class ByOffset:
    """Each page is asked of the shop again, by its offset in the window's list; newest change
    first, or oldest first.
    """

    def __init__(self, shop: BookConnector, *, newest_first: bool) -> None:
        self._shop = shop
        self._newest_first = newest_first

    async def page(self, request: ExportRequest) -> Page:
        window = request.window
        await self._shop.turn()
        total = self._shop.book.after(window.start, 0, 0, window.end)[1]
        first = SIZE * (request.page - 1)
        if self._newest_first:
            skip = max(total - first - SIZE, 0)
            orders = self._shop.book.after(
                window.start, skip, max(min(SIZE, total - first), 0), window.end
            )[0][::-1]
        else:
            orders = self._shop.book.after(window.start, first, SIZE, window.end)[0]
        return _page(request, orders, -(-total // SIZE))

    async def sent(self, page: Page) -> None:
        """It remembers nothing."""

    async def restart(self) -> None:
        """It has nothing to lose."""


class ByKey:
    """The whole window is walked by key on page 1 and held still for its pages; what was given
    before is not remembered.
    """

    def __init__(self, shop: BookConnector) -> None:
        self._shop = shop
        self._held: tuple[Window, list[Order]] | None = None

    async def page(self, request: ExportRequest) -> Page:
        window = request.window
        if self._held is None or self._held[0] != window:
            self._held = (
                window,
                [
                    entry
                    async for entry in self._shop.list_orders(window)
                    if not isinstance(entry, RejectedOrder)
                ],
            )
        orders = self._held[1]
        return _page(
            request,
            orders[SIZE * (request.page - 1) : SIZE * request.page],
            -(-len(orders) // SIZE),
        )

    async def sent(self, page: Page) -> None:
        """It remembers nothing."""

    async def restart(self) -> None:
        self._held = None


class Portside:
    """The real exporter, its storage in memory; a restart kills the process and leaves the
    storage.
    """

    def __init__(self, shop: BookConnector, clock: VirtualClock, **settings: Any) -> None:
        self._clock = clock
        self._storage = MemoryExportStorage(clock)
        self._settings = ExportSettings(page_size=SIZE, **settings)
        self._store = build_store(shop)
        self._start()

    def _start(self) -> None:
        self._cable = Cable(self._storage, self._clock)
        self._exporter = Exporter(self._settings, self._cable, clock=self._clock)

    async def page(self, request: ExportRequest) -> Page:
        return await self._exporter.page(self._store, request)

    async def sent(self, page: Page) -> None:
        await self._exporter.mark_sent(page)

    async def restart(self) -> None:
        self._cable.cut = True
        await self._exporter.__aexit__(None, None, None)
        self._start()


def _page(request: ExportRequest, orders: Sequence[Order], pages: int) -> Page:
    body = frame_page([encode_order(order) for order in orders], max(pages, 1))
    return Page(books=BooksName("north"), number=request.page, pages=max(pages, 1), body=body)


WAYS: dict[str, Callable[[HostileShop, VirtualClock], Server]] = {
    "offset paging": lambda shop, _clock: ByOffset(shop, newest_first=False),
    "newest first, offset": lambda shop, _clock: ByOffset(shop, newest_first=True),
    "key set, no coverage": lambda shop, _clock: ByKey(shop),
    "Portside": Portside,
    "Portside, resend_unchanged: false": lambda shop, clock: Portside(
        shop, clock, resend_unchanged=False
    ),
}


async def live(seed: int, hardship: Hardship, way: str) -> Tally:
    """Weeks of the hostile world with one way of serving ShipStation."""
    clock = VirtualClock()
    shop = HostileShop(seed, hardship, clock)
    server = WAYS[way](shop, clock)
    tally = await HostileShipStation(seed, hardship, clock, shop, server).live()
    await server.restart()
    return tally
