"""The rules by which a list proves that it is complete and a bad part costs one order, each to be
taken out, and the world in which that loses an order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import connectors.generic_json.listing.page_reader
import connectors.upstream.call
import connectors.upstream.isolation
import connectors.woocommerce.mapping.decoding
from connectors.errors import PartError, TemporaryError
from connectors.reading.proof import End, Evidence, Verdict
from connectors.upstream.call import Call, Caller
from connectors.upstream.isolation import Isolation
from connectors.upstream.request import Request
from connectors.upstream.response import Reply
from connectors.woocommerce.listing.habits import ShopHabits
from connectors.woocommerce.listing.pages import OrderPages

Patch = pytest.MonkeyPatch
_JUDGE = Evidence.judge
_ADD = Evidence.add_page


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`remove` takes the rule out. `quirks`: where to look; in all of the world if empty."""

    world: str
    remove: Callable[[Patch], None]
    ways: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()


def _turn(before: Verdict, after: Verdict) -> Callable[[Patch], None]:
    """Where the evidence says one thing, another is done."""

    def judge(evidence: Evidence) -> Verdict:
        found = _JUDGE(evidence)
        return after if found is before else found

    return lambda patch: patch.setattr(Evidence, "judge", judge)


def _trust_short_pages(patch: Patch) -> None:
    def judge(evidence: Evidence) -> Verdict:
        found = _JUDGE(evidence)
        is_short = 0 < evidence._last < evidence._asked
        return Verdict.COMPLETE if found is Verdict.ASK_MORE and is_short else found

    patch.setattr(Evidence, "judge", judge)


def _trust_counts(patch: Patch) -> None:
    def add_page(evidence: Evidence, *arguments: Any, **more: Any) -> list[int]:
        evidence._habits.counts_all = True
        return _ADD(evidence, *arguments, **more)

    patch.setattr(Evidence, "add_page", add_page)


def _forget_totals(patch: Patch) -> None:
    def add_page(evidence: Evidence, *arguments: Any, **more: Any) -> list[int]:
        return _ADD(evidence, *arguments, **more | {"total": None})

    patch.setattr(Evidence, "add_page", add_page)


def _trust_repeated_pages(patch: Patch) -> None:
    def judge(evidence: Evidence) -> Verdict:
        return Verdict.COMPLETE if evidence.end is End.REPEATED else _JUDGE(evidence)

    patch.setattr(Evidence, "judge", judge)


def _take_entries_for_orders(patch: Patch) -> None:
    page_reader = connectors.generic_json.listing.page_reader
    patch.setattr(
        page_reader,
        "select_orders",
        lambda items, _rules: [item for item in items if isinstance(item, dict)],
    )
    patch.setattr(page_reader, "remark_left_out", lambda *_: None)


def _say_nothing(patch: Patch) -> None:
    patch.setattr(Evidence, "describe", lambda _evidence: "")


def _blame_the_shop(patch: Patch) -> None:
    async def fetch(_self: Isolation, _kind: str, get: Any, **_more: Any) -> Any:
        return await get()

    patch.setattr(Isolation, "fetch", fetch)


def _blame_the_order(patch: Patch) -> None:
    async def fetch(_self: Isolation, _kind: str, get: Any, **_more: Any) -> Any:
        try:
            return await get()
        except TemporaryError as error:
            raise PartError(str(error)) from error

    patch.setattr(Isolation, "fetch", fetch)


def _never_probe(patch: Patch) -> None:
    async def no(_fetch: Any) -> bool:
        return False

    patch.setattr(connectors.upstream.isolation, "_is_answered", no)


def _fail_with_the_page(patch: Patch) -> None:
    async def give_up(_self: OrderPages, _ask: Any, _size: int, error: Exception) -> Any:
        raise error

    patch.setattr(OrderPages, "_read_pieces", give_up)


def _count_parts_as_outages(patch: Patch) -> None:
    patch.setattr("connectors.upstream.client.Upstream.for_parts", lambda upstream: upstream)


def _decode_strictly(patch: Patch) -> None:
    patch.setattr(connectors.upstream.call, "find_json_fault", lambda _content: None)


