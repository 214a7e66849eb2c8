"""How the stores stand, over the operator's side, as JSON: `/status` and `/held`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from proxy.operator.deliveries import WantedError, parse_limit
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.plain import plain_held, plain_status
from proxy.operator.status.reading import read_status
from proxy.operator.status.standing import HeldCounts
from proxy.server.deliveries import answer_as_json
from proxy.server.keys import DATABASE, SETTINGS, STORES
from proxy.settings.problems import did_you_mean
from proxy.storage.export.records import HeldOrder
from proxy.storage.order_records import HeldPlace, OrderRecords
from proxy.storage.outbox.interface import DEFAULT_LIMIT
from proxy.stores import Store

_MOST = 1000
_LONGEST_NAME = 100
_LONGEST_PLACE = 301


def add_standing(app: web.Application) -> None:
    """`GET /status`, `GET /held`."""
    app.router.add_get("/status", answer_as_json(show_status))
    app.router.add_get("/held", answer_as_json(list_held))


async def show_status(request: web.Request) -> Mapping[str, Any]:
    """Every store, also one that only deliveries name, and what a person must see to."""
    stores = request.app[STORES]
    status = await read_status(request.app[DATABASE], list(stores))
    return plain_status(
        status, list_alarms(status, request.app[SETTINGS].now.alerts.when.thresholds())
    )


async def list_held(request: web.Request) -> Mapping[str, Any]:
    """Orders that did not go out, by store and id, of all stores or of the one named in the query.

    Query: `store`, `kind` (as often as wanted), `limit`, and `after`: what `next` of the answer
    before was.
    """
    query = request.query
    stores = find_stores(request)
    kinds = query.getall("kind", [])
    if strange := [kind for kind in kinds if kind not in HeldCounts.__struct_fields__]:
        known = ", ".join(HeldCounts.__struct_fields__)
        raise WantedError(f"kind: expected one of {known}, found {strange[0][:20]!r}")
    limit = parse_limit(query.get("limit"), DEFAULT_LIMIT, _MOST)
    place = _parse_place(query["after"]) if "after" in query else None
    records = OrderRecords(request.app[DATABASE])
    found = await records.page_held(list(stores), kinds, after=place, limit=limit + 1)
    shown = found[:limit]
    return {
        "held": [plain_held(store, held) for store, held in shown],
        "next": _write_place(*shown[-1]) if len(found) > limit else None,
    }


def find_stores(request: web.Request) -> Mapping[str, Store]:
    """All stores of the settings, or the one that the query names. Raises WantedError."""
    stores = request.app[STORES]
    name = request.query.get("store")
    if name is None:
        return stores
    if name not in stores:
        raise WantedError(
            f"store: expected one of {', '.join(sorted(stores))}, found"
            f" {name[:_LONGEST_NAME]!r}{did_you_mean(name[:_LONGEST_NAME], stores)}"
        )
    return {name: stores[name]}


def _write_place(store: str, held: HeldOrder) -> str:
    return f"{store}/{held.order_id}"


def _parse_place(text: str) -> HeldPlace:
    store, slash, order_id = text.partition("/")
    if not slash or len(text) > _LONGEST_PLACE:
        raise WantedError(f"after: expected what `next` was, found {text[:20]!r}")
    return store, order_id
