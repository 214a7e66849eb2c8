"""What a page of orders needs besides itself: products, refunds and, where they are wanted, the
notes of each order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.woocommerce.api.client import LARGEST_PAGE, Api, comma, order_path
from connectors.woocommerce.api.together import together
from connectors.woocommerce.listing.products import Catalog
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Surroundings
from connectors.woocommerce.mapping.values import key

# From so many orders on, one listing of refunds is cheaper than asking order by order.
_WORTH_A_LISTING = 3
_REFUND_FIELDS = wire.field_names(wire.Refund)
_NOTE_FIELDS = wire.field_names(wire.Note)


class Surveyor:
    """Asks a shop for the surroundings of orders."""

    def __init__(self, api: Api, catalog: Catalog, *, notes: bool) -> None:
        self._api = api
        self._catalog = catalog
        self._notes = notes
        self._lists_refunds = True

    async def around(self, orders: Sequence[wire.Order]) -> Surroundings:
        """Everything at once, as far as the upstream's policy lets it."""
        goods, refunds, notes = await together(
            self._catalog.goods(orders), self._refunds(orders), self._all_notes(orders)
        )
        return Surroundings(goods=goods, refunds=refunds, notes=notes)

    async def _refunds(self, orders: Sequence[wire.Order]) -> Mapping[int, Sequence[wire.Refund]]:
        """The refunds of the orders that have any, by order id."""
        wanted = {
            key(order.id): {key(brief.id) for brief in wire.items(order.refunds)}
            for order in orders
            if order.refunds
        }
        found: dict[int, list[wire.Refund]] = {}
        if len(wanted) >= _WORTH_A_LISTING and self._lists_refunds:
            for refund in await self._listed(sorted(set().union(*wanted.values()))):
                found.setdefault(key(refund.parent_id), []).append(refund)
        # A listing that lacks one, or a shop that has no listing: ask the order itself.
        left = [
            order_id
            for order_id, ids in wanted.items()
            if ids - {key(refund.id) for refund in found.get(order_id, ())}
        ]
        lists = await together(*(self._own_refunds(order_id) for order_id in left))
        return found | dict(zip(left, lists, strict=True))

    async def _listed(self, ids: Sequence[int]) -> list[wire.Refund]:
        found: list[wire.Refund] = []
        for begin in range(0, len(ids), LARGEST_PAGE):
            some = ids[begin : begin + LARGEST_PAGE]
            params = [
                ("include", comma(some)),
                ("per_page", str(LARGEST_PAGE)),
                ("dp", "6"),
                ("_fields", _REFUND_FIELDS),
            ]
            page = await self._api.many_or_none("refunds", wire.Refund, params)
            if page is None:
                # The listing came with WooCommerce 9; this shop is older.
                self._lists_refunds = False
                return []
            found += page
        return found

    async def _own_refunds(self, order_id: int) -> list[wire.Refund]:
        params = [("per_page", str(LARGEST_PAGE)), ("dp", "6"), ("_fields", _REFUND_FIELDS)]
        return (
            await self._api.many_or_none(order_path(str(order_id), "/refunds"), wire.Refund, params)
            or []
        )

    async def _all_notes(self, orders: Sequence[wire.Order]) -> Mapping[int, Sequence[wire.Note]]:
        ids = [key(order.id) for order in orders] if self._notes else []
        lists = await together(*(self._own_notes(order_id) for order_id in ids))
        return dict(zip(ids, lists, strict=True))

    async def _own_notes(self, order_id: int) -> list[wire.Note]:
        return (
            await self._api.many_or_none(
                order_path(str(order_id), "/notes"), wire.Note, [("_fields", _NOTE_FIELDS)]
            )
            or []
        )
