"""An order together with all of the JSON it was read from, for a store that fills in fields of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from connectors.orders import RejectedOrder
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.order import decode_order

_ANY = msgspec.json.Decoder(float_hook=Decimal)
_PLAIN = msgspec.json.Encoder(decimal_format="number")


class WholeOrder(wire.Order, frozen=True):
    """An order of REST, and its JSON as the shop sent it."""

    whole: Any = None


def decode_whole(raw: bytes | msgspec.Raw) -> wire.Order | RejectedOrder:
    """As `decode_order`, with the order's JSON kept."""
    order = decode_order(raw)
    if isinstance(order, RejectedOrder):
        return order
    return WholeOrder(**msgspec.structs.asdict(order), whole=_ANY.decode(raw))


def list_parts(order: wire.Order) -> tuple[Any, Mapping[str, Any]]:
    """The order's JSON in the names of REST, and its lines by id.

    GraphQL sends what the connector asks for and no more: that is what stands there then.
    """
    whole = order.whole if isinstance(order, WholeOrder) else _ANY.decode(_PLAIN.encode(order))
    return whole, {str(line["id"]): line for line in whole.get("line_items") or ()}
