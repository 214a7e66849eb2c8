"""The shop's units: known after a restart, and asked for again each hour."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from connectors.interface import Memory, ignore_remark
from connectors.testing.faults import Answer, Fault, Spare
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.trial import QUICK
from connectors.upstream.client import Upstream
from connectors.upstream.isolation import Isolation
from connectors.woocommerce.api.auth import make_auth
from connectors.woocommerce.api.client import Api
from connectors.woocommerce.listing.goods.units import UnitReader
from connectors.woocommerce.mapping.products import Units
from tests.connectors.woocommerce.harness import settings_for
from tests.storage.memory_shops import MemoryMemory

_HOUR = 3600.0


class Clock:
    """Moved forward by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        yield shop


@pytest.fixture
async def api(shop: FakeWooCommerceShop) -> AsyncIterator[Api]:
    auth = make_auth(settings_for(shop))
    async with Upstream.open(shop.url, auth=auth, policy=QUICK) as upstream:
        yield Api(upstream)


def open_reader(api: Api, memory: Memory, clock: Clock) -> UnitReader:
    """As a process opens it when it starts."""
    return UnitReader(api, Isolation(), memory, ignore_remark, clock)


async def test_units_are_known_after_a_restart_and_asked_for_again_each_hour(
    shop: FakeWooCommerceShop, api: Api
) -> None:
    memory, clock = MemoryMemory(), Clock()
    await open_reader(api, memory, clock).read_units()
    asked = len(shop.requests)
    reader = open_reader(api, memory, clock)
    assert await reader.read_units() == Units(weight="g", length="cm")
    assert len(shop.requests) == asked
    shop.traits.weight_unit = "kg"
    clock.now += _HOUR + 1
    assert await reader.read_units() == Units(weight="kg", length="cm")


@pytest.mark.parametrize(
    ("listed", "requests"),
    [
        (Spare(), 1),
        (Answer(200, '[{"id": "woocommerce_weight_unit", "value": "g"}]'), 2),
        (Answer(404, '{"code": "rest_no_route", "message": "no"}'), 3),
        (Answer(500), 3),
    ],
)
async def test_both_units_come_with_one_list_and_what_it_leaves_out_is_asked_for_alone(
    shop: FakeWooCommerceShop, api: Api, listed: Fault, requests: int
) -> None:
    shop.faults.add(listed, path=r"settings/products\?", times=None)
    units = await open_reader(api, MemoryMemory(), Clock()).read_units()
    assert units == Units(weight="g", length="cm")
    asked = {seen.path for seen in shop.requests}
    assert len(asked) == requests


@pytest.mark.parametrize("kept", ["", "no JSON", "[1]", '{"weight": 5}'])
async def test_what_cannot_be_read_of_what_was_remembered_is_asked_for(api: Api, kept: str) -> None:
    memory = MemoryMemory()
    await memory.put("units", kept, timedelta(days=1))
    assert await open_reader(api, memory, Clock()).read_units() == Units(weight="g", length="cm")


async def test_units_that_the_shop_hides_are_not_remembered(
    shop: FakeWooCommerceShop, api: Api
) -> None:
    memory = MemoryMemory()
    shop.traits.hides_settings = True
    assert await open_reader(api, memory, Clock()).read_units() == Units(weight="", length="")
    shop.traits.hides_settings = False
    assert await open_reader(api, memory, Clock()).read_units() == Units(weight="g", length="cm")
