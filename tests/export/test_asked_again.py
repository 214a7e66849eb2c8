"""Orders that are asked for one by one: what the shop will not give now is asked for again, and
keeps no other order back.
"""

from __future__ import annotations

from itertools import chain

import pytest

from connectors.errors import AuthenticationError, ConnectorError, RefusedError, UnavailableError
from connectors.orders import Order, OrderId, RejectedOrder
from proxy.export.hints.orders import MOST_STILL_BROKEN
from proxy.export.windows import MOST_HINTS
from tests.export.conftest import OpenWorld
from tests.export.play.book import BookConnector, OrderBook
from tests.export.play.polls import HOUR, poll_after
from tests.export.play.world import World


class Touchy(BookConnector):
    """A shop that fails over some orders when it is asked for them alone."""

    def __init__(self, book: OrderBook, size: int = 3) -> None:
        super().__init__(book, size)
        self.faults: dict[str, Exception] = {}

    def fail_over(self, **faults: Exception) -> None:
        self.faults = {key.strip("_"): error for key, error in faults.items()}

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        if error := self.faults.get(order_id):
            raise error
        return await super().get_order(order_id)


@pytest.mark.parametrize(
    "error", [UnavailableError("a fatal error"), AuthenticationError("not this one")]
)
async def test_an_order_the_shop_fails_over_keeps_no_other_back_and_comes_once_it_can(
    open_world: OpenWorld, error: ConnectorError
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    world.book.add()
    for _ in range(2):
        await world.exporter.ledger.add_hint(world.store.books, world.book.add(lag=48 * HOUR).id)
    world.connector.fail_over(_000002=error)
    assert await poll_after(world, HOUR) == ["000001", "000003"]
    assert await poll_after(world, HOUR) == []
    world.connector.fail_over()
    assert await poll_after(world, HOUR) == ["000002"]
    assert "000002" not in await poll_after(world, HOUR)


@pytest.mark.parametrize(
    "error", [UnavailableError("a fatal error"), RefusedError("a firewall", status=400)]
)
async def test_an_order_that_is_listed_goes_out_though_the_shop_will_not_give_it_alone(
    open_world: OpenWorld, error: ConnectorError
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    world.book.add()
    await world.exporter.ledger.add_hint(world.store.books, "000001")
    world.connector.fail_over(_000001=error)
    assert await poll_after(world, HOUR) == ["000001"]


@pytest.mark.parametrize("error", [None, UnavailableError("a fatal error"), KeyError("total")])
async def test_an_order_that_could_not_be_read_comes_by_itself_once_the_shop_is_mended(
    open_world: OpenWorld, error: Exception | None
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    world.book.add()
    world.connector.rejected = {"000001": "line_items[0].total: expected money, found 'abc'"}
    world.connector.fail_over(**({} if error is None else {"_000001": error}))
    for _ in range(3):
        assert await poll_after(world, HOUR) == []
        (held,) = await world.exporter.ledger.list_held(world.store.books)
        assert (held.order_id, held.kind) == ("000001", "unreadable")
    world.connector.rejected = {}
    world.connector.fail_over()
    assert await poll_after(world, HOUR) == ["000001"]
    assert await world.exporter.ledger.list_held(world.store.books) == []
    assert await poll_after(world, HOUR) == []


async def test_an_order_the_client_would_refuse_comes_by_itself_once_it_is_mended(
    world: World,
) -> None:
    await poll_after(world, 60)
    world.book.add()
    world.book.edit("000001", number="")
    assert await poll_after(world, HOUR) == []
    world.book.edit("000001", dated=False, number="1001")
    assert await poll_after(world, HOUR) == ["000001"]


class Mistaken(BookConnector):
    """A shop that gives its first order, or one without an id, whichever is asked for."""

    has_ids = True

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        if self.has_ids or order_id == "000001":
            return await super().get_order("000001")
        return RejectedOrder(id=OrderId(""), reason="id: expected a value, found none")


@pytest.mark.parametrize("has_ids", [True, False])
async def test_a_held_order_stays_held_where_the_shop_gives_another_for_it(
    open_world: OpenWorld, *, has_ids: bool
) -> None:
    world = await open_world(connector=Mistaken)
    assert isinstance(world.connector, Mistaken)
    world.connector.has_ids = has_ids
    await poll_after(world, 60)
    world.book.add()
    world.connector.rejected = {world.book.add().id: "broken"}
    for _ in range(3):
        await poll_after(world, HOUR)
        (held,) = await world.exporter.ledger.list_held(world.store.books)
        assert held.order_id == "000002"


async def test_a_held_order_that_the_shop_deleted_is_forgotten(world: World) -> None:
    await poll_after(world, 60)
    world.connector.rejected = {world.book.add().id: "broken"}
    assert await poll_after(world, HOUR) == []
    world.book.remove("000001")
    assert await poll_after(world, HOUR) == []
    assert await world.exporter.ledger.list_held(world.store.books) == []


async def test_an_order_the_shop_fails_over_alone_is_held_with_its_words(
    open_world: OpenWorld,
) -> None:
    world = await open_world(connector=Touchy)
    assert isinstance(world.connector, Touchy)
    await poll_after(world, 60)
    await world.exporter.ledger.add_hint(world.store.books, world.book.add(lag=48 * HOUR).id)
    world.connector.fail_over(_000001=UnavailableError("GET /orders/1 answered 500"))
    assert await poll_after(world, HOUR) == []
    (held,) = await world.exporter.ledger.list_held(world.store.books)
    assert (held.kind, held.reason) == ("unreadable", "GET /orders/1 answered 500")


class Counting(Touchy):
    """`alone` names the orders that were asked for one by one."""

    def __init__(self, book: OrderBook, size: int = 3) -> None:
        super().__init__(book, size)
        self.alone: list[str] = []

    async def get_order(self, order_id: str) -> Order | RejectedOrder:
        self.alone.append(order_id)
        return await super().get_order(order_id)


async def test_many_broken_orders_take_turns_and_cost_each_window_a_few_requests(
    open_world: OpenWorld,
) -> None:
    world = await open_world(connector=Counting)
    assert isinstance(world.connector, Counting)
    await poll_after(world, 60)
    for _ in range(3 * MOST_STILL_BROKEN):
        world.connector.rejected[world.book.add().id] = "broken"
    assert await poll_after(world, HOUR) == []
    asked = list[list[str]]()
    for _ in range(4):
        world.connector.alone = []
        assert await poll_after(world, HOUR) == []
        asked.append(sorted(world.connector.alone))
    assert [len(some) for some in asked] == [MOST_STILL_BROKEN] * 4
    assert sorted(chain.from_iterable(asked[:3])) == sorted(world.book.orders)
    assert asked[3] == asked[0]


async def test_broken_orders_all_come_with_one_window_once_their_cause_is_mended(
    open_world: OpenWorld,
) -> None:
    world = await open_world()
    await poll_after(world, 60)
    for _ in range(60):
        world.connector.rejected[world.book.add().id] = "broken"
    assert await poll_after(world, HOUR) == []
    assert await poll_after(world, HOUR) == []
    world.connector.rejected = {}
    assert sorted(await poll_after(world, HOUR)) == sorted(world.book.orders)


async def test_broken_orders_keep_no_hint_of_news_waiting(open_world: OpenWorld) -> None:
    world = await open_world()
    await poll_after(world, 60)
    for _ in range(MOST_HINTS):
        world.connector.rejected[world.book.add().id] = "broken"
    assert await poll_after(world, HOUR) == []
    late = world.book.add(lag=48 * HOUR).id
    await world.exporter.ledger.add_hint(world.store.books, late)
    assert await poll_after(world, HOUR) == [late]


async def test_a_client_that_must_not_be_given_older_orders_costs_no_request_for_held_ones(
    open_world: OpenWorld,
) -> None:
    world = await open_world(connector=Counting, store={"door": "shiprush"})
    assert isinstance(world.connector, Counting)
    await poll_after(world, 60)
    world.connector.rejected[world.book.add().id] = "broken"
    assert await poll_after(world, HOUR) == []
    assert await poll_after(world, HOUR) == []
    assert world.connector.alone == []
