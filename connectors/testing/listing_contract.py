"""What a connector promises about listing: every order of the window, none besides, each once,
whatever happens meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from connectors.errors import OrderNotFoundError
from connectors.orders import Order, OrderId, OrderStatus, RejectedOrder, Window
from connectors.testing.harness import ShopHarness
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import QUICK, START, WINDOW, at, failure, ids, walk


class ListingContract:
    """Needs a `harness` fixture."""

    async def test_lists_exactly_the_window_ends_included_oldest_change_first(
        self, harness: ShopHarness
    ) -> None:
        harness.add_order(WINDOW.start - timedelta(seconds=1))
        last = harness.add_order(WINDOW.end)
        first = harness.add_order(WINDOW.start)
        middle = harness.add_order(at(30))
        harness.add_order(WINDOW.end + timedelta(seconds=1))
        async with harness.open_connector(QUICK) as connector:
            found = await walk(connector)
        assert [order.id for order in found] == [first, middle, last]
        assert [order.modified_at for order in found] == [WINDOW.start, at(30), WINDOW.end]

    async def test_an_empty_window_is_empty(self, harness: ShopHarness) -> None:
        harness.add_order(WINDOW.start - timedelta(days=3))
        async with harness.open_connector(QUICK) as connector:
            assert await walk(connector) == []

    async def test_reads_every_page(self, harness: ShopHarness) -> None:
        placed = [harness.add_order(at(number / 10)) for number in range(harness.page_size * 3 + 1)]
        async with harness.open_connector(QUICK) as connector:
            assert await ids(connector) == placed

    async def test_reads_a_window_of_exactly_full_pages(self, harness: ShopHarness) -> None:
        placed = [harness.add_order(at(number / 10)) for number in range(harness.page_size * 2)]
        async with harness.open_connector(QUICK) as connector:
            assert await ids(connector) == placed

    async def test_reads_pages_of_orders_changed_in_the_same_second(
        self, harness: ShopHarness
    ) -> None:
        before = harness.add_order(at(1))
        tied = [harness.add_order(at(2)) for _ in range(harness.page_size * 3)]
        after = harness.add_order(at(3))
        async with harness.open_connector(QUICK) as connector:
            found = await ids(connector)
        assert sorted(found) == sorted([before, *tied, after])
        assert found[0] == before
        assert found[-1] == after

    async def test_an_edit_during_the_walk_hides_no_other_order(self, harness: ShopHarness) -> None:
        placed = [harness.add_order(at(number / 10)) for number in range(harness.page_size * 3)]
        edits = iter(placed[: harness.page_size])

        def edit(seen: SeenRequest) -> None:
            if harness.is_list(seen) and (order := next(edits, None)) is not None:
                harness.touch(order, WINDOW.end + timedelta(minutes=5))

        harness.shop.on_request.append(edit)
        async with harness.open_connector(QUICK) as connector:
            found = await ids(connector)
        untouched = placed[harness.page_size :]
        assert set(untouched) <= set(found), f"lost: {sorted(set(untouched) - set(found))}"
        assert len(found) == len(set(found)), "an order came twice"

    async def test_an_edit_among_orders_of_one_second_hides_no_other_order(
        self, harness: ShopHarness
    ) -> None:
        tied = [harness.add_order(at(2)) for _ in range(harness.page_size * 3)]
        edits = iter(tied[:2])
        lists = 0

        def edit(seen: SeenRequest) -> None:
            nonlocal lists
            if harness.is_list(seen):
                lists += 1
                if lists > 1 and (order := next(edits, None)) is not None:
                    harness.touch(order, at(100))

        harness.shop.on_request.append(edit)
        async with harness.open_connector(QUICK) as connector:
            found = await ids(connector)
        assert set(tied[2:]) <= set(found), f"lost: {sorted(set(tied[2:]) - set(found))}"
        assert len(found) == len(set(found)), "an order came twice"

    async def test_an_order_deleted_during_the_walk_hides_no_other_order(
        self, harness: ShopHarness
    ) -> None:
        placed = [harness.add_order(at(number / 10)) for number in range(harness.page_size * 3)]
        lists = 0

        def delete(seen: SeenRequest) -> None:
            nonlocal lists
            if harness.is_list(seen):
                lists += 1
                if lists == 2:
                    harness.delete(placed[0])

        harness.shop.on_request.append(delete)
        async with harness.open_connector(QUICK) as connector:
            found = await ids(connector)
        assert set(placed[1:]) <= set(found), f"lost: {sorted(set(placed[1:]) - set(found))}"

    async def test_tells_cancelled_and_shipped_orders_as_such(self, harness: ShopHarness) -> None:
        cancelled = harness.add_order(at(1))
        shipped = harness.add_order(at(3), status=OrderStatus.SHIPPED)
        harness.cancel(cancelled, at(5))
        async with harness.open_connector(QUICK) as connector:
            found = {order.id: order for order in await walk(connector)}
        orders = {name: order.status for name, order in found.items() if isinstance(order, Order)}
        assert orders == {cancelled: OrderStatus.CANCELLED, shipped: OrderStatus.SHIPPED}

    async def test_tells_a_binned_order_as_cancelled_where_the_shop_shows_its_bin(
        self, harness: ShopHarness
    ) -> None:
        kept, binned = harness.add_order(at(1)), harness.add_order(at(2))
        harness.trash(binned, at(6))
        async with harness.open_connector(QUICK) as connector:
            found = await walk(connector)
        told = [(order.id, order.status) for order in found if isinstance(order, Order)]
        assert told == [
            (kept, OrderStatus.PAID),
            *([(binned, OrderStatus.CANCELLED)] if harness.lists_trash else []),
        ]

    async def test_sets_one_unreadable_order_aside_and_lists_the_rest(
        self, harness: ShopHarness
    ) -> None:
        first, bad, last = (
            harness.add_order(at(minute), spoiled=minute == 2) for minute in (1, 2, 3)
        )
        async with harness.open_connector(QUICK) as connector:
            found = {order.id: order for order in await walk(connector)}
        assert set(found) == {first, bad, last}
        rejected = found[bad]
        assert isinstance(rejected, RejectedOrder)
        assert "expected" in rejected.reason.lower(), (
            f"the reason does not say what was expected: {rejected.reason}"
        )
        assert isinstance(found[first], Order)
        assert isinstance(found[last], Order)

    async def test_counts_what_it_lists_if_it_counts_at_all(self, harness: ShopHarness) -> None:
        for minute in range(harness.page_size + 2):
            harness.add_order(at(minute))
        async with harness.open_connector(QUICK) as connector:
            count = await connector.count_orders(WINDOW)
        assert count is None or count >= harness.page_size + 2

    async def test_an_order_fetched_alone_is_the_order_listed(self, harness: ShopHarness) -> None:
        placed = harness.add_order(at(1), lines=(("A", 2), ("B", 1)))
        async with harness.open_connector(QUICK) as connector:
            assert [await connector.get_order(placed)] == await walk(connector)

    async def test_an_unknown_order_is_not_found(self, harness: ShopHarness) -> None:
        harness.add_order(at(1))
        async with harness.open_connector(QUICK) as connector:
            for unknown in ("999999", "../1001", "no such order", "1001/../1001"):
                await failure(connector.get_order(OrderId(unknown)), OrderNotFoundError)

    async def test_lists_what_is_open_whenever_it_changed(self, harness: ShopHarness) -> None:
        old = harness.add_order(START - timedelta(days=40))
        held = harness.add_order(at(1), status=OrderStatus.ON_HOLD)
        harness.add_order(at(2), status=OrderStatus.SHIPPED)
        cancelled = harness.add_order(at(3))
        harness.cancel(cancelled, at(4))
        async with harness.open_connector(QUICK) as connector:
            found = {order.id async for order in connector.list_open_orders()}
        assert found == {old, held}

    async def test_a_window_of_one_second_is_a_window(self, harness: ShopHarness) -> None:
        inside = harness.add_order(at(5))
        harness.add_order(at(5) + timedelta(seconds=1))
        harness.add_order(at(5) - timedelta(seconds=1))
        async with harness.open_connector(QUICK) as connector:
            assert await ids(connector, Window(start=at(5), end=at(5))) == [inside]
