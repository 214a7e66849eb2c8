"""How long it is remembered what a client was given of an order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from proxy.export.ledger import TOLD_FOR
from proxy.rules.matching import GivenLine, GivenOrder
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.names import BooksName
from proxy.storage.outbox.foresight import DatabaseForesight
from tests.storage.conftest import HandClock

NORTH = BooksName("north")
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def database(migrated_url: str, clock: HandClock) -> AsyncIterator[Database]:
    async with Database.open(migrated_url, clock=clock) as database:
        yield database


def given(number: str, *, is_open: bool) -> GivenOrder:
    line = GivenLine(id="7", sku="CUP", name="Cup", quantity=2, shop_sku="CUP-LONG")
    shop = f"shop-{number}"
    return GivenOrder(
        id=f"id-{number}",
        number=number,
        shop_id=shop,
        shop_number=number,
        lines=(line,),
        is_open=is_open,
    )


async def test_an_order_is_remembered_for_as_long_as_it_may_be_shipped(
    database: Database, clock: HandClock
) -> None:
    storage, foresight = DatabaseExportStorage(database), DatabaseForesight(database)
    orders = [given("open", is_open=True), given("shipped", is_open=False)]
    async with storage.writing(NORTH) as rows:
        await rows.put_given(orders)

    async def list_kept(after: timedelta) -> list[str]:
        clock.forward(after.total_seconds())
        async with storage.writing(NORTH) as rows:
            await rows.prune(rows.now - TOLD_FOR, 10)
        found = [await foresight.find_given("north", order.number) for order in orders]
        return [order.number for some in found for order in some]

    assert await list_kept(TOLD_FOR - DAY) == ["open", "shipped"]
    assert await list_kept(2 * DAY) == ["open"]
    assert await list_kept(timedelta(days=730) - TOLD_FOR - 2 * DAY) == ["open"]
    assert await list_kept(2 * DAY) == []


async def test_an_order_is_found_by_each_name_it_may_come_back_under(database: Database) -> None:
    storage, foresight = DatabaseExportStorage(database), DatabaseForesight(database)
    order = given("1001", is_open=True)
    async with storage.writing(NORTH) as rows:
        await rows.put_given([order])
    for word in (order.number, order.id, order.shop_id):
        assert await foresight.find_given("north", word) == [order]
    assert await foresight.find_split("north", "1001-2") == order
    for word in ("1002", "CUP", ""):
        assert await foresight.find_given("north", word) == []
    assert await foresight.find_given("south", "1001") == []
