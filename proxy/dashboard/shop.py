"""Asking a shop from the page: a whole check, line by line as it is found, or one question."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from functools import partial

from aiohttp import web

from connectors.errors import ConnectorError
from connectors.interface import CheckLevel, Finding
from connectors.orders import Window
from proxy.dashboard.frame import (
    KINDS,
    answer_page,
    find_store_name,
    keep_action,
    make_templates,
    open_stream,
    render,
    take_look,
)
from proxy.operator.checks.store import check_store
from proxy.server.keys import DATABASE, SETTINGS, STORES, WATCH
from proxy.storage.shops.memory import DatabaseMemory
from proxy.stores import StoreServices, open_store

_LOOKED_AT = timedelta(hours=1)
_REST = "<!-- lines -->"


async def check_shop(request: web.Request) -> web.StreamResponse:
    """`portside check` for one store. Each line is sent as soon as it is known."""
    name = find_store_name(request, request.match_info["name"])
    await keep_action(request, "check", store=name)
    page = render(request, "check.html", await take_look(request), store=name, rest=_REST)
    before, _, after = page.partition(_REST)
    response = open_stream()
    await response.prepare(request)
    await response.write(before.encode())
    line = make_templates().get_template("finding.html")
    async for finding in _find_all(request, name):
        await response.write(line.render(finding=finding).encode())
    await response.write(after.encode())
    await response.write_eof()
    return response


async def try_shop(request: web.Request) -> web.StreamResponse:
    """Ask the shop for the orders of the last hour, whatever the breaker says; what it shows is
    noted as for any other request.
    """
    name = find_store_name(request, request.match_info["name"])
    await keep_action(request, "try shop", store=name)
    look = await take_look(request)
    now = look.status.read_at
    store = request.app[STORES][name]
    kind = request.app[KINDS][store.settings.connector.type]
    try:
        async with (
            open_store(name, store.settings, kind, _serve(request, name)) as fresh,
            aclosing(
                fresh.connector.list_orders(Window(start=now - _LOOKED_AT, end=now))
            ) as orders,
        ):
            found = await anext(orders, None)
    except ConnectorError as error:
        finding = Finding(
            level=CheckLevel.PROBLEM,
            what=f"The shop does not answer: {error}",
            advice="“Check now” looks closer and says what to do.",
        )
    else:
        orders_said = "no order" if found is None else "orders"
        finding = Finding(
            level=CheckLevel.OK,
            what=f"The shop answers; it has {orders_said} that changed within the last hour.",
        )
    await request.app[WATCH].flush()
    return await answer_page(request, "check.html", store=name, rest="", finding=finding)


def _serve(request: web.Request, name: str) -> StoreServices:
    return StoreServices(
        watch=partial(request.app[WATCH].hear_breaker, name),
        memory=DatabaseMemory(request.app[DATABASE], name),
        dry_run=True,
    )


async def _find_all(request: web.Request, name: str) -> AsyncIterator[Finding]:
    store = request.app[STORES][name]
    kind = request.app[KINDS][store.settings.connector.type]
    try:
        async for finding in check_store(
            name,
            store.settings,
            kind,
            request.app[SETTINGS].now.export,
            _serve(request, name),
        ):
            yield finding
    except ConnectorError as error:
        yield Finding(level=CheckLevel.PROBLEM, what=f"The check broke off: {error}")
