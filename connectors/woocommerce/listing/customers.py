"""Customers by id, for stores whose expressions use `customer`; nothing about them is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from connectors.errors import AuthenticationError, RefusedError, UnavailableError
from connectors.interface import Remark
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.batches import Batches, Items
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.values import read_key, read_text
from connectors.woocommerce.mapping.whole import PartReader

_FIELDS = "id"


class Customers:
    """The customers of one shop. `parts` keeps what is looked at; without it nothing is asked.

    `needed`: an address or a condition depends on them, so an order whose customer the shop fails
    to show is held; else it goes out without, and `remark` hears of it.
    """

    def __init__(
        self,
        api: Api,
        habits: ShopHabits,
        isolation: Isolation,
        parts: PartReader,
        *,
        needed: bool,
        remark: Callable[[Remark], None],
    ) -> None:
        self._api = api
        self._parts = parts
        self._needed = needed
        self._remark = remark
        self._batches = Batches(
            api,
            habits,
            isolation,
            "customers",
            (("role", "all"), *parts.list_fields(_FIELDS)),
            self._decode,
            neighbor="customers",
        )

    async def find_customers(
        self, orders: Sequence[wire.Order], faults: dict[int, str]
    ) -> dict[int, bytes]:
        """The customers of the orders, by id; a guest has none.

        `faults` is filled with the reasons, by order id, of the orders that must be held.
        """
        ids = {number for order in orders if (number := read_key(order.customer_id))}
        if not self._parts or not ids:
            return {}
        items = await self._read(ids)
        for order in orders:
            if (fault := items.failed.get(read_key(order.customer_id))) is None:
                continue
            if self._needed:
                faults[read_key(order.id)] = f"customer: {fault}"
                continue
            text = (
                f"Order {read_text(order.number) or read_text(order.id)} went out without what"
                f" `fields` looks up in its customer: {fault}"
            )
            self._remark(Remark(about="customers", text=text, quoted=fault))
        return items.found

    async def _read(self, ids: set[int]) -> Items[bytes]:
        try:
            return await self._batches.read(ids)
        except (UnavailableError, AuthenticationError, RefusedError) as error:
            # The list of orders says whether the shop or the login is at fault.
            await self._api.read_page("orders", 1, (("_fields", "id"),), once=True)
            return Items(failed=dict.fromkeys(ids, str(error)))

    def _decode(self, raw: msgspec.Raw) -> tuple[int, bytes] | None:
        try:
            customer = msgspec.json.decode(raw, type=wire.Head)
            return read_key(customer.id), self._parts.read(raw)
        except UNDECODABLE:
            return None
