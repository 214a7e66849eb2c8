"""What a list of orders can be asked for, and how that is written in a query. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from connectors.upstream.request import Pairs
from connectors.woocommerce.api.client import join_ids
from connectors.woocommerce.mapping import wire

SECOND = timedelta(seconds=1)
# `any` leaves out the trash, so that orders moved there would be missed: it is listed on its own.
EVERY_STATUS = ("any", "trash")
FULL = wire.list_fields(wire.Order)
"""What an order is made of, as `_fields` names it."""
_WHOLE = (("_fields", FULL),)
_BRIEF = "id,date_modified_gmt"


class Sort(StrEnum):
    """The ways of sorting that walks use."""

    OLDEST_CHANGE = "modified asc"
    NEWEST_CHANGE = "modified desc"
    ID = "id asc"


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. `after` and `before` are inclusive, whole seconds; None means no bound.

    `brief` asks for ids and times alone.
    """

    status: str = "any"
    after: datetime | None = None
    before: datetime | None = None
    sort: Sort = Sort.OLDEST_CHANGE
    offset: int = 0
    brief: bool = False
    ids: tuple[int, ...] = ()


def build_params(ask: Ask, whole: Pairs = _WHOLE) -> Pairs:
    """The query, without the size of the page. `whole` asks for what of an order is read.

    WooCommerce's bounds are exclusive and count whole seconds, so each is asked a second wider.
    They are sent as UTC without a zone and with `dates_are_gmt`: WooCommerce would shift a time
    with a zone by the shop's own offset.
    """
    by, _, direction = ask.sort.partition(" ")
    found = [
        ("status", ask.status),
        ("orderby", by),
        ("order", direction),
        ("dp", "6"),
    ]
    found += (("_fields", _BRIEF),) if ask.brief else whole
    if ask.offset:
        found.append(("offset", str(ask.offset)))
    if ask.ids:
        found.append(("include", join_ids(ask.ids)))
    if ask.after is not None:
        found.append(("modified_after", _write_time(ask.after - SECOND)))
    if ask.before is not None:
        found.append(("modified_before", _write_time(ask.before + SECOND)))
    if ask.after is not None or ask.before is not None:
        found.append(("dates_are_gmt", "true"))
    return found


def _write_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")