def _follow_anywhere(patch: Patch) -> None:
    def follow(caller: Caller, call: Call, reply: Reply) -> Request:
        place = caller.target.redirect(reply.url, reply.headers.get("Location", ""))
        assert place is not None
        return msgspec.structs.replace(call.request, url=place)

    patch.setattr(Caller, "_follow", follow)


RULES: dict[str, Rule] = {
    "a short page proves nothing": Rule(
        world="generic_json",
        remove=_trust_short_pages,
        ways=("page", "offset"),
        quirks=("pages are capped", "rows beyond a cap are cut off"),
    ),
    "a count is believed once it was larger than its page": Rule(
        world="woocommerce",
        remove=_trust_counts,
        quirks=("count is of the page", "pages are capped"),
    ),
    "rows that end at a page's edge prove nothing": Rule(
        world="woocommerce",
        remove=lambda patch: (
            patch.setattr(ShopHabits, "is_edge", lambda *_: False),
            patch.setattr(Evidence, "is_full", property(lambda _evidence: False)),
        )[0],
        quirks=("count is right at a page s edge only", "pages are capped"),
    ),
    "an empty page ends no list that counts more": Rule(
        world="generic_json",
        remove=lambda patch: patch.setattr(Evidence, "missing", property(lambda _evidence: 0)),
        quirks=("first page is empty for a moment", "later page is empty for a moment"),
    ),
    "entries that are not orders are not rows": Rule(
        world="generic_json",
        remove=_take_entries_for_orders,
        quirks=("a row is null", "a row is an error"),
    ),
    "a redirect that drops the query is an error": Rule(
        world="generic_json",
        remove=_follow_anywhere,
        quirks=("a redirect drops the query",),
    ),
    "a count beside cursors and links is compared": Rule(
        world="generic_json",
        remove=_forget_totals,
        ways=("cursor", "link", "next_url"),
        quirks=("a page says for a moment that it is the last",),
    ),
    "a repeated page ends no list of a shop that turns no pages": Rule(
        world="woocommerce",
        remove=_trust_repeated_pages,
        quirks=("the offset is ignored", "sorting by change fails"),
    ),
    "a list that counts more is read again": Rule(
        world="generic_json",
        remove=_turn(Verdict.READ_AGAIN, Verdict.WARN),
        quirks=("first page is empty for a moment", "a page is stale for a moment"),
    ),
    "a count too high is told with both numbers": Rule(
        world="woocommerce",
        remove=_say_nothing,
        quirks=("orders are counted and cannot be loaded",),
    ),
    "no evidence, no 200": Rule(
        world="generic_json",
        remove=_turn(Verdict.NOT_SHOWN, Verdict.WARN),
        quirks=("the page asked for is ignored", "the first page says it is the last"),
    ),
    "a failing part is the fault of what asked for it": Rule(
        world="woocommerce",
        remove=_blame_the_shop,
        quirks=("refunds of the only such order fail", "an order breaks what holds it"),
    ),
    "a part that fails when the shop answers nothing is an outage": Rule(
        world="generic_json",
        remove=_blame_the_order,
        quirks=("the shop goes down at the first detail",),
    ),
    "where nothing of the kind was asked, one probe decides": Rule(
        world="woocommerce",
        remove=_never_probe,
        quirks=("refunds of the only such order fail",),
    ),
    "a list that fails is read by its rows": Rule(
        world="woocommerce",
        remove=_fail_with_the_page,
        quirks=("an order breaks what holds it",),
    ),
    "a row of failing parts is not an outage": Rule(
        world="woocommerce",
        remove=_count_parts_as_outages,
        quirks=("many orders break what holds them",),
    ),
    "bytes are mended where that is harmless": Rule(
        world="woocommerce",
        remove=_decode_strictly,
        quirks=("names hold half a surrogate", "names are bad utf8", "text stands before the json"),
    ),
    "a side field costs no order": Rule(
        world="woocommerce",
        remove=lambda patch: patch.setattr(
            connectors.woocommerce.mapping.decoding, "SIDE_FIELDS", frozenset()
        ),
        quirks=("side fields are odd",),
    ),
}
