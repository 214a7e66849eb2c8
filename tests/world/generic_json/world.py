"""The world of JSON shops that settings describe."""

from __future__ import annotations

from typing import Any

from connectors.generic_json import connector_type
from connectors.generic_json.recipes.reader import merge_keys
from connectors.testing.shops.json_shop import TOTAL_HEADER, FakeJsonShop, Style
from tests.connectors.generic_json.styles import style_block
from tests.world.catalog import Catalog
from tests.world.example import Example, World
from tests.world.generic_json import quirks
from tests.world.generic_json.anatomy import JsonAnatomy
from tests.world.list_quirks import COUNTS, LISTS
from tests.world.order_quirks import BYTES, ORDERS

_TOTALS = {
    Style.LINK: f'root().headers."{TOTAL_HEADER.lower()}"',
    Style.GRAPHQL: "data.orders.totalItems",
}
_COUNTS = "counted"
_SORTED = "sorted"


def _make_shop(example: Example) -> FakeJsonShop:
    return FakeJsonShop(Style(example.way))


def _build_block(shop: FakeJsonShop, example: Example) -> dict[str, Any]:
    style = Style(example.way)
    total = _TOTALS.get(style, "count") if _has_count(example) else None
    orders = {
        "paging": {"size": example.size, "smallest": 1, "total": total},
        "sorted": _SORTED in example.options and style is not Style.SCAN,
    }
    block: dict[str, Any] = merge_keys(style_block(style), {"url": shop.url, "orders": orders})
    return block


def _has_count(example: Example) -> bool:
    return _COUNTS in example.options and example.way != Style.SCAN


def _find_lacks(example: Example) -> frozenset[str]:
    return frozenset() if _has_count(example) else frozenset({"count"})


def _mend(shop: FakeJsonShop) -> None:
    shop.ignores_filters = False
    shop.caps = 50


GENERIC_JSON = World(
    name="generic_json",
    kind=connector_type,
    ways=tuple(Style),
    anatomy=JsonAnatomy(),
    catalog=Catalog(LISTS, COUNTS, ORDERS, BYTES, quirks.QUIRKS),
    make_shop=_make_shop,
    build_block=_build_block,
    mend=_mend,
    options=(_COUNTS, _SORTED),
    find_lacks=_find_lacks,
)
