"""An answer over the size limit is asked for in halves: orders that are large together all come."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.generic_json.recipes.reader import merge_keys
from connectors.interface import ConnectorContext, Remark
from connectors.orders import Order
from connectors.testing.book import BUYER
from connectors.testing.faults import Handler
from connectors.testing.requests import SeenRequest, see_request
from connectors.testing.trial import QUICK, WINDOW, at, ids, walk
from tests.world.example import Example
from tests.world.generic_json.shop import EXPAND, NONE
from tests.world.worlds import WORLDS

_LIMIT = 1024 * 1024
# So many parts at once stay below it.
_FITTING = 2
_HUGE = msgspec.structs.replace(BUYER, company="x" * 150_000)
_POLICY = msgspec.structs.replace(QUICK, largest_answer=_LIMIT)
# As small as settings allow it.
_LIMITS: dict[str, dict[str, Any]] = {"generic_json": {"limits": {"answer_size": 1}}}


# A list without pages cannot be asked for less.
@pytest.mark.parametrize(
    ("name", "way"),
    [(name, way) for name, world in WORLDS.items() for way in world.ways if way != NONE],
)
async def test_a_page_over_the_limit_is_read_in_halves(name: str, way: str) -> None:
    world, example = WORLDS[name], Example(way=way, size=8)
    shop = world.make_shop(example)
    shop.clock.set(WINDOW.end)
    longest = 0

    async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal longest
        dress = getattr(shop, "dress", None)
        response = await (dress(request, handler) if dress else handler(request))
        longest = max(longest, response.content_length or 0)
        return response

    shop.faults.add(measure, times=None)
    async with shop:
        placed = [shop.book.add(modified_at=at(place), ship_to=_HUGE).id for place in range(8)]
        block = merge_keys(world.build_block(shop, example), _LIMITS.get(name, {}))
        settings = world.kind.settings.model_validate(block)
        async with world.kind.open(
            settings, ConnectorContext(store="north", upstream=_POLICY)
        ) as connector:
            assert await ids(connector) == placed
    assert longest > _LIMIT


def _find_ids(seen: SeenRequest) -> list[str]:
    """The ids of a request that asks for several things by them."""
    named = seen.query.get("include") or seen.query.get("skus")
    if named:
        return named.split(",")
    return list(msgspec.json.decode(seen.body or b"{}").get("variables", {}).get("ids", []))


@pytest.mark.parametrize("name", WORLDS)
async def test_a_batch_of_parts_over_the_limit_is_read_in_halves(name: str) -> None:
    world = WORLDS[name]
    example = Example(way=world.ways[0], size=8, options=tuple(sorted({*world.options} & {EXPAND})))
    shop = world.make_shop(example)
    shop.clock.set(WINDOW.end)
    batches: list[int] = []

    async def swell(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        wanted = _find_ids(await see_request(request))
        if len(wanted) > 1:
            batches.append(len(wanted))
        if len(wanted) > _FITTING and isinstance(response, web.Response):
            response.text = (response.text or "") + " " * _LIMIT
        return response

    shop.faults.add(swell, times=None)
    said: list[Remark] = []
    async with shop:
        lines = [(f"S{place}", 1) for place in range(8)]
        placed = [shop.book.add(modified_at=at(n), lines=[line]).id for n, line in enumerate(lines)]
        block = merge_keys(world.build_block(shop, example), _LIMITS.get(name, {}))
        settings = world.kind.settings.model_validate(block)
        context = ConnectorContext(store="north", upstream=_POLICY, remark=said.append)
        async with world.kind.open(settings, context) as connector:
            found = await walk(connector)
    assert [(order.id, len(order.items)) for order in found if isinstance(order, Order)] == [
        (order_id, 1) for order_id in placed
    ]
    assert not [remark.text for remark in said if remark.text]
    assert max(batches) > _FITTING >= min(batches)
