"""Variations of many products at once, where the shop has a list of all; else product by product.

`GET wc/v3/variations` came with WooCommerce 10.3. Older shops have the same list for their own
analytics pages, `GET wc-analytics/variations`, and take the same key for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from connectors.concurrency import run_together
from connectors.errors import AuthenticationError, RefusedError
from connectors.woocommerce.api.client import CORE
from connectors.woocommerce.api.permalinks import ROOT
from connectors.woocommerce.listing.batches import Items
from connectors.woocommerce.listing.goods.lists import ProductLists, Shown

_PATH = "variations"
_ANALYTICS = f"{ROOT}wc-analytics/"


class Variations:
    """The variations of one shop; remembers which of the lists it has."""

    def __init__(self, lists: ProductLists) -> None:
        self._lists = lists
        self._roots = deque((CORE, _ANALYTICS))

    async def read(self, products: Mapping[int, int]) -> Items[Shown]:
        """The variations that are the keys of `products`, each with its product's id.

        What the list of all fails over is asked for once more at its product. A list that gives
        none of them is not asked again: the shop has none, or fails over all.
        """
        known = await self._read_of_all(products)
        left = {
            one: product
            for one, product in products.items()
            if one in known.failed or not known.found
        }
        by_product: dict[int, set[int]] = {}
        for one, product in left.items():
            by_product.setdefault(product, set()).add(one)
        pieces = await run_together(
            *(
                self._lists.find(f"products/{product}/variations", ids)
                for product, ids in by_product.items()
            )
        )
        for piece in pieces:
            known.found.update(piece.found)
        failed = {one: fault for piece in pieces for one, fault in piece.failed.items()}
        return Items(found=known.found, failed=failed)

    async def _read_of_all(self, products: Mapping[int, int]) -> Items[Shown]:
        while self._roots and len(set(products.values())) > 1:
            root = self._roots[0]
            try:
                items = await self._lists.read(
                    _PATH,
                    products,
                    root=root,
                    locate=lambda one: f"products/{products[one]}/variations/{one}",
                )
            except (AuthenticationError, RefusedError):
                # An older shop, or a key that may not see its analytics.
                items = Items()
            if items.found:
                return items
            if root in self._roots:
                self._roots.remove(root)
        return Items()
