"""How the stores stand, over the operator's side, as JSON: `/status` and `/held`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from proxy.export.ledger import MOST_HELD
from proxy.operator.deliveries import WantedError
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.plain import plain_held, plain_status
from proxy.operator.status.reading import read_status
from proxy.server.deliveries import answer_as_json
from proxy.server.keys import DATABASE, EXPORTER, STORES, THRESHOLDS
from proxy.settings.problems import did_you_mean
from proxy.storage.names import BooksName


def add_standing(app: web.Application) -> None:
    """`GET /status`, `GET /held`."""
    app.router.add_get("/status", answer_as_json(show_status))
    app.router.add_get("/held", answer_as_json(list_held))


async def show_status(request: web.Request) -> Mapping[str, Any]:
    """Every store, also one that only deliveries name, and what a person must see to."""
    stores = request.app[STORES]
    status = await read_status(request.app[DATABASE], list(stores))
    return plain_status(status, list_alarms(status, request.app[THRESHOLDS]))


async def list_held(request: web.Request) -> Mapping[str, Any]:
    """Orders that did not go out, last seen first, of all stores or of the one named in the
    query.
    """
    stores = request.app[STORES]
    name = request.query.get("store")
    if name is not None and name not in stores:
        raise WantedError(
            f"store: expected one of {', '.join(sorted(stores))}, found"
            f" {name!r}{did_you_mean(name, stores)}"
        )
    ledger = request.app[EXPORTER].ledger
    return {
        "held": [
            plain_held(store, held)
            for store in stores
            if name in {None, store}
            for held in await ledger.list_held(BooksName(store), MOST_HELD)
        ]
    }
