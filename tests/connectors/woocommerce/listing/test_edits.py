"""No edit during a walk hides another order: books and edits drawn by chance, in every kind of
shop.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop, Traits
from connectors.testing.trial import QUICK, WINDOW, at, walk
from tests.connectors.woocommerce.harness import open_woocommerce

KINDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("as it should be", {}),
    ("without totals", {"hides_totals": True}),
    ("too old to filter", {"ignores_bounds": True}),
    ("too old to sort", {"refuses_modified_order": True}),
)
RUNS = 12


def editing(
    shop: FakeWooCommerceShop, chance: Random, touched: set[str]
) -> Callable[[SeenRequest], None]:
    """Something happens to an order before about every second list request."""

    def edit(seen: SeenRequest) -> None:
        if not seen.path.endswith("/orders") or chance.random() < 0.5:
            return
        order = chance.choice([found.id for found in shop.book])
        touched.add(order)
        # An edit dates an order now: after all that was, perhaps still in the window, perhaps past
        # its end.
        later = at(100) + timedelta(seconds=chance.randint(0, 3000))
        match chance.randint(0, 3):
            case 0:
                shop.book.trash(order, later)
            case 1:
                shop.book.delete(order)
            case _:
                shop.book.touch(order, later)

    return edit


@pytest.mark.parametrize("traits", [pytest.param(traits, id=name) for name, traits in KINDS])
async def test_whatever_is_edited_during_the_walk_the_others_all_come_once_and_in_order(
    traits: dict[str, object],
) -> None:
    for seed in range(RUNS):
        chance = Random(seed)
        shop = FakeWooCommerceShop(traits=Traits(**traits))  # type: ignore[arg-type]  # drawn from the table above
        async with (
            shop,
            open_woocommerce(shop, QUICK, page_size=chance.choice((3, 5, 10))) as connector,
        ):
            seconds = [
                chance.choice((7, 8, 8, 8, 9, chance.randint(0, 90)))
                for _ in range(chance.randint(5, 60))
            ]
            placed = {
                shop.book.add(modified_at=at(0) + timedelta(seconds=second)).id: second
                for second in seconds
            }
            touched: set[str] = set()
            shop.on_request.append(editing(shop, chance, touched))
            found = await walk(connector)
        ids = [order.id for order in found]
        assert len(ids) == len(set(ids)), seed
        assert set(placed) - touched <= set(ids), seed
        still = [placed[order] for order in ids if order not in touched]
        assert still == sorted(still), seed
        assert all(
            WINDOW.contains(order.modified_at)
            for order in found
            if order.modified_at and order.id not in touched
        ), seed
