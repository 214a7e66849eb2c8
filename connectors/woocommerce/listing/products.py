"""Products and variations by id, fetched in batches and remembered for a while: orders hold no
weights, sizes or virtual flags.

None of that holds an order: what the shop fails to show is left out, and the operator hears of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus

import msgspec
from cachetools import TTLCache

from connectors.concurrency import run_together
from connectors.errors import PartError, PermanentError, RefusedError, UnavailableError
from connectors.interface import Remark
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.batches import Batches, Items
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import GONE, Goods, Units, goods_key, read_goods
from connectors.woocommerce.mapping.values import read_key, read_text
from connectors.woocommerce.mapping.whole import PartReader

# In seconds: a corrected weight is exported some polls later.
_REMEMBERED = 300.0
_UNITS_REMEMBERED = 3600.0
_MOST = 20_000
_FIELDS = wire.list_fields(wire.Product)
# In bytes: each such amount of a product's own JSON counts as one more product.
_WHOLE = 1024
_UNREAD = Units(weight="", length="")


class _Shown(msgspec.Struct, frozen=True):
    product: wire.Product
    whole: bytes


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
        remark: Callable[[Remark], None],
        parts: PartReader,
    ) -> None:
        self._api = api
        self._parts = parts
        self._habits = habits
        self._isolation = isolation
        self._remark = remark
        self._goods: TTLCache[tuple[int, int], Goods] = TTLCache(
            _MOST, _REMEMBERED, getsizeof=_measure_goods
        )
        # Why the shop fails to show a product or variation, by its id.
        self._faults: TTLCache[int, str] = TTLCache(_MOST, _REMEMBERED)
        self._units: TTLCache[str, Units] = TTLCache(1, _UNITS_REMEMBERED)

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
                            )
                        )

    async def read_units(self) -> Units:
        """The units of the shop.

        Unknown ones are empty: then no weight is exported rather than a wrong one.
        """
        if (known := self._units.get("")) is None:
            try:
                weight, length = await run_together(
                    self._read_unit("woocommerce_weight_unit"),
                    self._read_unit("woocommerce_dimension_unit"),
                )
            except (PartError, UnavailableError) as error:
                # Never two answers in all, so they may both fail for ever: the list of orders
                # says whether the shop is at fault.
                await self._probe()
                self._remark(Remark(about="units", text=f"Orders go out without weights: {error}"))
                return _UNREAD
            known = self._units[""] = Units(weight=weight, length=length)
        return known

    async def _read_unit(self, name: str) -> str:
        async def ask() -> str:
            reply = await self._api.get(
                f"settings/products/{name}", [("_fields", "value")], for_part=True
            )
            return read_text(reply.decode(wire.Setting).value).lower()

        try:
            return await self._isolation.fetch("settings", ask, probe=self._probe)
        except PartError:
            raise
        except PermanentError:
            # The key's user may not see the settings; `portside check` says so.
            return ""

    async def _probe(self) -> None:
        await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)

    async def _fetch_goods(self, missing: set[tuple[int, int]]) -> Mapping[tuple[int, int], Goods]:
        units = await self.read_units()
        # A variation takes what it lacks from its product, so the product is needed as well.
        shown = await self._list_products("products", {pair[0] for pair in missing if pair[0]})
        products = {
            number: read_goods(one.product, units, whole=one.whole) for number, one in shown.items()
        }
        variations: dict[int, set[int]] = {}
        for parent, variation in missing:
            if parent and variation:
                variations.setdefault(parent, set()).add(variation)
        lists = await run_together(
            *(
                self._list_products(f"products/{parent}/variations", ids)
                for parent, ids in variations.items()
            )
        )
        found = {(parent, 0): goods for parent, goods in products.items()}
        for parent, listed in zip(variations, lists, strict=True):
            found.update(
                (
                    (parent, number),
                    read_goods(one.product, units, products.get(parent), one.whole),
                )
                for number, one in listed.items()
            )
        for pair in missing - found.keys():
            # The variation was deleted: its product is the closest to it.
            found[pair] = products.get(pair[0], GONE)
        self._goods.update(found)
        return {pair: found[pair] for pair in missing}

    async def _list_products(self, path: str, ids: set[int]) -> Mapping[int, _Shown]:
        """These products; those in the trash too, which WooCommerce lists only when it is asked for
        them.
        """
        found: dict[int, _Shown] = {}
        left = ids
        for status in ("any", "trash"):
            if left:
                items = await self._read_items(path, status, left)
                found |= items.found
                self._faults.update(items.failed)
                left = left - items.found.keys() - items.failed.keys()
        return found

    async def _read_items(self, path: str, status: str, ids: set[int]) -> Items[_Shown]:
        batches = Batches(
            self._api,
            self._habits,
            self._isolation,
            path,
            (("status", status), *self._parts.list_fields(_FIELDS)),
            self._decode_product,
            neighbor="products",
        )
        try:
            return await batches.read(ids)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            # The product whose variations these are is deleted.
            return Items()

    def _decode_product(self, raw: msgspec.Raw) -> tuple[int, _Shown] | None:
        try:
            product = msgspec.json.decode(raw, type=wire.Product)
        except UNDECODABLE:
            return None
        return read_key(product.id), _Shown(product, self._parts.read(raw))


def _list_pairs(order: wire.Order) -> set[tuple[int, int]]:
    pairs = {
        goods_key(line.product_id, line.variation_id) for line in wire.read_list(order.line_items)
    }
    return pairs - {(0, 0)}
