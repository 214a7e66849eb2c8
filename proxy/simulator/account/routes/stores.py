"""Stores: the list, one with its status mappings, the resource written whole, imports queued."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.books import NoSuchRowError
from proxy.simulator.account.listing import read_flag
from proxy.simulator.account.pacific import read_moment
from proxy.simulator.account.routes.frame import (
    ApiError,
    answer_json,
    answer_success,
    read_body,
    read_id,
)
from proxy.simulator.account.stores import Store, replace_resource
from proxy.simulator.account.traits import Shape


class _RefreshBody(msgspec.Struct, kw_only=True, rename="camel"):
    store_id: int | None = None
    refresh_date: str | None = None


class StoreRoutes:
    """The routes below `/stores`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def list_routes(self) -> Iterable[web.AbstractRouteDef]:
        """All of them."""
        return (
            web.get("/stores", self._list),
            web.get("/stores/getrefreshstatus", self._get_refresh),
            web.get("/stores/{id:[0-9]{1,18}}", self._get),
            web.put("/stores/{id:[0-9]{1,18}}", self._put),
            web.post("/stores/refreshstore", self._refresh),
        )

    async def _list(self, request: web.Request) -> web.Response:
        """The list leaves `statusMappings` out."""
        marketplace = request.query.get("marketplaceId")
        shown = [
            {name: value for name, value in store.resource.items() if name != "statusMappings"}
            for store in self._account.stores.values()
            if store.resource["active"] or read_flag(request.query.get("showInactive"))
        ]
        return answer_json(
            [each for each in shown if marketplace in {None, str(each["marketplaceId"])}]
        )

    async def _get(self, request: web.Request) -> web.Response:
        return answer_json(self._find(read_id(request)).resource)

    async def _put(self, request: web.Request) -> web.Response:
        store = self._find(read_id(request))
        given = await read_body(request, dict[str, Any])
        replace_resource(store, given, self._account.clock())
        return answer_json(store.resource)

    async def _refresh(self, request: web.Request) -> web.Response:
        """Without a store: every one that can be refreshed. Says only that it was queued."""
        body = await read_body(request, _RefreshBody)
        since = None if body.refresh_date is None else read_moment(body.refresh_date)
        stores = self._account.stores.values()
        if body.store_id is None:
            chosen = [store for store in stores if store.poller is not None]
        else:
            chosen = [self._find(body.store_id)]
        if any(store.poller is None for store in chosen):
            raise ApiError(400, "This store can not be refreshed.")
        for store in chosen:
            self._account.plan_refresh(store, since)
        return answer_success("A store refresh has been initiated for your account.")

    async def _get_refresh(self, request: web.Request) -> web.Response:
        text = request.query.get("storeId", "")
        if not text.isdecimal():
            raise ApiError(400, f"expected storeId, found {text[:40]!r}")
        store = self._find(int(text))
        refresh, resource = store.refresh, store.resource
        if self._account.traits.refresh_status is Shape.NEW:
            return answer_json(
                {
                    "storeId": store.store_id,
                    "refreshDate": resource["refreshDate"],
                    "status": refresh.word,
                }
            )
        return answer_json(
            {
                "storeId": store.store_id,
                "refreshStatusId": refresh.id,
                "refreshStatus": refresh.word,
                "lastRefreshAttempt": resource["lastRefreshAttempt"],
                "refreshDate": resource["refreshDate"],
            }
        )

    def _find(self, store_id: int) -> Store:
        store = self._account.stores.get(store_id)
        if store is None:
            raise NoSuchRowError(f"expected a store of this account, found {store_id}")
        return store
