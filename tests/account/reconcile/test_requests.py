"""What reconciling asks the account for."""

from __future__ import annotations

from datetime import timedelta

from proxy.simulator.account.traits import Fate
from tests.account.desk import open_desk
from tests.account.stage import build_store

MINUTE = timedelta(minutes=1)


async def test_a_run_asks_for_pages_and_never_for_a_row(kept_url: str) -> None:
    async with open_desk(kept_url, count=40) as desk:
        for number in range(1, 41):
            order = desk.account.find_order(f"N-{number}")
            if number % 2:
                desk.account.make_label(order, fate=Fate.LOST_SILENTLY)
            else:
                desk.account.mark_shipped(order, f"X-{number}", fate=Fate.LOST_SILENTLY)
        # Labels by creation and by voiding, marks, and the orders of the marks; then no orders.
        assert await desk.reconcile() == 4
        await desk.pass_time(15 * MINUTE)
        assert len(desk.told) == 40
        assert await desk.reconcile() == 3


async def test_orders_that_were_seen_to_be_the_stores_are_not_listed_again(kept_url: str) -> None:
    async with open_desk(kept_url, count=4) as desk:
        find = desk.account.find_order

        def mark(number: str) -> None:
            desk.account.mark_shipped(find(number), f"X-{number}", fate=Fate.LOST_SILENTLY)

        async def reconcile() -> bool:
            before = len(desk.account.calls)
            await desk.reconcile()
            await desk.pass_time(15 * MINUTE)
            return any(call.path.startswith("/orders") for call in desk.account.calls[before:])

        # A label says whose order it is of, and so does the list of the store's orders.
        for number in ("N-1", "N-2"):
            desk.account.void(desk.account.make_label(find(number), fate=Fate.OFF))
        assert not await reconcile()
        mark("N-1")
        assert not await reconcile()
        mark("N-3")
        assert await reconcile()
        desk.account.add_order(desk.account.add_store("By hand"), "N-2", {"CUP-1": 1})
        other = max(desk.account.books.orders.values(), key=lambda order: order.order_id)
        desk.account.mark_shipped(other, "X-OTHER", fate=Fate.LOST_SILENTLY)
        assert await reconcile()
        assert desk.told == [("N-1", "X-N-1"), ("N-3", "X-N-3")]


async def test_the_stores_of_a_key_read_its_fulfillments_once(kept_url: str) -> None:
    async with open_desk(kept_url) as desk:
        south = desk.account.add_store("South")
        week = {"reconcile": {"look_back": "14d"}}
        desk.others.append(build_store(desk.account, south.store_id, name="south", account=week))
        desk.account.add_order(south, "S-1", {"CUP-1": 1})
        for name in ("N-1", "S-1"):
            order = desk.account.find_order(name)
            desk.account.mark_shipped(order, f"X-{name}", fate=Fate.LOST_SILENTLY)
        for _ in range(2):
            before = len(desk.account.calls)
            await desk.reconcile()
            paths = [call.path for call in desk.account.calls[before:]]
            assert sum(path.startswith("/fulfillments") for path in paths) == 1
            await desk.pass_time(15 * MINUTE)
        assert desk.told == [("N-1", "X-N-1")]
        found = {
            (each.store, each.shipment.tracking_number) for each in await desk.list_deliveries()
        }
        assert found == {("north", "X-N-1"), ("south", "X-S-1")}
