"""What a walk learned of a shop is known again after a restart, for a day."""

from __future__ import annotations

import time
from contextlib import aclosing
from datetime import timedelta

import pytest

from connectors.habit_memory import LIFETIME, HabitMemory
from connectors.interface import ConnectorContext
from connectors.testing.trial import QUICK, WINDOW, at, ids
from tests.world.example import Example
from tests.world.lies import Liar
from tests.world.worlds import WORLDS


class DictMemory:
    """A `Memory`; `lifetimes` of all that was put there, in sequence."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.lifetimes: list[timedelta] = []

    async def get(self, key: str) -> str | None:
        return self.values.get(key)

    async def put(self, key: str, value: str, lifetime: timedelta) -> None:
        self.values[key] = value
        self.lifetimes.append(lifetime)


@pytest.mark.parametrize(
    ("name", "way", "quirk"),
    [
        ("woocommerce", "key", "sorting by change fails"),
        ("shopify", "rest", "count is half"),
        ("shopify", "graphql", "rows of a page are turned round"),
        ("generic_json", "keyset", "count is of the page"),
    ],
)
async def test_a_restart_learns_nothing_again(name: str, way: str, quirk: str) -> None:
    world = WORLDS[name]
    example = Example(way=way, size=5, options=tuple({*world.options} & {"counted"}))
    shop = world.make_shop(example)
    shop.clock.set(WINDOW.end)

    async def count_lists(memory: DictMemory, *, polls: int = 1) -> list[int]:
        """How many lists and counts of orders each poll of one process asks for."""
        settings = world.kind.settings.model_validate(world.build_block(shop, example))
        context = ConnectorContext(store="north", upstream=QUICK, memory=memory)
        numbers = []
        async with world.kind.open(settings, context) as connector:
            for _ in range(polls):
                shop.requests.clear()
                assert sorted(await ids(connector)) == placed
                seen = world.anatomy
                numbers.append(
                    sum(seen.is_list(one) or seen.is_counted(one) for one in shop.requests)
                )
        return numbers

    async with shop:
        placed = [shop.book.add(modified_at=at(place)).id for place in range(7)]
        world.catalog[quirk].put(Liar(shop, world.anatomy))
        memory = DictMemory()
        cold, warm, _ = await count_lists(memory, polls=3)
        assert warm < cold
        assert await count_lists(memory) == [warm]
        assert await count_lists(DictMemory()) == [cold]


class Shop:
    """What is known of it."""

    def __init__(self) -> None:
        self.page_size: int | None = None
        self.counts_all = False


async def test_a_mended_shop_is_believed_again_after_a_day() -> None:
    memory, now = DictMemory(), [1_000.0]
    names = ("page_size", "counts_all")
    learning = HabitMemory(memory, (shop := Shop(), names), clock=lambda: now[0])
    async with learning.keep():
        shop.page_size = 10
    now[0] += LIFETIME.total_seconds() / 2
    restarted = HabitMemory(memory, (again := Shop(), names), clock=lambda: now[0])
    async with restarted.keep():
        assert again.page_size == 10
        again.counts_all = True
    assert memory.lifetimes == [LIFETIME, LIFETIME / 2], "a restart makes nothing last longer"
    now[0] += LIFETIME.total_seconds() / 2
    for process, known in ((learning, shop), (restarted, again)):
        async with process.keep():
            assert (known.page_size, known.counts_all) == (None, False)
    late = HabitMemory(memory, (stranger := Shop(), names), clock=lambda: now[0])
    async with late.keep():
        assert stranger.page_size is None


@pytest.mark.parametrize("text", ["", "{}", '{"facts":{"page_size":10},"learned_at":1000}'])
async def test_what_another_version_remembered_is_no_habit(text: str) -> None:
    memory, shop = DictMemory(), Shop()
    memory.values["habits"] = text
    async with HabitMemory(memory, (shop, ("page_size", "counts_all"))).keep():
        assert shop.page_size is None


@pytest.mark.parametrize(
    ("name", "way", "quirk"),
    [
        ("woocommerce", "key", "pages are capped"),
        ("woocommerce", "index", "count is of the page"),
        ("shopify", "rest", "count is half"),
        ("shopify", "graphql", "first page says it is the last"),
        ("generic_json", "offset", "rows beyond a cap are cut off"),
        ("generic_json", "keyset", "count is of the page"),
    ],
)
async def test_a_walk_under_which_all_is_forgotten_gives_each_order_once(
    name: str, way: str, quirk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = WORLDS[name]
    example = Example(way=way, size=3, options=tuple({*world.options} & {"counted"}))
    shop = world.make_shop(example)
    shop.clock.set(WINDOW.end)
    async with shop:
        placed = [shop.book.add(modified_at=at(place)).id for place in range(30)]
        world.catalog[quirk].put(Liar(shop, world.anatomy))
        settings = world.kind.settings.model_validate(world.build_block(shop, example))
        async with world.kind.open(
            settings, ConnectorContext(store="north", upstream=QUICK)
        ) as connector:
            (memory,) = (one for one in vars(connector).values() if isinstance(one, HabitMemory))
            assert sorted(await ids(connector)) == placed
            async with aclosing(connector.list_orders(WINDOW)) as orders:
                found = [(await anext(orders)).id]
                monkeypatch.setattr(memory, "_clock", lambda: time.time() + 2 * 86_400)
                assert sorted(await ids(connector)) == placed
                found += [order.id async for order in orders]
    assert sorted(found) == placed
