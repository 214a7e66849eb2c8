"""The story of one order on the page, its three sides, and a box to try an expression on it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from connectors.errors import ConnectorError
from connectors.language.expressions import read_expression
from connectors.language.functions import EvaluationError
from proxy.dashboard.frame import SURROUNDINGS, answer_page, find_store_name
from proxy.dashboard.sides import lay_out
from proxy.operator.accounts import open_account
from proxy.operator.deliveries import WantedError
from proxy.operator.preview import Heard, Preview, preview_order, write_json
from proxy.operator.privacy import BuyerMask
from proxy.operator.story import tell_story
from proxy.operator.telling import list_lines, name_order
from proxy.server.keys import DATABASE, STORES
from proxy.storage.shops.memory import DatabaseMemory
from proxy.stores import StoreServices, open_store

_LONGEST_NUMBER = 200
_LONGEST_EXPRESSION = 4_000
_LONGEST_RESULT = 20_000


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """An expression that was tried: what it found, or why it found nothing."""

    expression: str
    found: str = ""
    error: str = ""


async def show_order(request: web.Request) -> web.StreamResponse:
    """Query: `store`, `number` (or an id), and `try`, an expression over the shop's order."""
    query = request.query
    name = find_store_name(request, query.get("store", ""))
    number = query.get("number", "").strip()[:_LONGEST_NUMBER]
    if not number:
        raise WantedError("expected an order's number, found none")
    database = request.app[DATABASE]
    store = request.app[STORES][name]
    async with open_account(name, store.settings, database) as find_account:
        story = await tell_story(store, database, number, find_account)
    known = [chapter.sides.shop_id for chapter in story.chapters if chapter.sides.shop_id]
    preview, trouble = await _preview(request, name, known[0] if known else number)
    expression = query.get("try", "").strip()[:_LONGEST_EXPRESSION]
    trial = None
    if expression and preview is not None:
        trial = await asyncio.to_thread(try_expression, expression, preview)
    return await answer_page(
        request,
        "order.html",
        store=name,
        number=number,
        chapters=[
            {
                "name": name_order(chapter.sides),
                "lines": list(list_lines(chapter, story)),
                "verdict": chapter.verdict,
                "is_wrong": chapter.is_wrong,
            }
            for chapter in story.chapters
        ],
        sides=None if preview is None else lay_out(preview),
        reason="" if preview is None else preview.reason,
        trouble=trouble,
        trial=trial,
    )


async def _preview(request: web.Request, name: str, number: str) -> tuple[Preview | None, str]:
    """The order as it would go out now, or why the shop does not show it."""
    store = request.app[STORES][name]
    kind = request.app[SURROUNDINGS].kinds[store.settings.connector.type]
    heard = Heard()
    services = StoreServices(
        observer=heard.exchanges.append,
        watch_fields=heard.hear_fields,
        memory=DatabaseMemory(request.app[DATABASE], name),
        dry_run=True,
    )
    try:
        async with open_store(name, store.settings, kind, services) as fresh:
            return await preview_order(fresh, number, heard), ""
    except ConnectorError as error:
        return None, str(error)


def try_expression(text: str, preview: Preview) -> Trial:
    """What an expression finds in the order as the shop sends it, without its buyer."""
    value = _find_order(preview)
    try:
        found = read_expression(text)(value)
    except (EvaluationError, ValueError) as error:
        return Trial(expression=text, error=str(error))
    shown = BuyerMask(preview.order).value(found)
    return Trial(expression=text, found=write_json(shown)[:_LONGEST_RESULT])


def _find_order(preview: Preview) -> Any:
    """The order among what the shop answered: the largest object, without a wrapping around it."""
    objects = [value for value in preview.values if isinstance(value, dict)]
    largest: Mapping[str, Any] = max(objects, key=len, default={})
    for value in objects:
        inner = list(value.values())
        if len(inner) == 1 and isinstance(inner[0], dict) and len(inner[0]) > len(largest):
            largest = inner[0]
    return largest
