"""Products or variations of one list by their ids, those in the trash too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus

import msgspec

from connectors.errors import RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.turns import map_in_turns, measure_bytes
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import CORE, LARGEST_PAGE, Api
from connectors.woocommerce.api.meta_limit import name_metas
from connectors.woocommerce.listing.batches import Batches, Items
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import METAS
from connectors.woocommerce.mapping.values import read_key
from connectors.woocommerce.mapping.whole import PartReader

_PRODUCTS = "products"
_FIELDS = wire.list_fields(wire.Product)


class Shown(msgspec.Struct, frozen=True):
    """A product or variation as the shop shows it; `whole` is what the store's own expressions look
    at.
    """

    product: wire.Product
    whole: bytes


class ProductLists:
    """Reads the lists of one shop. `parts` keeps what the store's own expressions look at."""

    def __init__(
        self, api: Api, habits: ShopHabits, isolation: Isolation, parts: PartReader
    ) -> None:
        self._api = api
        self._habits = habits
        self._isolation = isolation
        self._parts = parts

    async def read(
        self,
        path: str,
        ids: Iterable[int],
        *,
        root: str = CORE,
        locate: Callable[[int], str] | None = None,
    ) -> Items[Shown]:
        """These items of the list at `path`; those in the trash too, which WooCommerce lists only
        when it is asked for them. `locate` as for `Batches`.

        Raises `RefusedError` with the status 404 where there is no such list.
        """
        known = Items[Shown]()
        left = set(ids)
        for status in ("any", "trash"):
            if left:
                batches = Batches(
                    self._api,
                    self._habits,
                    self._isolation,
                    path,
                    (("status", status), *self._list_params(path)),
                    self._decode,
                    neighbor=_PRODUCTS,
                    root=root,
                    locate=locate,
                )
                items = await batches.read(left)
                known.found.update(items.found)
                known.failed.update(items.failed)
                left -= items.found.keys() | items.failed.keys()
        return known

    async def read_changed(self, since: datetime) -> Mapping[int, Shown] | None:
        """The products changed since then, by id; None where they are more than a page, or the shop
        does not say how many they are. A shop before WooCommerce 5.8 ignores the bound and gives
        what it has.
        """
        params = (
            ("status", "any"),
            ("modified_after", since.strftime("%Y-%m-%dT%H:%M:%S")),
            ("dates_are_gmt", "true"),
            *self._list_params(_PRODUCTS),
        )
        page = await self._api.read_page(_PRODUCTS, LARGEST_PAGE, params, once=True, for_part=True)
        items = await map_in_turns(self._decode, page.items, measure_bytes)
        found = dict(item for item in items if item is not None)
        return found if page.total == len(found) else None

    @property
    def asked(self) -> str:
        """Names what of products is asked for."""
        return repr(self._list_params(_PRODUCTS))

    def _list_params(self, path: str) -> tuple[tuple[str, str], ...]:
        # Shops show variations with all their meta data, which is little.
        metas = name_metas(self._parts.list_keys(METAS)) if path == _PRODUCTS else ()
        return (*self._parts.list_fields(_FIELDS), *metas)

    async def find(self, path: str, ids: Iterable[int]) -> Items[Shown]:
        """These items of the list at `path`; none where there is no such list, as for the
        variations of a product that was deleted.
        """
        try:
            return await self.read(path, ids)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return Items()

    def _decode(self, raw: msgspec.Raw) -> tuple[int, Shown] | None:
        try:
            product = msgspec.json.decode(raw, type=wire.Product)
        except UNDECODABLE:
            return None
        return read_key(product.id), Shown(product, self._parts.read(raw))
