"""Which orders a list request means: status, bounds, sorting, ids, search, as WooCommerce 10.9 was measured to read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from connectors.testing.book import BookOrder
from connectors.testing.shops.woocommerce.answers import refuse_parameter
from connectors.testing.shops.woocommerce.rendering import word
from connectors.testing.shops.woocommerce.traits import Traits

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_ORDERS = ("date", "id", "include", "title", "slug", "modified")
STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft")
_HIDDEN = frozenset({"trash", "checkout-draft", "auto-draft"})


def select(request: web.Request, orders: Iterable[BookOrder], traits: Traits) -> list[BookOrder] | web.Response:
    """The orders of the list, sorted, all pages of it; or the refusal of a parameter."""
    query = request.query
    statuses = [part for name in ("status", "status[]") for value in query.getall(name, []) for part in value.split(",")] or ["any"]
    allowed = ("any", "trash", "auto-draft", *STATUSES, *traits.extra_statuses)
    for status in statuses:
        if status not in allowed:
            return refuse_parameter("status", f"status[0] is not one of {', '.join(allowed)}.")
    by = query.get("orderby", "date")
    if by not in _ORDERS or (by == "modified" and traits.refuses_modified_order):
        return refuse_parameter("orderby", "orderby is not one of date, id, include, title, and slug.")
    if query.get("order", "desc") not in {"asc", "desc"}:
        return refuse_parameter("order", "order is not one of asc and desc.")
    found = _bounded(request, [order for order in orders if _has_status(order, statuses)], traits)
    if isinstance(found, web.Response):
        return found
    for name, wanted in (("include", True), ("exclude", False)):
        if query.get(name):
            ids = set(query[name].split(","))
            found = [order for order in found if (order.id in ids) is wanted]
    if search := query.get("search"):
        found = [order for order in found if search in {order.id, order.number} or search.lower() in order.email.lower()]
    return _sorted(found, by, descending=query.get("order", "desc") == "desc", traits=traits)


def _bounded(request: web.Request, found: list[BookOrder], traits: Traits) -> list[BookOrder] | web.Response:
    """The orders between the bounds, which are both exclusive and count whole seconds."""
    query = request.query
    for name in ("modified_after", "modified_before"):
        if name in query and not traits.ignores_bounds:
            if not _TIME.fullmatch(query[name]):
                return refuse_parameter(name, "Invalid date.")
            bound = read_bound(query[name], gmt=query.get("dates_are_gmt") in {"true", "1"}, zone=ZoneInfo(traits.zone))
            late = name == "modified_after"
            found = [order for order in found if (_second(order) > bound if late else _second(order) < bound)]
    return found


def read_bound(text: str, *, gmt: bool, zone: ZoneInfo) -> datetime:
    """The moment that a bound is compared with, as WordPress works it out.

    It turns every value into the site's local time first. With `dates_are_gmt` that local text is then taken for UTC: right for a bare time,
    wrong by the zone's offset for one with a zone suffix, and an hour late for a bare one in the spring clock gap.
    """
    stated = datetime.fromisoformat(text).replace(microsecond=0)
    moment = stated.replace(tzinfo=zone) if stated.tzinfo is None else stated
    local = moment.astimezone(UTC).astimezone(zone)
    return local.replace(tzinfo=UTC) if gmt else local.astimezone(UTC)


def _second(order: BookOrder) -> datetime:
    return order.modified_at.replace(microsecond=0)


def _has_status(order: BookOrder, statuses: list[str]) -> bool:
    """`any` is all but the hidden ones, whatever else is named beside it."""
    shown = word(order)
    return shown not in _HIDDEN if "any" in statuses else shown in statuses


def _sorted(orders: list[BookOrder], by: str, *, descending: bool, traits: Traits) -> list[BookOrder]:
    """Ties of times are broken by id, in the same direction."""
    if traits.unsorted:
        return sorted(orders, key=lambda order: order.id[::-1])
    if by == "modified":
        return sorted(orders, key=lambda order: (_second(order), int(order.id)), reverse=descending)
    if by == "date":
        return sorted(orders, key=lambda order: (order.placed_at, int(order.id)), reverse=descending)
    return sorted(orders, key=lambda order: int(order.id), reverse=descending)
