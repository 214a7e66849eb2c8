"""Which orders a list request means: status, bounds, sorting, ids, search, as WooCommerce 10.9 was
measured to read them.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from connectors.testing.book import BookOrder
from connectors.testing.shops.woocommerce.answers import refuse, refuse_parameter
from connectors.testing.shops.woocommerce.rendering import word
from connectors.testing.shops.woocommerce.traits import Traits

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_ORDERS = ("date", "id", "include", "title", "slug", "modified")
STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_HIDDEN = frozenset({"trash", "checkout-draft", "auto-draft"})


def select(
    request: web.Request, orders: Iterable[BookOrder], traits: Traits
) -> list[BookOrder] | web.Response:
    """The orders of the list, all pages of it, not sorted yet; or the refusal of a parameter."""
    query = request.query
    statuses = [
        part
        for name in ("status", "status[]")
        for value in query.getall(name, [])
        for part in value.split(",")
    ] or ["any"]
    allowed = ("any", "trash", "auto-draft", *STATUSES, *traits.extra_statuses)
    for status in statuses:
        if status not in allowed:
            return refuse_parameter("status", f"status[0] is not one of {', '.join(allowed)}.")
    by = query.get("orderby", "date")
    if by not in _ORDERS or (by == "modified" and traits.refuses_modified_order):
        return refuse_parameter(
            "orderby", "orderby is not one of date, id, include, title, and slug."
        )
    if by == "modified" and traits.fails_on_modified_order:
        return refuse(
            500, "internal_server_error", "There has been a critical error on this website."
        )
    if query.get("order", "desc") not in {"asc", "desc"}:
        return refuse_parameter("order", "order is not one of asc and desc.")
    found = _limit_orders(request, orders, statuses, traits)
    if isinstance(found, web.Response):
        return found
    for name, wanted in (("include", True), ("exclude", False)):
        if query.get(name):
            ids = set(query[name].split(","))
            found = [order for order in found if (order.id in ids) is wanted]
    if search := query.get("search"):
        found = [
            order
            for order in found
            if search in {order.id, order.number} or search.lower() in order.email.lower()
        ]
    return found


def _limit_orders(
    request: web.Request, orders: Iterable[BookOrder], statuses: list[str], traits: Traits
) -> list[BookOrder] | web.Response:
    """The orders with such a status between the bounds, which are both exclusive and count whole
    seconds.
    """
    low, high = _EVER
    for name in ("modified_after", "modified_before"):
        stated = request.query.get(name)
        if stated is None or traits.ignores_bounds:
            continue
        if not _TIME.fullmatch(stated):
            return refuse_parameter(name, "Invalid date.")
        bound = read_bound(
            stated,
            gmt=request.query.get("dates_are_gmt") in {"true", "1"},
            zone=ZoneInfo(traits.zone),
        )
        if name == "modified_after":
            low = bound + timedelta(seconds=1)
        else:
            high = bound
    # Times first: a book of thousands is looked through for each request.
    everything = "any" in statuses
    return [
        order
        for order in orders
        if low <= order.modified_at < high and _has_status(order, statuses, everything)
    ]


def read_bound(text: str, *, gmt: bool, zone: ZoneInfo) -> datetime:
    """The moment that a bound is compared with, as WordPress works it out.

    It turns every value into the site's local time first. With `dates_are_gmt` that local text is
    then taken for UTC: right for a bare time, wrong by the zone's offset for one with a zone
    suffix, and an hour late for a bare one in the spring clock gap.
    """
    stated = datetime.fromisoformat(text).replace(microsecond=0)
    moment = stated.replace(tzinfo=zone) if stated.tzinfo is None else stated
    local = moment.astimezone(UTC).astimezone(zone)
    return local.replace(tzinfo=UTC) if gmt else local.astimezone(UTC)


def _has_status(order: BookOrder, statuses: list[str], everything: bool) -> bool:  # noqa: FBT001 - worked out once for thousands
    """`any` is all but the hidden ones, whatever else is named beside it."""
    if order.trashed:
        return not everything and "trash" in statuses
    if everything:
        return order.word not in _HIDDEN
    return word(order) in statuses


def part(
    found: list[BookOrder], begin: int, end: int, request: web.Request, traits: Traits
) -> list[BookOrder]:
    """The orders from one place of the sorted list to another.

    Ties of times are broken by id, in the same direction.
    """
    descending = request.query.get("order", "desc") == "desc"
    by = "unsorted" if traits.unsorted else request.query.get("orderby", "date")
    key = _KEYS.get(by, _by_id)
    if end * 4 < len(found):
        return (heapq.nlargest if descending else heapq.nsmallest)(end, found, key)[begin:end]
    return sorted(found, key=key, reverse=descending)[begin:end]


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _by_id(order: BookOrder) -> Any:
    return int(order.id)


_KEYS: dict[str, Callable[[BookOrder], Any]] = {
    "modified": lambda order: (_second(order.modified_at), int(order.id)),
    "date": lambda order: (order.placed_at, int(order.id)),
    "unsorted": lambda order: order.id[::-1],
}
