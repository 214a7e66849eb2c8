"""Webhooks: listed, asked for and ended, in the shape of today's documentation or the older one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.routes.frame import answer_json, read_body, read_id
from proxy.simulator.account.traits import Shape
from proxy.simulator.account.webhooks import Webhook

_SELLER = 100_000


class _SubscribeBody(msgspec.Struct, kw_only=True):
    target_url: str
    event: str
    store_id: int | None = None
    friendly_name: str | None = None


class WebhookRoutes:
    """The routes below `/webhooks`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def list_routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of them."""
        return (
            web.get("/webhooks", self._list),
            web.post("/webhooks/subscribe", self._subscribe),
            web.delete("/webhooks/{id:[0-9]{1,18}}", self._delete),
        )

    async def _list(self, _request: web.Request) -> web.Response:
        shape = self._account.traits.hooks
        hooks = self._account.webhooks.hooks.values()
        return answer_json({"webhooks": [_describe(hook, shape) for hook in hooks]})

    async def _subscribe(self, request: web.Request) -> web.Response:
        body = await read_body(request, _SubscribeBody)
        hook = self._account.webhooks.subscribe(
            body.target_url, body.event, body.store_id, body.friendly_name or ""
        )
        if self._account.traits.hooks is Shape.OLD:
            return answer_json({"id": hook.id}, status=201)
        return answer_json(
            {
                "WebHookID": hook.id,
                "HookType": hook.event,
                "Url": hook.url,
                "Name": hook.name,
            },
            status=201,
        )

    async def _delete(self, request: web.Request) -> web.Response:
        self._account.webhooks.remove(read_id(request))
        return web.Response(status=200)


def _describe(hook: Webhook, shape: Shape) -> dict[str, object]:
    """One row of the list: the older shape has a flag more, and its log by another name."""
    row: dict[str, object] = {
        "WebHookID": hook.id,
        "SellerID": _SELLER,
        "StoreID": hook.store_id,
        "HookType": hook.event,
        "MessageFormat": "Json",
        "Url": hook.url,
        "Name": hook.name,
        "BulkCopyBatchID": None,
        "BulkCopyRecordID": None,
        "Active": True,
        "Seller": None,
        "Store": None,
    }
    if shape is Shape.OLD:
        return {"IsLabelAPIHook": False, **row, "WebhookLogs": []}
    return {**row, "WebHookLogs": []}
