from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.testing.clock import Clock
from proxy.simulator.account.fake import FakeAccount
from proxy.simulator.account.traits import Fate, Traits
from tests.builders import build_item, build_order
from tests.server.stall import Stall, open_front
from tests.simulator.store import LOGIN

HOUR = timedelta(hours=1)


async def test_the_account_imports_from_portside_and_its_notices_reach_the_shop(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC)
    orders = [
        build_order(
            id=str(number),
            number=f"A-{number}",
            modified_at=now - timedelta(minutes=10 + number),
            items=(build_item(id=f"{number}1", quantity=1),),
        )
        for number in range(1, 6)
    ]
    stall = Stall(orders[::-1])
    async with (
        open_front(stall, tmp_path) as front,
        FakeAccount(Clock(now), traits=Traits(poll_every=HOUR)) as account,
    ):
        store = await account.connect_store("North", f"http://{front.public}/stores/north", LOGIN)
        await account.settle()
        assert [order.order_number for order in account.books.orders.values()] == [
            f"A-{number}" for number in (5, 4, 3, 2, 1)
        ]
        assert store.resource["refreshDate"] is not None
        find = account.find_order
        full = account.make_label(find("A-1"))
        account.mark_shipped(find("A-2"), "X-2", fate=Fate.REPEATED)
        lost = account.make_label(find("A-3"), fate=Fate.LOST_SILENTLY)
        account.make_label(find("A-4"), fate=Fate.LATE)
        await account.settle()
        assert {told.order_number for told in stall.shipped} == {"A-1", "A-2"}
        assert len(stall.shipped) == 2
        [told] = [told for told in stall.shipped if told.order_number == "A-1"]
        assert (told.order_id, told.tracking_number) == ("1", full.tracking_number)
        assert [(item.line_id, item.quantity) for item in told.items] == [("11", 1)]
        await account.advance(3 * HOUR)
        assert {told.order_number for told in stall.shipped} == {"A-1", "A-2", "A-4"}
        assert (full.marketplace_notified, lost.marketplace_notified) == (True, False)
