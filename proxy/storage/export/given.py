"""Orders as the shipping client was given them: their rows as types and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from proxy.rules.matching import GivenLine, GivenOrder

_DECODER = msgspec.json.Decoder(tuple[GivenLine, ...])


def write_given(given: GivenOrder) -> dict[str, Any]:
    """The values of a row of `given_orders`, other than its store and time."""
    return {
        "order_id": given.id,
        "number": given.number,
        "shop_id": given.shop_id,
        "shop_number": given.shop_number,
        "lines": msgspec.json.encode(given.lines).decode(),
        "is_part": given.is_part,
        "is_open": given.is_open,
        "part": given.part,
        "destination": given.destination,
        "marks": " ".join(given.marks),
    }


def read_given(row: Mapping[Any, Any]) -> GivenOrder:
    """A row of `given_orders`."""
    return GivenOrder(
        id=row["order_id"],
        number=row["number"],
        shop_id=row["shop_id"],
        shop_number=row["shop_number"],
        lines=_DECODER.decode(row["lines"]),
        is_part=row["is_part"],
        is_open=row["is_open"],
        part=row["part"],
        destination=row["destination"],
        marks=tuple(row["marks"].split()),
    )
