"""What operators did, by whom and why."""

from __future__ import annotations

from aiohttp import web

from proxy.dashboard.frame import answer_page
from proxy.dashboard.live import ACTIONS
from proxy.server.keys import DATABASE
from proxy.storage.actions import OperatorActions

_SHOWN = 200


async def list_actions(request: web.Request) -> web.StreamResponse:
    """The newest first."""
    found = await OperatorActions(request.app[DATABASE]).list_newest(_SHOWN)
    return await answer_page(
        request,
        "actions.html",
        actions=[
            (each, ACTIONS.get(each.action, each.action).format(subject=each.subject))
            for each in found
        ],
    )
