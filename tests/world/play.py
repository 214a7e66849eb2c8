"""The one property of all worlds: after enough polls every order that can be read has been given,
every other is held with a reason or told in a remark, or the poll was an error that names the
quirk. Never does a 200 leave an order out in silence, and never does a bad part cost another order.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from lxml import etree

from connectors.errors import CircuitOpenError, ConnectorError
from connectors.interface import ConnectorContext, Remark
from connectors.testing.book import BookOrder
from connectors.testing.shop import FakeShop
from connectors.testing.trial import START
from connectors.upstream.policy import UpstreamPolicy
from proxy.export import Exporter, Page
from proxy.settings.models import ExportSettings
from proxy.stores import Store
from tests.export.play.poller import Poller, Walk
from tests.export.play.world import build_store
from tests.world.books import OpenBooks, open_memory
from tests.world.catalog import EVERY, Quirk
from tests.world.example import Example, World
from tests.world.lies import Liar

POLLS = 2
# The usual breaker, and no waits.
_POLICY = UpstreamPolicy(rate=100_000, timeout=30, backoff=0.0001, patience=0.001)
# A machine that is busy must not make a poll give up.
_EXPORT = ExportSettings(page_size=4, deadline="10m")


class SilentLossError(AssertionError):
    """The property does not hold."""


class _Copy(Poller):
    """ShipStation's copy, with how many lines each order had. `doubled` are the orders that one
    walk gave twice.
    """

    def __init__(self, shop: FakeShop) -> None:
        super().__init__(shop.clock, START - timedelta(minutes=5))
        self.lines: dict[str, int] = {}
        self.doubled: set[str] = set()
        self._walk: tuple[Walk, set[str]] | None = None

    def keep(self, walk: Walk, number: int, page: Page) -> None:
        """A page has arrived."""
        super().keep(walk, number, page)
        if self._walk is None or self._walk[0] is not walk:
            self._walk = walk, set()
        seen = self._walk[1]
        for order in etree.fromstring(page.body).iterfind("Order"):
            order_id = order.findtext("OrderID", "")
            self.lines[order_id] = len(order.findall("Items/Item"))
            if order_id in seen:
                self.doubled.add(order_id)
            seen.add(order_id)


class _Play:
    """One example at work."""

    def __init__(self, world: World, example: Example, shop: FakeShop) -> None:
        self._world = world
        self._example = example
        self._shop = shop
        self._quirks: list[Quirk] = [world.catalog[name] for name in example.quirks]
        self._copy = _Copy(shop)
        self._said: list[Remark] = []
        self._told: set[str] = set()
        self._costs: set[str] = set()
        self._has_named = False

    async def run(self, open_books: OpenBooks) -> None:
        """Poll a shop with these quirks, take them off, and poll until all is well."""
        for number in range(self._example.orders):
            moved = timedelta(seconds=number * self._example.apart)
            self._shop.book.add(modified_at=START + moved, lines=[(f"S{number}", 2), ("SKU-1", 1)])
        liar = Liar(self._shop, self._world.anatomy)
        for quirk in self._quirks:
            self._costs |= quirk.put(liar)
        async with (
            open_books(self._shop.clock) as books,
            Exporter(_EXPORT, books) as exporter,
        ):
            await self._poll_lying(exporter)
            liar.lies.clear()
            for order in self._shop.book:
                order.spoiled = False
            self._world.mend(self._shop)
            await self._poll_mended(exporter)

    async def _poll_lying(self, exporter: Exporter) -> None:
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(self._open_store())
            for number in range(POLLS):
                self._shop.clock.advance(minutes=5)
                edited = self._edit() if self._example.edits and number == 1 else ""
                if self._example.restarts and number:
                    store = await stack.enter_async_context(self._open_store())
                self._copy.log = []
                if await self._poll(exporter, store):
                    await self._judge(exporter, store)
                    if edited and edited in self._copy.copy and edited not in self._copy.log:
                        raise SilentLossError(f"the edit of order {edited} never came")

    def _edit(self) -> str:
        """An order is placed, and the newest one edited; the id of that one."""
        newest = max((order.id for order in self._shop.book), default="")
        self._shop.book.add(lines=[("S99", 2), ("SKU-1", 1)])
        if newest:
            self._shop.book.touch(newest)
        return newest

    async def _poll_mended(self, exporter: Exporter) -> None:
        async with self._open_store() as store:
            self._shop.clock.advance(minutes=60)
            await self._copy.poll(lambda request: exporter.page(store, request), exporter.mark_sent)
            found = await exporter.ledger.list_held(store.books)
            # What has no id cannot be known again.
            held = [order for order in found if not is_nameless(order.order_id)]
            if held:
                raise SilentLossError(f"still held after the shop was mended: {held[0].reason}")
            missing = self._find_placed().keys() - self._copy.copy.keys() - self._told
            if missing:
                raise SilentLossError(f"never came, though the shop was mended: {sorted(missing)}")

    @asynccontextmanager
    async def _open_store(self) -> AsyncIterator[Store]:
        block = self._world.build_block(self._shop, self._example)
        settings = self._world.kind.settings.model_validate(block)
        context = ConnectorContext(store="north", upstream=_POLICY, remark=self._said.append)
        async with self._world.kind.open(settings, context) as connector:
            yield build_store(connector)

    async def _poll(self, exporter: Exporter, store: Store) -> bool:
        """One window, whole; whether it was given. An error must name one of the quirks."""
        try:
            await self._copy.poll(lambda request: exporter.page(store, request), exporter.mark_sent)
        except ConnectorError as error:
            named = any(
                quirk.fails and re.search(quirk.fails, str(error)) for quirk in self._quirks
            )
            # A shop that failed with that reason may be left alone afterwards.
            is_left_alone = isinstance(error, CircuitOpenError) and self._has_named
            self._has_named = self._has_named or named
            if named or is_left_alone:
                return False
            raise SilentLossError(
                f"an error that names no quirk: {type(error).__name__}: {error}"
            ) from error
        return True

    async def _judge(self, exporter: Exporter, store: Store) -> None:
        """Nothing of a window that was given is left out in silence, and nothing else is held."""
        shown = {
            order.order_id: order.reason for order in await exporter.ledger.list_held(store.books)
        }
        nameless = sum(is_nameless(order_id) for order_id in shown)
        placed = self._find_placed()
        missing = placed.keys() - self._copy.copy.keys() - shown.keys()
        if len(missing) > nameless and not self._is_told():
            raise SilentLossError(f"left out in silence: {sorted(missing)}")
        self._told |= missing
        for order_id, reason in shown.items():
            if not is_nameless(order_id) and not self._may_cost(order_id):
                raise SilentLossError(f"a bad part costs order {order_id}: {reason}")
        readable = sorted(one for one in missing if not self._may_cost(one))
        if readable and not nameless:
            raise SilentLossError(f"told, though it can be read: {readable}")
        for order_id, lines in self._copy.lines.items():
            if lines != len(placed[order_id].lines):
                raise SilentLossError(f"order {order_id} went out with {lines} lines")
        if self._copy.doubled:
            raise SilentLossError(f"given twice in one walk: {sorted(self._copy.doubled)}")

    def _may_cost(self, order_id: str) -> bool:
        """Whether one of the quirks may cost this order."""
        return not self._costs.isdisjoint({order_id, EVERY})

    def _find_placed(self) -> dict[str, BookOrder]:
        """The orders that ShipStation has asked for, by id."""
        return {order.id: order for order in self._shop.book if order.modified_at >= START}

    def _is_told(self) -> bool:
        """Whether a remark tells of orders that no answer shows."""
        patterns = [quirk.tells for quirk in self._quirks if quirk.tells]
        return any(re.search(pattern, said.text) for pattern in patterns for said in self._said)


def is_nameless(order_id: str) -> bool:
    """Whether this stands for an order whose id is not known."""
    return order_id.startswith("(no id")


async def play(world: World, example: Example, open_books: OpenBooks = open_memory) -> None:
    """Raises `SilentLossError`, with what happened, if the property does not hold."""
    shop = world.make_shop(example)
    # Behind the last of the orders.
    shop.clock.set(START + timedelta(minutes=15))
    async with shop:
        await _Play(world, example, shop).run(open_books)
