"""Held orders on the page: how many for which reason, the line of settings behind it, and each
order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import yaml
from aiohttp import web

from proxy.dashboard.frame import answer_page, find_store_name, take_look
from proxy.export.ledger import ALL_HELD
from proxy.operator.deliveries import WantedError
from proxy.rules.reasons import group_reason, name_setting
from proxy.server.keys import EXPORTER, STORES
from proxy.settings.store import StoreSettings
from proxy.storage.export.records import HeldOrder
from proxy.storage.names import BooksName

_KINDS: Mapping[str, frozenset[str]] = {
    "faulty": frozenset({"unreadable", "invalid"}),
    "filtered": frozenset({"filtered", "early"}),
    "all": frozenset({"unreadable", "invalid", "filtered", "early"}),
}
_SHOWN_OF_A_GROUP = 50


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Orders held for one reason, the newest of them, and the line of settings that holds them."""

    kind: str
    reason: str
    setting: str
    count: int
    orders: Sequence[HeldOrder]


async def list_held(request: web.Request) -> web.StreamResponse:
    """Query: `store`, `kind`. Without a store that of the only one, or how many each holds."""
    query = request.query
    kind = query.get("kind") or "all"
    if kind not in _KINDS:
        raise WantedError(f"kind: expected one of {', '.join(_KINDS)}, found {kind[:20]!r}")
    stores = request.app[STORES]
    name = query.get("store") or (next(iter(stores)) if len(stores) == 1 else "")
    look = await take_look(request)
    groups: Sequence[Group] = ()
    if name:
        find_store_name(request, name)
        held = await request.app[EXPORTER].ledger.list_held(BooksName(name), ALL_HELD)
        chosen = [order for order in held if order.kind in _KINDS[kind]]
        groups = group_orders(chosen, stores[name].settings)
    return await answer_page(
        request,
        "held.html",
        look=look,
        store=name,
        kind=kind,
        kinds=list(_KINDS),
        groups=groups,
        standings=[each for each in look.status.stores if each.named],
    )


def group_orders(held: Sequence[HeldOrder], settings: StoreSettings) -> Sequence[Group]:
    """By kind and reason, what needs a person first and then the largest."""
    found: dict[tuple[str, str], list[HeldOrder]] = defaultdict(list)
    for order in held:
        found[order.kind, group_reason(order.reason)].append(order)
    kinds = ("unreadable", "invalid", "early", "filtered")
    groups = [
        Group(
            kind=kind,
            reason=reason,
            setting=write_setting(name_setting(orders[0].reason, kind), settings),
            count=len(orders),
            orders=orders[:_SHOWN_OF_A_GROUP],
        )
        for (kind, reason), orders in found.items()
    ]
    return sorted(groups, key=lambda group: (kinds.index(group.kind), -group.count))


def write_setting(path: str, settings: StoreSettings) -> str:
    """The line of YAML at `path` below the store, e.g. `filters.max_age`; empty for no path."""
    if not path:
        return ""
    value: Any = settings.model_dump(mode="json", exclude_none=True)
    names = path.split(".")
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    for name in reversed(names):
        value = {name: value}
    return yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True).strip()[
        1:-1
    ]
