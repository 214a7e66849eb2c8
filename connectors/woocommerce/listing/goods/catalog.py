"""Products and variations by id, fetched in batches and remembered: orders hold no weights, sizes
or virtual flags.

What is known is brought up to date before it is used, after some minutes, by the shop's own list of
products that were changed. A variation that is saved saves its product after it
(`WC_Product::maybe_defer_product_sync`), so a changed product makes its variations unknown. Where
that list does not answer, everything is.

None of that holds an order: what the shop fails to show is left out, and the operator hears of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import ConnectorError
from connectors.interface import Memory, Remark
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.goods.known import BRIEFLY, KnownGoods
from connectors.woocommerce.listing.goods.lists import ProductLists
from connectors.woocommerce.listing.goods.units import UnitReader
from connectors.woocommerce.listing.goods.variations import Variations
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import GONE, Goods, Units, goods_key, read_goods
from connectors.woocommerce.mapping.values import read_text
from connectors.woocommerce.mapping.whole import PartReader

# In seconds: a corrected weight is exported some polls later.
_LOOK_AFTER = 300.0
# In seconds: a list may show a change late.
_MARGIN = 600.0
_MOST_FAULTS = 20_000


class Catalog:
    """What is known of a shop's products: a cache that may be lost at any time.

    `remark` hears of what is left out of orders; `parts` keeps what the store's own expressions
    look at.
    """

    def __init__(
        self,
        api: Api,
        habits: ShopHabits,
        isolation: Isolation,
        *,
        memory: Memory,
        remark: Callable[[Remark], None],
        parts: PartReader,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._parts = parts
        self._clock = clock
        self._remark = remark
        self._lists = ProductLists(api, habits, isolation, parts)
        self._variations = Variations(self._lists)
        self._units = UnitReader(api, isolation, memory, remark)
        self._known = KnownGoods(memory, self._lists.asked, clock)
        self._preparing = asyncio.Lock()
        # Why the shop fails to show a product or variation, by its id.
        self._faults: TTLCache[int, str] = TTLCache(_MOST_FAULTS, BRIEFLY, timer=clock)

    async def read_units(self) -> Units:
        """The units of the shop, as `UnitReader` reads them."""
        return await self._units.read_units()

    async def prepare(self) -> None:
        """Bring what is known up to date. Meant to be done while the list of orders is on its way;
        asks the shop for nothing where nothing is known, or just was brought up to date.
        """
        async with self._preparing:
            await self._known.recall()
            if not self._known:
                self._known.looked_at = self._clock()
                return
            await run_together(self._look(), self._measure())

    async def _measure(self) -> None:
        self._known.measure_in(await self._units.read_units())

    async def keep(self) -> None:
        """Put what was learned where the next process finds it."""
        await self._known.keep()

    async def _look(self) -> None:
        """Take in what was changed since the last look."""
        now = self._clock()
        last = min(self._known.looked_at, now)
        if now - last < _LOOK_AFTER:
            return
        behind = max(-(self._api.clock_offset or 0.0), 0.0)
        since = datetime.fromtimestamp(last - _MARGIN - behind, UTC)
        try:
            changed = await self._lists.read_changed(since)
        except ConnectorError:
            changed = None
        units = await self._units.read_units()
        self._known.looked_at = now
        if changed is None or not _is_whole(units):
            self._known.forget()
            return
        self._known.drop_variations(changed)
        self._known.put(
            {
                (number, 0): read_goods(one.product, units, whole=one.whole)
                for number, one in changed.items()
            }
        )

    async def find_goods(self, orders: Sequence[wire.Order]) -> Mapping[tuple[int, int], Goods]:
        """The products of all lines, by (product, variation); `GONE` for one that is deleted or
        that the shop fails to show.
        """
        wanted = {pair for order in orders for pair in _list_pairs(order)}
        if self._parts:
            wanted |= {(product, 0) for product, _ in wanted if product}
        if not wanted:
            return {}
        await self.prepare()
        known = self._known.find(wanted)
        if missing := wanted - known.keys():
            known.update(await self._fetch_goods(missing))
        if self._faults:
            self._report_faults(orders)
        return known

    def _report_faults(self, orders: Iterable[wire.Order]) -> None:
        for order in orders:
            for pair in _list_pairs(order):
                for part in filter(None, pair):
                    if (fault := self._faults.get(part)) is not None:
                        number = read_text(order.number) or read_text(order.id)
                        self._remark(
                            Remark(
                                about=f"weight products/{part}",
                                text=(
                                    f"Order {number} went out without the weight, size, image and"
                                    f" barcode of a line: {fault}"
                                ),
                                quoted=fault,
                            )
                        )

    async def _fetch_goods(self, missing: set[tuple[int, int]]) -> Mapping[tuple[int, int], Goods]:
        units, products, variations = await run_together(
            self._units.read_units(),
            # A variation takes what it lacks from its product, so the product is needed as well.
            self._lists.find("products", {product for product, _ in missing if product}),
            self._variations.read({one: product for product, one in missing if product and one}),
        )
        self._faults.update(products.failed | variations.failed)
        found = {
            (number, 0): read_goods(one.product, units, whole=one.whole)
            for number, one in products.found.items()
        }
        for pair in missing - found.keys():
            parent = found.get((pair[0], 0))
            one = variations.found.get(pair[1])
            # Where the variation was deleted, its product is the closest to it.
            found[pair] = (
                parent or GONE if one is None else read_goods(one.product, units, parent, one.whole)
            )

        def is_lasting(pair: tuple[int, int]) -> bool:
            """Whether the lists that were to show it work, and failed over no part of it."""
            works = products.found and (not pair[1] or variations.found)
            return bool(works) and not (products.failed | variations.failed).keys() & set(pair)

        lasting = {
            pair: one for pair, one in found.items() if _is_whole(units) and is_lasting(pair)
        }
        self._known.measure_in(units)
        self._known.put(lasting)
        self._known.put_briefly({pair: found[pair] for pair in found.keys() - lasting.keys()})
        return {pair: found[pair] for pair in missing}


def _is_whole(units: Units) -> bool:
    """Whether both are known, so that what is read by them may be remembered."""
    return bool(units.weight and units.length)


def _list_pairs(order: wire.Order) -> set[tuple[int, int]]:
    pairs = {
        goods_key(line.product_id, line.variation_id) for line in wire.read_list(order.line_items)
    }
    return pairs - {(0, 0)}
