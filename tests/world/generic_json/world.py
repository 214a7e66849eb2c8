"""The world of shops that settings describe: those that answer in JSON, and those that do not."""

from __future__ import annotations

from typing import Any

from connectors.generic_json import connector_type
from connectors.generic_json.recipes.reader import merge_keys
from connectors.testing.shops.json_shop import TOTAL_HEADER, FakeJsonShop, Style
from tests.connectors.generic_json.formats.dresses import Dress
from tests.world.catalog import Catalog
from tests.world.example import Example, World
from tests.world.generic_json import part_quirks, quirks
from tests.world.generic_json.anatomy import JsonAnatomy
from tests.world.generic_json.shop import (
    ALSO,
    LONGEST,
    NONE,
    PARTS,
    PartedJsonShop,
    describe_parts,
    find_block,
    find_style,
    is_sliced,
)
from tests.world.list_quirks import COUNTS, LISTS
from tests.world.order_quirks import BYTES, ORDERS

_IN_HEADER = f'root().headers."{TOTAL_HEADER.lower()}"'
_TOTALS: dict[str, str] = {
    Style.LINK: _IN_HEADER,
    Style.GRAPHQL: "data.orders.totalItems",
    Dress.XML: "answer.count",
    Dress.CSV: _IN_HEADER,
    Dress.JSON_LINES: _IN_HEADER,
}
_COUNTS = "counted"
_SORTED = "sorted"


# All orders of the window, as many as there may be in a page.
_AT_ONCE = {"paging": {"kind": NONE}, "request": {"query": {"page": None, "size": "50"}}}


def _make_shop(example: Example) -> PartedJsonShop:
    shop = PartedJsonShop(example.way)
    shop.longest = LONGEST if is_sliced(example.way, example.options) else None
    return shop


def _build_block(shop: PartedJsonShop, example: Example) -> dict[str, Any]:
    style = find_style(example.way)
    total = _TOTALS.get(example.way, "count") if _has_count(example) else None
    paging = {"size": example.size, "smallest": 1, "total": total}
    sort = {"sorted": _SORTED in example.options and style is not Style.SCAN}
    orders = _AT_ONCE if example.way == NONE else {"paging": paging}
    block: dict[str, Any] = merge_keys(
        merge_keys(find_block(example.way), {"url": shop.url, "orders": orders | sort}),
        describe_parts(example.way, example.options),
    )
    return block


def _has_count(example: Example) -> bool:
    return _COUNTS in example.options and example.way not in {Style.SCAN, NONE}


def _find_lacks(example: Example) -> frozenset[str]:
    # A count that speaks of a part of the window is not seen to speak of more than its page.
    is_whole = _has_count(example) and not is_sliced(example.way, example.options)
    lacks = set() if is_whole else {"count"}
    # A list in JSON lines has none: without a line it is nothing, and one line may be an error.
    brackets = {"brackets"} if example.way == Dress.JSON_LINES else set()
    return frozenset(lacks | brackets | ({ALSO} - {*example.options}))


def _mend(shop: FakeJsonShop) -> None:
    shop.ignores_filters = False
    shop.caps = 50


GENERIC_JSON = World(
    name="generic_json",
    kind=connector_type,
    ways=(*Style, NONE, *Dress),
    anatomy=JsonAnatomy(),
    catalog=Catalog(LISTS, COUNTS, ORDERS, BYTES, quirks.QUIRKS, part_quirks.QUIRKS),
    make_shop=_make_shop,
    build_block=_build_block,
    mend=_mend,
    options=(_COUNTS, _SORTED, *PARTS),
    find_lacks=_find_lacks,
)
