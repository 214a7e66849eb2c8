"""Products and variations by id, fetched in batches and remembered for a while: orders hold no
weights, sizes or virtual flags.

None of that holds an order: what the shop fails to show is left out, and the operator hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.interface import Memory, Remark
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.goods.lists import ProductLists
from connectors.woocommerce.listing.goods.units import UnitReader
from connectors.woocommerce.listing.goods.variations import Variations
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import GONE, Goods, Units, goods_key, read_goods
from connectors.woocommerce.mapping.values import read_text
from connectors.woocommerce.mapping.whole import PartReader

# In seconds: a corrected weight is exported some polls later.
_REMEMBERED = 300.0
_MOST = 20_000
# In bytes: each such amount of a product's own JSON counts as one more product.
_WHOLE = 1024


def _measure_goods(goods: Goods) -> int:
    return min(1 + len(goods.whole) // _WHOLE, _MOST // 2)


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
    ) -> None:
        self._parts = parts
        self._remark = remark
        self._lists = ProductLists(api, habits, isolation, parts)
        self._variations = Variations(self._lists)
        self._units = UnitReader(api, isolation, memory, remark)
        self._goods: TTLCache[tuple[int, int], Goods] = TTLCache(
            _MOST, _REMEMBERED, getsizeof=_measure_goods
        )
        # Why the shop fails to show a product or variation, by its id.
        self._faults: TTLCache[int, str] = TTLCache(_MOST, _REMEMBERED)

    async def read_units(self) -> Units:
        """The units of the shop, as `UnitReader` reads them."""
        return await self._units.read_units()

    async def find_goods(self, orders: Sequence[wire.Order]) -> Mapping[tuple[int, int], Goods]:
        """The products of all lines, by (product, variation); `GONE` for one that is deleted or
        that the shop fails to show.
        """
        wanted = {pair for order in orders for pair in _list_pairs(order)}
        if self._parts:
            wanted |= {(product, 0) for product, _ in wanted if product}
        known = {pair: found for pair in wanted if (found := self._goods.get(pair)) is not None}
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
        self._goods.update(found)
        return {pair: found[pair] for pair in missing}


def _list_pairs(order: wire.Order) -> set[tuple[int, int]]:
    pairs = {
        goods_key(line.product_id, line.variation_id) for line in wire.read_list(order.line_items)
    }
    return pairs - {(0, 0)}
