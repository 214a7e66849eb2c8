"""Many orders edited at once while their list is read: they move to its end, and its length stays
what it was.
"""

from __future__ import annotations

from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, at, ids
from tests.connectors.woocommerce.harness import lists, open_woocommerce, place

SIZE = 10


async def test_no_order_is_lost_to_a_bulk_edit_inside_the_window() -> None:
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, 6 * SIZE)
        edits = [placed[2 * SIZE : 3 * SIZE], placed[: 2 * SIZE]]

        def edit(seen: SeenRequest) -> None:
            """The page with the anchor first, so that the walk goes back an hour and counts; what
            it has counted over then.
            """
            listing = seen.path.endswith("/orders") and seen.query.get("status") == "any"
            due = (
                (listing and len(lists(shop)) == 4)
                if len(edits) == 2
                else (listing and seen.query.get("offset") == "5")
            )
            if edits and due:
                for order in edits.pop(0):
                    shop.book.touch(order, at(100))

        shop.on_request.append(edit)
        async with open_woocommerce(shop, QUICK, page_size=SIZE) as connector:
            found = await ids(connector)
    assert edits == []
    assert set(placed) <= set(found)


async def test_a_stretch_of_orders_that_the_shop_cannot_load_is_walked_over() -> None:
    """Two pages then share nothing although nothing moves: what a second reading finds the same is
    so.
    """
    async with FakeWooCommerceShop() as shop:
        placed = place(shop, 6 * SIZE)
        anchor = placed[2 * SIZE : 3 * SIZE]
        lost = placed[35:44]
        shop.traits.unloadable = {int(order) for order in lost}

        def edit(seen: SeenRequest) -> None:
            if anchor and seen.path.endswith("/orders") and len(lists(shop)) == 4:
                for order in anchor:
                    shop.book.touch(order, at(100))
                anchor.clear()

        shop.on_request.append(edit)
        async with open_woocommerce(shop, QUICK, page_size=SIZE) as connector:
            found = await ids(connector)
    assert anchor == []
    assert set(placed) - set(lost) == set(found)
