"""Whatever a Shopify shop breaks of its word: every order is given or held with a reason, or the
walk is an error, or a remark names the numbers. Nothing is left out in silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.errors import ConnectorError
from connectors.interface import Connector, Remark
from connectors.orders import Order, RejectedOrder
from connectors.testing.trial import at, walk
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shops import open_shop
from tests.world.shopify import list_quirks, part_quirks
from tests.world.shopify.catalog import MAY_FAIL, QUIRKS

# Importing them fills the catalog.
__all__ = ["list_quirks", "part_quirks"]
POLLS = 2
HIDDEN = "an_order_is_counted_and_never_shown"
LOW_COUNTS = frozenset({"count_is_low", "count_is_zero"})
BAD_COUNTS = LOW_COUNTS | {"count_fails", "count_is_negative"}
SHORT_LISTS = frozenset(
    {
        "by_id_ignored",
        "every_page_lacks_its_first_row",
        "first_page_is_empty",
        "first_page_is_empty_and_last",
        "first_page_is_stale",
        "first_page_says_it_is_the_last",
        "later_page_is_empty",
        "later_page_says_it_is_the_last",
        "pages_are_capped_without_a_next",
    }
)


def can_be_noticed(quirks: Sequence[str]) -> bool:
    """Whether some answer speaks of every order: not where a list leaves orders out and the count
    leaves them out too, nor where no list shows an order and there is no count.
    """
    if HIDDEN in quirks and not BAD_COUNTS.isdisjoint(quirks):
        return False
    return LOW_COUNTS.isdisjoint(quirks) or SHORT_LISTS.isdisjoint(quirks)


async def try_walk(connector: Connector, *, may_fail: bool) -> list[Order | RejectedOrder] | None:
    """What a walk gives; None if it ends in an error, which it may only with some quirks."""
    try:
        return await walk(connector)
    except ConnectorError:
        if not may_fail:
            raise
        return None


async def play(
    transport: str, quirks: Sequence[str], *, orders: int, size: int, holds: bool
) -> None:
    """Poll a shop with these quirks, take them off, and poll once more."""
    async with FakeShopify() as shop:
        for number in range(orders):
            shop.book.add(modified_at=at(number / 10))
        shop.clock.advance(minutes=1)
        costs = set[str]().union(*(QUIRKS[name](shop) for name in quirks))
        placed = {order.id for order in shop.book}
        said: list[Remark] = []
        async with open_shop(
            shop, transport=transport, page_size=size, holds=holds, remark=said.append
        ) as connector:
            for _ in range(POLLS):
                said.clear()
                found = await try_walk(connector, may_fail=not MAY_FAIL.isdisjoint(quirks))
                if found is None:
                    continue
                given_ids = [order.id for order in found]
                assert len(given_ids) == len(set(given_ids)), "an order is given twice"
                if missing := placed - set(given_ids):
                    assert "order_count" in {one.about for one in said}, f"in silence: {missing}"
                for order in found:
                    if isinstance(order, Order):
                        lines = len(shop.book[order.id].lines)
                        assert len(order.items) == lines, "lines are left out in silence"
                held = {order.id for order in found if isinstance(order, RejectedOrder)}
                assert held <= costs, "one bad part costs another order"
        shop.changes.clear()
        shop.raw_changes.clear()
        shop.faults.clear()
        shop.shuffles = False
        for entry in shop.book:
            entry.spoiled = False
        async with open_shop(shop, transport=transport, page_size=size) as connector:
            found = await walk(connector)
        assert {order.id for order in found} == placed
        assert not [order for order in found if isinstance(order, RejectedOrder)]


@pytest.mark.parametrize("transport", ["rest", "graphql"])
@pytest.mark.parametrize("quirk", QUIRKS)
async def test_one_lie_leaves_no_order_out_in_silence(quirk: str, transport: str) -> None:
    await play(transport, [quirk], orders=9, size=4, holds="hold" in quirk or "held" in quirk)


@settings(max_examples=40, deadline=None)
@given(
    transport=st.sampled_from(["rest", "graphql"]),
    quirks=st.lists(st.sampled_from(sorted(QUIRKS)), min_size=2, max_size=3, unique=True),
    orders=st.integers(0, 12),
    size=st.integers(1, 6),
    holds=st.booleans(),
)
def test_lies_told_together_leave_no_order_out_in_silence(
    transport: str, quirks: list[str], *, orders: int, size: int, holds: bool
) -> None:
    assume(can_be_noticed(quirks))
    asyncio.run(play(transport, quirks, orders=orders, size=size, holds=holds))
