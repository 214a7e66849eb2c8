"""The last orders cannot be tried: `check` says so, whatever the connector's own check found, and
never ends in a traceback.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest

from connectors.errors import UnavailableError
from connectors.interface import CheckLevel
from connectors.orders import Fulfillment, Order, RejectedOrder, Window
from proxy.operator.checks.carriage import find_left_behind
from proxy.operator.checks.sample import sample_findings
from tests.builders import build_item, build_order
from tests.export.play.book import BookConnector, OrderBook
from tests.export.play.world import build_store


class BrokenConnector(BookConnector):
    """A connector of another package, with a fault of its own."""

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:
        known: dict[str, Order] = {}
        async for entry in super().list_orders(window):
            yield known[entry.id]


def connector(kind: type[BookConnector] = BookConnector) -> BookConnector:
    book = OrderBook(lambda: datetime.now(UTC))
    book.add()
    return kind(book)


async def test_a_shop_that_fails_is_a_problem() -> None:
    def fail(_page: int) -> None:
        raise UnavailableError("the shop is down")

    shop = connector()
    shop.before_page = fail
    (found,) = await sample_findings(build_store(shop))
    assert (found.level, found.what) == (
        CheckLevel.PROBLEM,
        "the last orders cannot be read: the shop is down",
    )


async def test_a_connector_that_breaks_is_a_problem_without_a_traceback() -> None:
    (found,) = await sample_findings(build_store(connector(BrokenConnector)))
    assert (found.level, found.what) == (
        CheckLevel.PROBLEM,
        "the connector failed over the last orders because of a fault of its own: KeyError",
    )


async def test_a_shop_that_is_slow_is_not_waited_for_and_that_is_said() -> None:
    shop = connector()
    shop.hang = asyncio.Event()
    (found,) = await sample_findings(build_store(shop), patience=0.01)
    assert found.level is CheckLevel.WARNING
    assert "it is unknown what would become of them" in found.what


@pytest.mark.parametrize("orders", [0, 3])
async def test_orders_that_go_out_as_they_should_leave_nothing_to_say(orders: int) -> None:
    shop = BookConnector(OrderBook(lambda: datetime.now(UTC)))
    for _ in range(orders):
        shop.book.add()
    assert await sample_findings(build_store(shop)) == []


@pytest.mark.parametrize(("broken", "level"), [(2, CheckLevel.WARNING), (3, CheckLevel.PROBLEM)])
async def test_more_than_a_tenth_of_the_last_orders_that_cannot_be_read_is_a_problem(
    broken: int, level: CheckLevel
) -> None:
    shop = BookConnector(OrderBook(lambda: datetime.now(UTC)))
    for number in range(20):
        order = shop.book.add()
        if number < broken:
            shop.rejected[order.id] = "total: expected money, found 'abc'"
    (found,) = await sample_findings(build_store(shop))
    assert found.level is level
    assert found.what.startswith(f"{broken} of 20 orders cannot be read, e.g. order N000001: total")


class SplitConnector(BookConnector):
    """Three orders that go out: two without some of their lines, and the names of their methods."""

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:  # noqa: ARG002 - a connector's
        ways = (Fulfillment.OTHER_SERVICE, Fulfillment.PICKUP, Fulfillment.PARCEL)
        methods = ("Abholung im Laden", "Ground", "DHL pickup point")
        for number, (way, method) in enumerate(zip(ways, methods, strict=True), 1001):
            items = (build_item(id="1"), build_item(id="2", fulfillment=way))
            yield build_order(
                id=str(number), number=str(number), items=items, shipping_method=method
            )


async def test_lines_that_stay_behind_and_methods_that_sound_like_pickup_are_named() -> None:
    behind, doubtful = await sample_findings(build_store(connector(SplitConnector)))
    assert behind.what == (
        "2 of 3 orders that go out leave lines behind, e.g. order 1001: items: 1 of 2 lines stay"
        " behind: another service ships them (to export such lines: filters.include:"
        " [other_service])"
    )
    assert doubtful.level is CheckLevel.WARNING
    assert doubtful.what.endswith("their shipping method is 'Abholung im Laden'")
    included = build_store(
        connector(SplitConnector), filters={"include": ["pickup", "other_service"]}
    )
    assert len(await sample_findings(included)) == 1


@pytest.mark.parametrize(
    ("method", "is_named"),
    [
        ("Local pickup", True),
        ("Click & Collect", True),
        ("Retrait en magasin", True),
        ("Recogida en tienda", True),
        ("Odbiór osobisty", True),
        ("Retrait en point relais", False),
        ("Pick-up parcel locker", False),
        ("Ground", False),
        ("", False),
    ],
)
def test_how_a_method_sounds_is_told_from_its_name(method: str, *, is_named: bool) -> None:
    found = find_left_behind([build_order(shipping_method=method)], ())
    assert bool(list(found)) is is_named


class MixedConnector(BookConnector):
    """Two orders that buyers collect, one of downloads, and one to pack."""

    async def list_orders(self, window: Window) -> AsyncGenerator[Order | RejectedOrder, None]:  # noqa: ARG002 - a connector's
        ways = (Fulfillment.PICKUP, Fulfillment.PICKUP, Fulfillment.DIGITAL, Fulfillment.PARCEL)
        for number, way in enumerate(ways, 1001):
            items = (build_item(id="1", fulfillment=way),)
            yield build_order(id=str(number), number=str(number), items=items)


async def test_what_is_kept_back_is_counted_by_its_reason() -> None:
    found = await sample_findings(build_store(connector(MixedConnector)))
    (kept_back,) = [each.what for each in found if "kept back" in each.what]
    assert kept_back.startswith("3 of 4 orders are kept back by a filter, e.g. order 1001: the")
    assert kept_back.endswith(
        "By reason: 2: the buyer collects this order;"
        " 1: items: nothing to ship, and filters.shippable_only is on"
    )
