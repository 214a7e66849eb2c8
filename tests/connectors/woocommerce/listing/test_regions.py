"""A region that only the shop's own table knows goes out by its name, which is asked for once."""

from __future__ import annotations

import msgspec
import pytest

from connectors.interface import ConnectorContext
from connectors.orders import Order
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK, walk
from connectors.woocommerce import connector_type
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.regions import list_unknown_countries
from tests.connectors.woocommerce.harness import settings_for
from tests.connectors.woocommerce.mapping import handwritten
from tests.storage.memory_shops import MemoryMemory


@pytest.mark.parametrize(
    ("state", "country", "is_private"),
    [
        ("TR34", "TR", True),
        ("BD-05", "BD", True),
        ("LA-VT", "LA", True),
        ("10", "DZ", True),
        ("B", "ES", True),
        ("JA", "MX", True),
        ("MZMPM", "MZ", True),
        # What carriers take, what our own table knows, what people wrote.
        ("SP", "BR", False),
        ("MI", "IT", False),
        ("JP13", "JP", False),
        ("Istanbul", "TR", False),
        ("TR", "TR", False),
        ("", "TR", False),
        ("Var", "FR", False),
        ("TX", "US", False),
        ("TR34", "", False),
        ("TR34" * 500, "TR", False),
    ],
)
def test_a_region_is_private_where_it_is_the_countrys_code_or_a_number(
    state: str, country: str, *, is_private: bool
) -> None:
    place = wire.Address(state=state, country=country)
    order = msgspec.convert(handwritten.order(), wire.Order)
    found = list_unknown_countries(msgspec.structs.replace(order, shipping=place))
    assert list(found) == ([country] if is_private else [])


async def list_regions(shop: FakeWooCommerceShop, memory: MemoryMemory) -> list[str]:
    context = ConnectorContext(store="test", upstream=QUICK, memory=memory)
    async with connector_type.open(settings_for(shop), context) as connector:
        found = [*await walk(connector), *await walk(connector)]
    assert all(isinstance(order, Order) for order in found)
    return [order.customer.ship_to.region for order in found if isinstance(order, Order)]


def stock_shop(shop: FakeWooCommerceShop) -> None:
    shop.traits.regions = {"TR": {"TR34": "İstanbul", "TR35": "İzmir"}}
    place = {**handwritten.order()["billing"], "country": "TR"}
    shop.load(
        handwritten.order(id=number, number=str(number), billing={**place, "state": state})
        for number, state in ((7, "TR34"), (8, "tr35"), (9, "TR99"), (10, "Adana"))
    )


async def test_the_shop_is_asked_once_whatever_is_restarted() -> None:
    memory = MemoryMemory()
    async with FakeWooCommerceShop() as shop:
        stock_shop(shop)
        expected = ["İstanbul", "İzmir", "TR99", "Adana"] * 2
        assert await list_regions(shop, memory) == expected
        assert await list_regions(shop, memory) == expected
        assert shop.count("GET", "/wp-json/wc/v3/data/countries/TR") == 1


async def test_a_shop_that_does_not_tell_costs_no_order() -> None:
    async with FakeWooCommerceShop() as shop:
        stock_shop(shop)
        shop.faults.add(Answer(403), path="/data/countries", times=None)
        assert await list_regions(shop, MemoryMemory()) == ["TR34", "tr35", "TR99", "Adana"] * 2


async def test_nothing_is_asked_for_regions_that_are_known() -> None:
    async with FakeWooCommerceShop() as shop:
        place = {**handwritten.order()["billing"], "country": "JP", "state": "JP13"}
        shop.load([handwritten.order(billing=place)])
        assert await list_regions(shop, MemoryMemory()) == ["Tokyo"] * 2
    assert not [seen for seen in shop.requests if "/data/" in seen.path]
