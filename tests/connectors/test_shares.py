"""Pieces of one line that part."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import Fulfillment, Share, split_item
from tests.builders import build_item

WAYS = st.sampled_from(list(Fulfillment))


@given(
    quantity=st.integers(1, 9),
    shares=st.lists(st.builds(Share, st.integers(0, 9), st.sampled_from(["", "a", "b"]), WAYS)),
)
def test_the_pieces_of_a_line_are_neither_more_nor_less_however_it_is_split(
    quantity: int, shares: list[Share]
) -> None:
    item = build_item(quantity=quantity)
    found = list(split_item(item, shares))
    assert sum(each.quantity for each in found) == quantity
    assert all(each.quantity > 0 and each.id == item.id for each in found)
    known = sum(share.units for share in shares)
    assert (found[0].destination == item.destination) or known >= quantity
