"""What operators did, by whom and why."""

from __future__ import annotations

from aiohttp import web

from proxy.dashboard.frame import answer_page, find_store_name
from proxy.dashboard.live import ACTIONS
from proxy.server.keys import DATABASE, STORES
from proxy.storage.actions import OperatorActions

_SHOWN = 200


async def list_actions(request: web.Request) -> web.StreamResponse:
    """Query: `store`. The newest first."""
    store = request.query.get("store") or None
    if store is not None:
        find_store_name(request, store)
    found = await OperatorActions(request.app[DATABASE]).list_newest(_SHOWN, store=store)
    return await answer_page(
        request,
        "actions.html",
        store=store or "",
        stores=[*request.app[STORES]],
        actions=[
            (each, ACTIONS.get(each.action, each.action).format(subject=each.subject))
            for each in found
        ],
    )
