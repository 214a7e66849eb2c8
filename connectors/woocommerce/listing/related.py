"""What a page of orders needs besides itself: products, refunds and, where they are wanted,
notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connectors.woocommerce.api.client import LARGEST_PAGE, Api, join_ids, order_path
from connectors.woocommerce.api.concurrency import run_together
from connectors.woocommerce.listing.products import Catalog
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.values import read_key

# From this many orders on, one list of refunds is cheaper than asking order by order.
_WORTH_A_LISTING = 3
_REFUND_FIELDS = wire.list_fields(wire.Refund)
_NOTE_FIELDS = wire.list_fields(wire.Note)


class RelatedReader:
    """Reads what belongs to the orders of one shop."""

    def __init__(self, api: Api, catalog: Catalog, *, notes: bool) -> None:
        self._api = api
        self._catalog = catalog
        self._notes = notes
        self._lists_refunds = True

    async def read_related(self, orders: Sequence[wire.Order]) -> Related:
        """Everything at once, as far as the upstream's policy allows."""
        goods, refunds, notes = await run_together(
            self._catalog.find_goods(orders), self._read_refunds(orders), self._read_notes(orders)
        )
        return Related(goods=goods, refunds=refunds, notes=notes)

    async def _read_refunds(
        self, orders: Sequence[wire.Order]
    ) -> Mapping[int, Sequence[wire.Refund]]:
        """The refunds of the orders that have any, by order id."""
        wanted = {
            read_key(order.id): {read_key(brief.id) for brief in wire.read_list(order.refunds)}
            for order in orders
            if order.refunds
        }
        found: dict[int, list[wire.Refund]] = {}
        if len(wanted) >= _WORTH_A_LISTING and self._lists_refunds:
            for refund in await self._list_refunds(sorted(set().union(*wanted.values()))):
                found.setdefault(read_key(refund.parent_id), []).append(refund)
        # Where the list lacks one, or the shop has no such list, ask for each order's own.
        left = [
            order_id
            for order_id, ids in wanted.items()
            if ids - {read_key(refund.id) for refund in found.get(order_id, ())}
        ]
        lists = await run_together(*(self._read_own_refunds(order_id) for order_id in left))
        return found | dict(zip(left, lists, strict=True))

    async def _list_refunds(self, ids: Sequence[int]) -> list[wire.Refund]:
        found: list[wire.Refund] = []
        for begin in range(0, len(ids), LARGEST_PAGE):
            some = ids[begin : begin + LARGEST_PAGE]
            params = [
                ("include", join_ids(some)),
                ("per_page", str(LARGEST_PAGE)),
                ("dp", "6"),
                ("_fields", _REFUND_FIELDS),
            ]
            page = await self._api.find_items("refunds", wire.Refund, params)
            if page is None:
                # The list of all refunds came with WooCommerce 9; this shop is older.
                self._lists_refunds = False
                return []
            found += page
        return found

    async def _read_own_refunds(self, order_id: int) -> list[wire.Refund]:
        params = [("per_page", str(LARGEST_PAGE)), ("dp", "6"), ("_fields", _REFUND_FIELDS)]
        return (
            await self._api.find_items(order_path(str(order_id), "/refunds"), wire.Refund, params)
            or []
        )

    async def _read_notes(self, orders: Sequence[wire.Order]) -> Mapping[int, Sequence[wire.Note]]:
        ids = [read_key(order.id) for order in orders] if self._notes else []
        lists = await run_together(*(self._read_own_notes(order_id) for order_id in ids))
        return dict(zip(ids, lists, strict=True))

    async def _read_own_notes(self, order_id: int) -> list[wire.Note]:
        return (
            await self._api.find_items(
                order_path(str(order_id), "/notes"), wire.Note, [("_fields", _NOTE_FIELDS)]
            )
            or []
        )
