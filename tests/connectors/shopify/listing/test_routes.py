"""How the goods of an order travel, and where to, as its fulfillment orders say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import msgspec
import pytest
from aiohttp import web

from connectors.orders import Fulfillment, Order, OrderId, RejectedOrder
from connectors.testing.book import BookOrder
from connectors.testing.faults import Answer, Handler
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import at, walk
from tests.builders import build_address
from tests.connectors.shopify.fake.fulfillment_orders import MAIN_LOCATION
from tests.connectors.shopify.fake.shop import FakeShopify
from tests.connectors.shopify.shipping.notices import EAST, notice
from tests.connectors.shopify.shops import open_shop

BOTH = ("rest", "graphql")
SERVICE = {"actions": ("request_fulfillment",), "kind": "third_party"}
VAN = {"method": "local"}
COUNTER = {"method": "pick_up"}
AUNT = {"destination": build_address(name="Aunt Ada", line1="2 Hill Street")}


@pytest.fixture
async def shop() -> AsyncIterator[FakeShopify]:
    async with FakeShopify() as fake:
        yield fake


def route(shop: FakeShopify, second: Mapping[str, object], units: int = 2) -> BookOrder:
    """An order of A and B, of which `units` of B are in a fulfillment order of their own."""
    order = shop.book.add(modified_at=at(len(shop.book) + 1), lines=(("A", 1), ("B", 2)))
    rest = {"B": 2 - units} if units < 2 else {}
    _, other = shop.shelves.split(order, (MAIN_LOCATION, {"A": 1} | rest), (EAST, {"B": units}))
    for name, value in second.items():
        setattr(other, name, value)
    shop.scopes |= {"read_third_party_fulfillment_orders"}
    return order


def show(order: Order | RejectedOrder) -> list[tuple[str, int, Fulfillment]]:
    """The SKU, units and way of each line."""
    assert isinstance(order, Order), order
    return [(item.sku, item.quantity, item.fulfillment) for item in order.items if item.shippable]


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize(
    ("second", "way"),
    [
        (COUNTER, Fulfillment.PICKUP),
        ({"method": "retail"}, Fulfillment.PICKUP),
        (VAN, Fulfillment.LOCAL_DELIVERY),
        (SERVICE, Fulfillment.OTHER_SERVICE),
        ({"request_status": "accepted", "actions": ()}, Fulfillment.OTHER_SERVICE),
        ({"method": "pickup_point"}, Fulfillment.PARCEL),
        ({"method": "shipping"}, Fulfillment.PARCEL),
    ],
)
async def test_each_line_travels_as_its_fulfillment_order_says(
    shop: FakeShopify, transport: str, second: Mapping[str, object], way: Fulfillment
) -> None:
    route(shop, second)
    async with open_shop(shop, transport=transport) as connector:
        (listed,) = await walk(connector)
        assert show(listed) == [("A", 1, Fulfillment.PARCEL), ("B", 2, way)]
        assert await connector.get_order(OrderId(listed.id)) == listed
    async with open_shop(shop, transport=transport, delivery_methods=False) as connector:
        (plain,) = await walk(connector)
        assert {each for *_, each in show(plain)} == {Fulfillment.PARCEL}


@pytest.mark.parametrize("transport", BOTH)
async def test_one_line_may_travel_in_two_ways(shop: FakeShopify, transport: str) -> None:
    route(shop, COUNTER, units=1)
    async with open_shop(shop, transport=transport) as connector:
        (listed,) = await walk(connector)
    assert show(listed) == [
        ("A", 1, Fulfillment.PARCEL),
        ("B", 1, Fulfillment.PARCEL),
        ("B", 1, Fulfillment.PICKUP),
    ]


@pytest.mark.parametrize("transport", BOTH)
async def test_an_order_that_is_collected_needs_no_address(
    shop: FakeShopify, transport: str
) -> None:
    order = shop.book.add(modified_at=at(1), json={"shipping_address": None})
    shop.shelves.of(order)[0].method = "pick_up"
    async with open_shop(shop, transport=transport) as connector:
        (listed,) = await walk(connector)
    assert {way for *_, way in show(listed)} == {Fulfillment.PICKUP}


@pytest.mark.parametrize("transport", BOTH)
async def test_goods_for_two_addresses_name_theirs_and_a_parcel_takes_from_its_own(
    shop: FakeShopify, transport: str
) -> None:
    order = route(shop, AUNT, units=1)
    async with open_shop(shop, transport=transport) as connector:
        (listed,) = await walk(connector)
        assert isinstance(listed, Order)
        assert [each.ship_to.name for each in listed.destinations][1:] == ["Aunt Ada"]
        home, aunt = (each.key for each in listed.destinations)
        shown = [(item.sku, item.quantity, item.destination) for item in listed.items]
        assert shown == [("A", 1, home), ("B", 1, home), ("B", 1, aunt)]
        told = notice(order, "T1", B=1)
        await connector.ship(msgspec.structs.replace(told, destination=aunt), ())
    assert [shop.locations[parcel.id] for parcel in order.parcels] == [EAST]


@pytest.mark.parametrize("transport", BOTH)
async def test_the_same_address_from_two_locations_is_one(
    shop: FakeShopify, transport: str
) -> None:
    route(shop, {})
    async with open_shop(shop, transport=transport) as connector:
        (listed,) = await walk(connector)
    assert isinstance(listed, Order)
    assert listed.destinations == ()


@pytest.mark.parametrize("transport", BOTH)
async def test_a_page_costs_few_requests_and_an_unchanged_order_none(
    shop: FakeShopify, transport: str
) -> None:
    for _ in range(60):
        route(shop, COUNTER)
    async with open_shop(shop, transport=transport) as connector:
        await walk(connector)
        routes, lines = (
            sum(query in seen.body for seen in shop.requests)
            for query in (b"query Routes(", b"query RouteLines(")
        )
        # Sixty orders at first; parted lines ten at once.
        assert routes == 1
        assert lines <= 14
        shop.requests.clear()
        await walk(connector)
        assert not any(b"query Route" in seen.body for seen in shop.requests)


@pytest.mark.parametrize("transport", BOTH)
async def test_an_order_whose_route_the_shop_fails_over_is_held_alone(
    shop: FakeShopify, transport: str
) -> None:
    placed = [route(shop, {}).id for _ in range(5)]
    bad = b'Order/%s"' % placed[2].encode()
    shop.faults.add(
        Answer(500, "{}"),
        when=lambda seen: b"Routes(" in seen.body and bad in seen.body,
        times=None,
    )
    async with open_shop(shop, transport=transport) as connector:
        found = await walk(connector)
    held = [order for order in found if isinstance(order, RejectedOrder)]
    assert [order.id for order in held] == [placed[2]]
    assert held[0].reason.startswith("delivery methods: ")


async def test_without_the_right_orders_go_out_as_their_shipping_lines_say(
    shop: FakeShopify,
) -> None:
    order = route(shop, COUNTER)

    def deny(told: dict[str, object], _response: object) -> None:
        del told["data"]
        told["errors"] = [{"message": "Denied", "extensions": {"code": "ACCESS_DENIED"}}]

    shop.changes.append((lambda seen: b"Routes(" in seen.body, deny))
    async with open_shop(shop, transport="rest") as connector:
        (listed,) = await walk(connector)
    assert listed.id == order.id
    assert {way for *_, way in show(listed)} == {Fulfillment.PARCEL}


@pytest.mark.parametrize("transport", BOTH)
async def test_products_and_ways_of_a_page_are_asked_for_side_by_side(
    shop: FakeShopify, transport: str
) -> None:
    route(shop, VAN)
    both = asyncio.Barrier(2)

    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        await both.wait()
        return await handler(request)

    def asks_for(query: bytes) -> Callable[[SeenRequest], bool]:
        return lambda seen: query in seen.body

    for query in (b"query Routes", b"query Variants"):
        shop.faults.add(meet, method="POST", when=asks_for(query))
    async with open_shop(shop, transport=transport) as connector:
        assert len(await walk(connector)) == 1
    assert both.n_waiting == 0
