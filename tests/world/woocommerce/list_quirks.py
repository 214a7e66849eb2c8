"""What a WooCommerce shop ignores, caps, refuses or counts wrongly."""

from __future__ import annotations

from multidict import MultiDict

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.answers import refuse_parameter
from tests.world.catalog import COUNTED, Catalog
from tests.world.lies import Liar, drop_query
from tests.world.woocommerce.anatomy import WooCommerceAnatomy

QUIRKS = Catalog()
Shop = Liar[FakeWooCommerceShop]
_SAME_PAGE = "ignores which page is asked for"
_IS = WooCommerceAnatomy()


@QUIRKS.add()
def pages_are_capped(liar: Shop) -> set[str]:
    def cap(query: MultiDict[str]) -> None:
        query["per_page"] = str(min(int(query.get("per_page", "10")), 2))

    return liar.change_query(cap, _IS.is_list)


@QUIRKS.add(fails="ignores how many orders a page is to hold")
def page_size_is_ignored(liar: Shop) -> set[str]:
    return liar.change_query(lambda query: query.update(per_page="3"), _IS.is_list)


@QUIRKS.add()
def page_size_is_refused(liar: Shop) -> set[str]:
    said = "per_page must be between 1 (inclusive) and 2 (inclusive)"
    answer = refuse_parameter("per_page", said)
    assert isinstance(answer.body, bytes)
    return liar.answer(
        Answer(400, answer.body),
        lambda seen: _IS.is_list(seen) and int(seen.query.get("per_page", "1")) > 2,
    )


@QUIRKS.add(fails="critical error|HTTP 500|answered 500")
def large_pages_die(liar: Shop) -> set[str]:
    liar.shop.traits.largest_page = 10
    return set()


def _drop(liar: Shop, *names: str) -> set[str]:
    return drop_query(liar, _IS.is_list, *names)


@QUIRKS.add(fails=_SAME_PAGE, spoils=["pages"])
def the_offset_is_ignored(liar: Shop) -> set[str]:
    return _drop(liar, "offset")


@QUIRKS.add()
def bounds_are_ignored(liar: Shop) -> set[str]:
    return _drop(liar, "modified_after", "modified_before")


@QUIRKS.add()
def sorting_is_ignored(liar: Shop) -> set[str]:
    return _drop(liar, "orderby")


@QUIRKS.add()
def the_list_is_not_sorted(liar: Shop) -> set[str]:
    liar.shop.traits.unsorted = True
    return set()


@QUIRKS.add()
def sorting_by_change_fails(liar: Shop) -> set[str]:
    liar.shop.traits.fails_on_modified_order = True
    return set()


@QUIRKS.add()
def include_is_ignored(liar: Shop) -> set[str]:
    return _drop(liar, "include")


@QUIRKS.add()
def fields_are_ignored(liar: Shop) -> set[str]:
    return _drop(liar, "_fields")


@QUIRKS.add(fails=_SAME_PAGE)
def the_query_is_dropped(liar: Shop) -> set[str]:
    def forget(query: MultiDict[str]) -> None:
        query.clear()

    return liar.change_query(forget, _IS.is_list)


@QUIRKS.add(fails="drops what was asked for")
def a_redirect_drops_the_query(liar: Shop) -> set[str]:
    place = f"{liar.shop.url}/wp-json/wc/v3/orders"
    moved = Answer(302, "", headers={"Location": place})
    return liar.answer(moved, lambda seen: _IS.is_list(seen) and bool(seen.query))


@QUIRKS.add(spoils=["count"])
def counts_are_missing(liar: Shop) -> set[str]:
    liar.shop.traits.hides_totals = True
    return set()


@QUIRKS.add(tells=COUNTED, needs=["count"])
def orders_are_counted_and_cannot_be_loaded(liar: Shop) -> set[str]:
    hidden = liar.pick_ids(slice(1, 3))
    liar.shop.traits.unloadable = {int(number) for number in hidden}
    return hidden


@QUIRKS.add()
def the_trash_is_refused(liar: Shop) -> set[str]:
    answer = refuse_parameter("status", "status[0] is not one of any, pending, processing.")
    assert isinstance(answer.body, bytes)

    def is_trash(seen: SeenRequest) -> bool:
        return _IS.is_list(seen) and seen.query.get("status") == "trash"

    return liar.answer(Answer(400, answer.body), is_trash)
