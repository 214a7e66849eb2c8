"""Products and variations by id, fetched in batches and remembered for a while: orders hold no
weights, sizes or virtual flags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cachetools import TTLCache

from connectors.errors import PermanentError
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, join_ids
from connectors.woocommerce.api.concurrency import run_together
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import GONE, Goods, Units, goods_key, read_goods
from connectors.woocommerce.mapping.values import read_key, read_text

# In seconds: a corrected weight is exported some polls later.
_REMEMBERED = 300.0
_UNITS_REMEMBERED = 3600.0
_MOST = 20_000
_FIELDS = wire.list_fields(wire.Product)


class Catalog:
    """What is known of a shop's products: a cache that may be lost at any time."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._goods: TTLCache[tuple[int, int], Goods] = TTLCache(_MOST, _REMEMBERED)
        self._units: TTLCache[str, Units] = TTLCache(1, _UNITS_REMEMBERED)

    async def find_goods(self, orders: Iterable[wire.Order]) -> Mapping[tuple[int, int], Goods]:
        """The products of all lines, by (product, variation); a deleted one is `GONE`."""
        wanted = {
            goods_key(line.product_id, line.variation_id)
            for order in orders
            for line in wire.read_list(order.line_items)
        }
        wanted.discard((0, 0))
        known = {pair: found for pair in wanted if (found := self._goods.get(pair)) is not None}
        if missing := wanted - known.keys():
            known.update(await self._fetch_goods(missing))
        return known

    async def read_units(self) -> Units:
        """The units of the shop.

        Unknown ones are empty: then no weight is exported rather than a wrong one.
        """
        if (known := self._units.get("")) is None:
            weight, length = await run_together(
                self._read_unit("woocommerce_weight_unit"),
                self._read_unit("woocommerce_dimension_unit"),
            )
            known = self._units[""] = Units(weight=weight, length=length)
        return known

    async def _read_unit(self, name: str) -> str:
        try:
            reply = await self._api.get(f"settings/products/{name}", [("_fields", "value")])
            return read_text(reply.decode(wire.Setting).value).lower()
        except PermanentError:
            # The key's user may not see the settings; `portside check` says so.
            return ""

    async def _fetch_goods(self, missing: set[tuple[int, int]]) -> Mapping[tuple[int, int], Goods]:
        units = await self.read_units()
        # A variation takes what it lacks from its product, so the product is needed as well.
        parents = {pair[0] for pair in missing if pair[0]}
        products = {
            read_key(found.id): read_goods(found, units)
            for found in await self._list_products("products", parents)
        }
        variations: dict[int, set[int]] = {}
        for product, variation in missing:
            if variation:
                variations.setdefault(product, set()).add(variation)
        lists = await run_together(
            *(
                self._list_products(f"products/{parent}/variations", ids)
                for parent, ids in variations.items()
                if parent
            )
        )
        found = {(parent, 0): goods for parent, goods in products.items()}
        for parent, listed in zip((parent for parent in variations if parent), lists, strict=True):
            found.update(
                ((parent, read_key(one.id)), read_goods(one, units, products.get(parent)))
                for one in listed
            )
        for pair in missing - found.keys():
            # The variation was deleted: its product is the closest to it.
            found[pair] = products.get(pair[0], GONE)
        self._goods.update(found)
        return {pair: found[pair] for pair in missing}

    async def _list_products(self, path: str, ids: set[int]) -> list[wire.Product]:
        """These products; those in the trash too, which WooCommerce lists only when it is asked for
        them.
        """
        found: list[wire.Product] = []
        for status in ("any", "trash"):
            left = sorted(ids - {read_key(product.id) for product in found})
            for begin in range(0, len(left), LARGEST_PAGE):
                some = left[begin : begin + LARGEST_PAGE]
                params = [
                    ("include", join_ids(some)),
                    ("per_page", str(LARGEST_PAGE)),
                    ("status", status),
                    ("_fields", _FIELDS),
                ]
                found += await self._api.find_items(path, wire.Product, params) or []
        return found
