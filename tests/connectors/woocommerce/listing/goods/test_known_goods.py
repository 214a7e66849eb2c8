"""Goods are known over restarts, and brought up to date by what the shop says was changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.interface import Memory, ignore_remark
from connectors.orders import Weight, WeightUnit
from connectors.testing.clock import Clock
from connectors.testing.faults import Answer
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK
from connectors.upstream.client import Upstream
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.auth import make_auth
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.goods.catalog import Catalog
from connectors.woocommerce.listing.goods.known import KnownGoods
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.products import Goods, Units
from connectors.woocommerce.mapping.whole import PartReader
from tests.connectors.woocommerce.harness import settings_for
from tests.storage.memory_shops import MemoryMemory

PRODUCT, VARIATION, SIMPLE = 50, 51, 60
LATER = timedelta(minutes=6)
ORDER = wire.Order(
    id=1,
    line_items=[
        wire.Line(id=1, product_id=PRODUCT, variation_id=VARIATION),
        wire.Line(id=2, product_id=SIMPLE),
    ],
)


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    """Its clock is ours, and moves with it."""
    async with FakeWooCommerceShop(clock=Clock(datetime.now(UTC))) as shop:
        shop.clock.advance(days=-3)
        stock(shop, PRODUCT, "9")
        stock(shop, SIMPLE, "7")
        shop.catalog.add_variations(PRODUCT, [{"id": VARIATION, "weight": "4"}])
        shop.clock.advance(days=3)
        yield shop


def stock(shop: FakeWooCommerceShop, number: int, weight: str) -> None:
    shop.catalog.add([{"id": number, "weight": weight, "images": []}])


@asynccontextmanager
async def open_catalog(shop: FakeWooCommerceShop, memory: Memory) -> AsyncIterator[Catalog]:
    """As a process opens it when it starts."""
    auth = make_auth(settings_for(shop))
    async with Upstream.open(shop.url, auth=auth, policy=QUICK) as upstream:
        yield Catalog(
            Api(upstream),
            ShopHabits(),
            Isolation(),
            memory=memory,
            remark=ignore_remark,
            parts=PartReader(frozenset()),
            clock=lambda: shop.clock().timestamp(),
        )


async def weigh(catalog: Catalog) -> list[int | None]:
    """The weights of the variation and of the simple product."""
    goods = await catalog.find_goods([ORDER])
    weights = [goods[pair].weight for pair in ((PRODUCT, VARIATION), (SIMPLE, 0))]
    return [int(weight.value) if weight else None for weight in weights]


def list_asked(shop: FakeWooCommerceShop) -> list[str]:
    """What the shop was asked for of goods, and forget it."""
    asked = [
        seen.path.rpartition("/")[2] + (" changed" if "modified_after" in seen.query else "")
        for seen in shop.requests
    ]
    shop.requests.clear()
    return sorted(asked)


async def test_goods_are_known_after_a_restart(shop: FakeWooCommerceShop) -> None:
    memory = MemoryMemory(shop.clock)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
        await catalog.keep()
    list_asked(shop)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
    assert list_asked(shop) == []


async def test_what_was_changed_is_asked_for_in_one_request_and_what_was_not_is_not(
    shop: FakeWooCommerceShop,
) -> None:
    memory = MemoryMemory(shop.clock)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
        await catalog.keep()
    shop.clock.now += LATER
    list_asked(shop)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
        assert list_asked(shop) == ["products changed"]
        stock(shop, SIMPLE, "8")
        assert await weigh(catalog) == [4, 7]
        assert list_asked(shop) == []
        shop.clock.now += LATER
        assert await weigh(catalog) == [4, 8]
        assert list_asked(shop) == ["products changed"]


async def test_a_variation_that_was_changed_is_asked_for_again(shop: FakeWooCommerceShop) -> None:
    async with open_catalog(shop, MemoryMemory(shop.clock)) as catalog:
        assert await weigh(catalog) == [4, 7]
        shop.catalog.add_variations(PRODUCT, [{"id": VARIATION, "weight": "5"}])
        shop.clock.now += LATER
        list_asked(shop)
        assert await weigh(catalog) == [5, 7]
        assert "variations" in list_asked(shop)


@pytest.mark.parametrize("status", [400, 500])
async def test_where_the_shop_does_not_say_what_was_changed_all_is_asked_for_again(
    shop: FakeWooCommerceShop, status: int
) -> None:
    async with open_catalog(shop, MemoryMemory(shop.clock)) as catalog:
        assert await weigh(catalog) == [4, 7]
        stock(shop, SIMPLE, "8")
        shop.clock.now += LATER
        shop.faults.add(Answer(status), path="modified_after", times=None)
        assert await weigh(catalog) == [4, 8]


async def test_after_more_changes_than_a_page_holds_all_is_asked_for_again(
    shop: FakeWooCommerceShop,
) -> None:
    async with open_catalog(shop, MemoryMemory(shop.clock)) as catalog:
        assert await weigh(catalog) == [4, 7]
        for number in range(200, 301):
            stock(shop, number, "1")
        stock(shop, SIMPLE, "8")
        shop.clock.now += LATER
        assert await weigh(catalog) == [4, 8]


async def test_a_change_without_a_date_is_met_within_a_day(shop: FakeWooCommerceShop) -> None:
    memory = MemoryMemory(shop.clock)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
        shop.catalog.products[SIMPLE]["weight"] = "8"
        shop.clock.advance(hours=23)
        assert await weigh(catalog) == [4, 7]
        await catalog.keep()
    shop.clock.advance(hours=2)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 8]


async def test_other_units_make_every_weight_be_read_again(shop: FakeWooCommerceShop) -> None:
    memory = MemoryMemory(shop.clock)
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4, 7]
        await catalog.keep()
    shop.traits.weight_unit = "kg"
    # As the next reading of the units finds them.
    await memory.put("units", '{"weight":"kg","length":"cm"}', timedelta(days=1))
    async with open_catalog(shop, memory) as catalog:
        assert await weigh(catalog) == [4000, 7000]


@given(kept=st.text(max_size=40))
async def test_what_cannot_be_read_of_what_was_kept_is_nothing(kept: str) -> None:
    memory = MemoryMemory()
    await memory.put("goods 1", kept, timedelta(days=1))
    known = KnownGoods(memory, "")
    await known.recall()
    assert not known


async def test_many_goods_are_kept_in_texts_that_the_memory_takes() -> None:
    memory, count = MemoryMemory(), 1500
    known = KnownGoods(memory, "")
    known.measure_in(Units())
    goods = {
        (number, 0): Goods(
            weight=Weight(value=Decimal(number), unit=WeightUnit.GRAMS),
            image_url=f"https://north.example/wp-content/uploads/2026/{number}/{number * 7919}.jpg",
        )
        for number in range(1, count + 1)
    }
    known.put(goods)
    await known.keep()
    again = KnownGoods(memory, "")
    await again.recall()
    found = again.find(goods)
    assert found == {pair: goods[pair] for pair in found}
    assert len(found) > count / 2
