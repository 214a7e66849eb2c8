"""What a connector lets a store's settings fill in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from connectors.orders import Order, RejectedOrder


class FieldFiller(Protocol):
    """What a store's settings fill in from the shop's own JSON, on top of the connector's map, and
    which orders they leave out.
    """

    def fill(self, order: Order, raw: Any, lines: Mapping[str, Any]) -> Order | RejectedOrder:
        """The order with what the settings fill in.

        `raw` is the order as the shop sends it, decoded, with fractions as `Decimal`; `lines` holds
        its lines by the id that they have in `order`.
        """
        ...

    def list_names(self) -> frozenset[str] | None:
        """The names that the settings look up at the top of an order, so that a shop can be asked
        for them; None where they need all of it.
        """
        ...

    def list_line_names(self) -> frozenset[str] | None:
        """As `list_names`, for the lines of an order: only `id` where these are filled in and
        nothing of them is looked up.
        """
        ...

    def list_names_in(self, name: str) -> frozenset[str] | None:
        """What the settings look up in `name`, at the top of an order (`customer`) or of a line
        (`product`), so that it is asked for; empty where they do not, None where they need all of
        it.
        """
        ...

    def list_keys(self, *path: str) -> frozenset[str] | None:
        """The `key`s of the elements that the settings look at in a list: `meta_data` at the top of
        an order; `product`, `meta_data` as for `list_names_in`. Empty where they look at none, None
        where they may look at any.
        """
        ...

    def needs(self, name: str) -> bool:
        """Whether an address or a condition looks at `name` at the top of an order, which must not
        go out where it cannot be had.
        """
        ...
