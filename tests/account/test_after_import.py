"""What is done to imported orders in ShipStation: once each, over a kill too, and no more."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connectors.errors import UnavailableError
from connectors.language.expressions import read_expression
from connectors.testing.shop import FakeShop
from proxy.account.after_import.performer import ImportPerformer
from proxy.account.after_import.planner import ImportPlanner
from proxy.account.client import AccountClient
from proxy.simulator.account.rows import OrderRow
from proxy.simulator.account.traits import Faults
from proxy.storage.database import Database
from proxy.storage.tables import given_orders
from proxy.stores import name_condition
from tests.account.stage import Front, open_client, open_front
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.databases import copy_migrated
from tests.server.webhooks.fronts import FakeWooCommerceWithWebhooks, message, poll, tell
from tests.server.webhooks.fronts import open_front as open_portside
from tests.simulator.account.stage import MINUTE, NOW, build_orders

BIG = "total > `100`"


class Desk:
    """The account, and the process that looks after its imports."""

    def __init__(self, front: Front, client: AccountClient, database: Database) -> None:
        self.front = front
        self.account = front.account
        self.office = front.account.office
        self._client = client
        self._planner = ImportPlanner(database, ImportPerformer(database))
        self.remarks = dict[str, str]()

    async def import_orders(self, count: int, big: Sequence[int] = ()) -> None:
        """Have orders `N-1`, … imported; of the `big` ones the condition is true."""
        for number in big:
            self.front.store.marks.put(str(1000 + number), [name_condition(read_expression(BIG))])
        self.front.stall.orders = list(build_orders(count))
        await self.account.advance(MINUTE)
        await self.account.import_orders(self.front.there, NOW - timedelta(days=1))

    async def look(self, *, again: bool = False) -> None:
        """What the jobs do; `again` is a look that no import caused."""
        store = self.front.store
        if again:
            await self._planner.performer.perform_actions(self._client, store)
        else:
            await self._planner.take_imports(self._client, store)

    def find(self, number: str) -> OrderRow:
        return self.account.find_order(number)

    def list_deeds(self) -> Counter[str]:
        """The changes asked for, by path."""
        return Counter(call.path for call in self.account.calls if call.method == "POST")


@asynccontextmanager
async def open_desk(url: str, *rules: dict[str, Any]) -> AsyncIterator[Desk]:
    remarks = dict[str, str]()
    async with (
        open_front(
            url,
            account={"after_import": rules},
            remark=lambda made: remarks.update({made.about: made.text}),
        ) as front,
        open_client(front.account, url, rate="40/m") as (client, _),
        Database.open(url, clock=front.account.clock) as database,
    ):
        desk = Desk(front, client, database)
        desk.remarks = remarks
        await desk.look()
        yield desk


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_each_imported_order_is_assigned_tagged_and_held_once(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    url = copy_migrated(request, kind, tmp_path)
    rules = [
        {"only": BIG, "assign_user": "ada packer", "add_tag": "wholesale", "hold_until": "3d"},
        {"add_tag": "Fragile"},
    ]
    async with open_desk(url, *rules) as desk:
        tags = {tag.name: tag.tag_id for tag in desk.office.tags}
        await desk.import_orders(4, big=(1, 3))
        for _ in range(4):
            await desk.look()
            await desk.account.advance(MINUTE)
        wholesale, fragile = tags["Wholesale"], tags["Fragile"]
        for number in range(1, 5):
            row, is_big = desk.find(f"N-{number}"), number in {1, 3}
            assert set(row.tag_ids or ()) == ({wholesale, fragile} if is_big else {fragile})
            assert (row.order_status == "on_hold") is is_big
            assert bool(row.user_id) is is_big
        assert desk.list_deeds() == {
            "/orders/assignuser": 1,
            "/orders/addtag": 6,
            "/orders/holduntil": 2,
        }
        assert desk.remarks["after_import"] == ""
        # What a person undoes stays undone.
        desk.office.remove_tag(desk.find("N-1").order_id, fragile)
        await desk.account.advance(timedelta(hours=2))
        await desk.look()
        assert fragile not in (desk.find("N-1").tag_ids or ())


async def test_a_process_that_is_killed_amid_it_leaves_nothing_undone(kept_url: str) -> None:
    async with open_desk(kept_url, {"add_tag": "Fragile", "hold_until": "2d"}) as desk:
        await desk.import_orders(3)
        run = asyncio.create_task(desk.look())

        def end(path: str) -> None:
            if path == "/orders/addtag":
                run.cancel()

        desk.account.on_call.append(end)
        await asyncio.wait({run})
        assert run.cancelled()
        desk.account.on_call.clear()
        for _ in range(3):
            await desk.look()
        fragile = next(tag.tag_id for tag in desk.office.tags if tag.name == "Fragile")
        for number in range(1, 4):
            assert desk.find(f"N-{number}").tag_ids == (fragile,)
            assert desk.find(f"N-{number}").order_status == "on_hold"


async def test_many_orders_are_done_a_few_requests_at_a_time(
    kept_url: str,
) -> None:
    async with open_desk(kept_url, {"add_tag": "Fragile"}) as desk:
        await desk.import_orders(25)
        await desk.look()
        assert desk.list_deeds()["/orders/addtag"] == 10
        for _ in range(3):
            await desk.look(again=True)
        assert desk.list_deeds()["/orders/addtag"] == 25
        assert desk.account.count_busiest_minute() <= 40


async def test_what_shipstation_does_not_know_or_take_is_remarked_and_costs_no_other(
    kept_url: str,
) -> None:
    rules = ({"add_tag": "Fragil"}, {"assign_user": "Nobody"}, {"hold_until": "2d"})
    async with open_desk(kept_url, *rules) as desk:
        await desk.import_orders(3)
        # Between the list and the deed a person shipped one of them.

        def ship(path: str) -> None:
            if path == "/accounts/listtags":
                desk.account.mark_shipped(desk.find("N-1"), "X-1")

        desk.account.on_call.append(ship)
        await desk.look()
        assert "did you mean 'Fragile'?" in desk.remarks["after_import"]
        assert "assign_user: expected one of" in desk.remarks["after_import"]
        assert "was left as it is" in desk.remarks["after_import hold"]
        held = [desk.find(f"N-{n}").order_status for n in range(1, 4)]
        assert held == ["shipped", "on_hold", "on_hold"]
        before = desk.list_deeds()
        await desk.look(again=True)
        assert desk.list_deeds() == before


async def test_an_outage_puts_it_off(kept_url: str) -> None:
    async with open_desk(kept_url, {"add_tag": "Fragile"}) as desk:
        await desk.import_orders(2)
        desk.account.faults = Faults(broken=1.0)
        with pytest.raises(UnavailableError):
            await desk.look()
        desk.account.faults = Faults()
        await desk.look()
        assert all(desk.find(f"N-{number}").tag_ids for number in (1, 2))


async def test_orders_that_portside_did_not_give_are_left_alone(kept_url: str) -> None:
    async with open_desk(kept_url, {"add_tag": "Fragile"}) as desk:
        await desk.import_orders(1)
        other = desk.account.add_store("By hand")
        desk.account.add_order(desk.front.there, "TYPED-1", {"CUP-1": 1})
        desk.account.add_order(other, "N-1", {"CUP-1": 1})
        await desk.look()
        tagged = [row.order_number for row in desk.account.books.orders.values() if row.tag_ids]
        assert tagged == ["N-1"]
        assert desk.account.find_order("N-1", desk.front.there).tag_ids


@pytest.mark.parametrize("kind", [FakeShopify, FakeWooCommerceWithWebhooks])
@pytest.mark.parametrize("total", ["0", "1000000"])
async def test_the_condition_is_kept_beside_the_order_that_is_given(
    tmp_path: Path, kind: type[FakeShop], total: str
) -> None:
    path = "total_price" if kind is FakeShopify else "total"
    rule = {"only": f"to_number({path}) > `{total}`", "add_tag": "Fragile"}
    account = {"api_key": "k", "api_secret": "s", "url": "http://127.0.0.1:9"}
    settings = {"account": {**account, "after_import": [rule]}}
    async with kind() as shop:
        shop.book.add()
        async with open_portside(shop, tmp_path, **settings) as url:
            await tell(url, *message(shop))
            assert "<Order>" in await poll(url)
        async with (
            Database.open(f"sqlite:///{tmp_path}/portside.db") as database,
            database.reading() as connection,
        ):
            kept = (await connection.execute(select(given_orders.c.marks))).scalars().all()
    expected = name_condition(read_expression(rule["only"])) if total == "0" else ""
    assert kept == [expected]
