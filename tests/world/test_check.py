"""`check` on a shop that breaks its word: what the shop does in one line, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.inspection import WALL_ADVICE
from connectors.interface import CheckLevel, ConnectorContext, Finding
from connectors.testing.clock import Clock
from connectors.testing.faults import Answer
from connectors.testing.trial import QUICK
from tests.world.example import Example
from tests.world.lies import BROKEN, Liar
from tests.world.worlds import WORLDS

_SIZE = 6
_NO_BLAME = (
    "a row is null",
    "an order is counted and never shown",
    "a page is stale for a moment",
    "first page is empty for a moment",
    "an order breaks what holds it",
    "an order breaks its lists",
    "a list fails once",
)
"""Quirks of single orders or of a moment: no setting helps against them."""
_WALL = "<html><head><title>Attention Required!</title></head></html>"

_WARN, _FAIL = CheckLevel.WARNING, CheckLevel.PROBLEM
# Kind or way, quirk, level, what is said, what to do.
_WORDS = [
    ("woocommerce", "pages are capped", _WARN, "at most 2 orders a page", "Set `page_size: 2`"),
    ("woocommerce", "page size is ignored", _WARN, "at most 3 orders", "Set `page_size: 3`"),
    ("woocommerce", "page size is refused", _WARN, "6 orders and allows 2", "Set `page_size: 2`"),
    ("woocommerce", "the offset is ignored", _WARN, "ignores which page", "pass the query on"),
    ("woocommerce", "the query is dropped", _FAIL, "takes no notice of what", "pass the query on"),
    ("woocommerce", "bounds are ignored", _WARN, "(modified_after)", "Update WooCommerce"),
    ("woocommerce", "the list is not sorted", _WARN, "does not sort orders", "sorts orders"),
    ("woocommerce", "sorting by change fails", _WARN, "fails when it is to sort", "sorts orders"),
    ("woocommerce", "include is ignored", _WARN, "by id (include)", "Nothing has to be set"),
    ("woocommerce", "fields are ignored", _WARN, "ignores `_fields`", "Nothing has to be set"),
    ("woocommerce", "counts are missing", _WARN, "does not say how many", "X-WP-Total"),
    ("woocommerce", "count is zero", _WARN, "counts 0 orders", "X-WP-Total"),
    ("woocommerce", "count is of the page", _WARN, "counts 6 orders, and its", "X-WP-Total"),
    (
        "woocommerce",
        "the older half of the orders breaks every list",
        _WARN,
        "fails over each list that holds its first order",
        "`portside held` names them",
    ),
    ("woocommerce", "rows are doubled", _WARN, "lists an order twice", "Nothing has to be set"),
    ("page", "pages are capped", _WARN, "at most 2 orders a page", "Set `orders.paging.size: 2`"),
    ("offset", "page size is ignored", _WARN, "at most 3 orders", "Set `orders.paging.size: 3`"),
    ("link", "page size is refused", _FAIL, "refuses a list of 6", "Set `orders.paging.size: 2`"),
    ("cursor", "the query is dropped", _FAIL, "ignores which page", "pass the query on"),
    ("keyset", "the query is dropped", _FAIL, "cannot be proved", "pass the query on"),
    ("page", "pages past the end are not found", _FAIL, "404", "`orders.paging.past_end: [404]`"),
    ("offset", "count is zero", _WARN, "counts 0 orders, and its", "Mend `orders.paging.total`"),
    ("page", "rows are doubled", _WARN, "lists an order twice", "Nothing has to be set"),
    ("rest", "pages are capped without a next", _WARN, "list ends after 2", "a cache or a proxy"),
    ("woocommerce", "text stands before the json", _WARN, "(text around it)", "WP_DEBUG_DISPLAY"),
    ("page", "text stands behind the json", _WARN, "(text around it)", "`display_errors = Off`"),
    ("page", "names hold half a surrogate", _WARN, "(broken text)", "Nothing has to be set"),
    ("graphql", "text stands before the json", _WARN, "(text around it)", "`display_errors = Off`"),
    ("graphql", "a row is null", _WARN, "rows of Shopify's list are no", "Nothing has to be set"),
    ("graphql", "an order breaks what holds it", _WARN, "lists their ids", "`portside held`"),
    ("graphql", "first page says it is the last", _WARN, "list ends after 6", "a cache or a proxy"),
    ("rest", "a redirect drops the query", _FAIL, "redirects to", "Look for a proxy"),
]


def _find_world(way: str) -> str:
    return next((name for name, world in WORLDS.items() if way in (name, *world.ways)), "")


async def _check(
    way: str, quirk: str = "", fault: Any = None, times: int | None = None
) -> list[Finding]:
    """What is found amiss in a shop of 14 orders with that quirk."""
    world = WORLDS[_find_world(way)]
    way = world.ways[0] if way == world.name else way
    options = ("counted",) if "count" in quirk else ()
    example = Example(way=way, size=_SIZE, options=options)
    now = datetime.now(UTC).replace(microsecond=0)
    shop = world.make_shop(example)
    shop.clock = Clock(now)
    async with shop:
        for number in range(14):
            shop.book.add(modified_at=now - timedelta(minutes=60 - 3 * number))
        liar = Liar(shop, world.anatomy)
        if quirk:
            world.catalog[quirk].put(liar)
        if fault is not None:
            liar.answer(fault, liar.anatomy.is_list, times)
        settings = world.kind.settings.model_validate(world.build_block(shop, example))
        context = ConnectorContext(store="north", upstream=QUICK)
        async with world.kind.open(settings, context) as connector:
            report = await connector.check()
    return [finding for finding in report.findings if finding.level is not CheckLevel.OK]


@pytest.mark.parametrize(("way", "quirk", "level", "what", "advice"), _WORDS)
async def test_what_a_shop_does_not_keep_is_named_in_one_line_with_what_to_do(
    way: str, quirk: str, level: CheckLevel, what: str, advice: str
) -> None:
    (found,) = await _check(way, quirk)
    assert what in found.what
    assert advice in found.advice
    assert "\n" not in found.what + found.advice
    assert found.level is level


@pytest.mark.parametrize("way", ["woocommerce", "page", "cursor", "keyset", "rest", "graphql"])
async def test_a_shop_that_keeps_its_word_is_blamed_for_nothing(way: str) -> None:
    assert await _check(way) == []


@pytest.mark.parametrize("way", ["woocommerce", "page", "offset", "link"])
async def test_no_setting_is_named_where_it_would_not_help(way: str) -> None:
    known = WORLDS[_find_world(way)].catalog.list_names(way)
    for quirk in (name for name in _NO_BLAME if name in known):
        assert not [one for one in await _check(way, quirk) if "size" in one.advice], quirk


@pytest.mark.parametrize("way", ["woocommerce", "page", "rest"])
@pytest.mark.parametrize("status", [200, 403])
async def test_a_firewalls_page_is_quoted_once_with_one_advice(way: str, status: int) -> None:
    (found,) = await _check(way, fault=Answer(status, _WALL, content_type="text/html"))
    assert found.level is CheckLevel.PROBLEM
    assert found.what.count("Attention Required!") == 1
    assert "ask the host" not in found.what
    assert found.advice == WALL_ADVICE
    assert "`upstream.user_agent`" in found.advice


@pytest.mark.parametrize(
    ("way", "name", "advice"),
    [
        ("woocommerce", "per_page", "Set page_size: 25"),
        ("page", "size", "Set `orders.paging.size: 25`"),
        ("rest", "limit", "Set `page_size: 25`"),
    ],
)
async def test_a_shop_that_dies_over_more_is_told_to_get_pages_of_25(
    way: str, name: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.world.test_check._SIZE", 60)

    async def die(request: Any, handler: Any) -> Any:
        if int(request.query.get(name, "1")) > 25:
            return await BROKEN(request, handler)
        return await handler(request)

    (found,) = await _check(way, fault=die)
    assert found.level is CheckLevel.WARNING
    assert advice in found.advice
