"""A line of which the pieces part: they travel in several ways, or to several addresses. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from connectors.orders import Fulfillment, LineItem


class Share(msgspec.Struct, frozen=True):
    """Units of a line that go one way to one address.

    `destination` is the address's key; `way` None is the line's own.
    """

    units: int
    destination: str = ""
    way: Fulfillment | None = None


def split_item(item: LineItem, shares: Sequence[Share]) -> Iterator[LineItem]:
    """A line as one for each way and address that its units take; units of which the shop does not
    say it stay as they are.
    """
    left, taken = item.quantity, dict[tuple[Fulfillment, str], int]()
    for share in shares:
        units = min(left, share.units)
        if units > 0:
            key = share.way or item.fulfillment, share.destination
            taken[key] = taken.get(key, 0) + units
            left -= units
    if left:
        yield msgspec.structs.replace(item, quantity=left)
    for (way, destination), units in taken.items():
        yield msgspec.structs.replace(
            item, quantity=units, fulfillment=way, destination=destination
        )
