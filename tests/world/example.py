"""An example: one shop with its orders and quirks; and a world, from which examples are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import strategies as st

from connectors.interface import ConnectorType
from connectors.testing.shop import FakeShop
from tests.world.anatomy import Anatomy
from tests.world.catalog import Catalog

MOST_ORDERS = 14
MOST_QUIRKS = 3


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """`way` is how the shop is read, `size` the page size in the settings. Orders were changed
    `apart` seconds from one another. `options` are the world's own. `restarts`: Portside is
    restarted between polls. `edits`: between polls an order is edited, and another placed.
    """

    way: str
    quirks: tuple[str, ...] = ()
    orders: int = 0
    size: int = 1
    apart: int = 0
    options: tuple[str, ...] = ()
    restarts: bool = False
    edits: bool = False

    def __str__(self) -> str:
        said = [
            f"read by {self.way}",
            f"{self.orders} orders, {self.apart} s apart",
            f"pages of {self.size}",
            *self.options,
            *(["restarts between polls"] if self.restarts else []),
            *(["an edit and an order between polls"] if self.edits else []),
        ]
        return f"{'; '.join(said)}. Quirks: {', '.join(self.quirks) or 'none'}."


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of shop that lies.

    `make_shop` gives a shop for an example, not started; `build_block` what `connector:` says of
    it; `mend` takes off what a quirk changed in the shop itself; `find_lacks` tells which evidence
    such a shop never gives.
    """

    name: str
    kind: ConnectorType
    ways: tuple[str, ...]
    anatomy: Anatomy
    catalog: Catalog
    make_shop: Callable[[Example], FakeShop]
    build_block: Callable[[Any, Example], dict[str, Any]]
    mend: Callable[[Any], None]
    find_lacks: Callable[[Example], frozenset[str]] = lambda _example: frozenset()
    options: tuple[str, ...] = ()

    def can_be_noticed(self, example: Example) -> bool:
        """Whether some answer speaks of every order in spite of all quirks."""
        return self.catalog.may_meet(example.quirks, self.find_lacks(example))


def draw_examples(
    world: World,
    *,
    ways: tuple[str, ...] = (),
    quirks: tuple[str, ...] = (),
    fewest: int = 0,
) -> st.SearchStrategy[Example]:
    """Examples of a world, of these ways and quirks only if some are named, with at least `fewest`
    quirks.
    """

    def list_names(way: str) -> list[str]:
        known = world.catalog.list_names(way)
        return [name for name in known if not quirks or name in quirks]

    def draw_for(way: str) -> st.SearchStrategy[Example]:
        names = list_names(way)
        chosen = st.lists(
            st.sampled_from(names), min_size=fewest, max_size=MOST_QUIRKS, unique=True
        )
        return st.builds(
            Example,
            way=st.just(way),
            quirks=chosen.map(tuple),
            orders=st.integers(0, MOST_ORDERS),
            size=st.integers(1, 6),
            apart=st.sampled_from([6, 0, 61]),
            options=st.sets(st.sampled_from(world.options)).map(lambda found: tuple(sorted(found)))
            if world.options
            else st.just(()),
            restarts=st.booleans(),
            edits=st.booleans(),
        ).filter(world.can_be_noticed)

    return st.sampled_from([way for way in ways or world.ways if list_names(way)]).flatmap(draw_for)
