"""The story of one order on the page, its three sides, and a box to try an expression on it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from connectors.errors import ConnectorError
from proxy.dashboard.frame import SURROUNDINGS, answer_page, find_store_name
from proxy.dashboard.sides import lay_out
from proxy.operator.accounts import tell_whole_story
from proxy.operator.deliveries import WantedError
from proxy.operator.expressions import ExpressionTrial, find_order, try_expression
from proxy.operator.preview import Heard, Preview, preview_order, write_json
from proxy.operator.privacy import BuyerMask
from proxy.operator.telling import list_lines, name_order
from proxy.server.keys import DATABASE, STORES
from proxy.storage.shops.memory import DatabaseMemory
from proxy.stores import StoreServices, open_store

_LONGEST_NUMBER = 200
_LONGEST_EXPRESSION = 4_000
_LONGEST_RESULT = 20_000


async def show_order(request: web.Request) -> web.StreamResponse:
    """Query: `store`, `number` (or an id), and `try`, an expression over the shop's order."""
    query = request.query
    name = find_store_name(request, query.get("store", ""))
    number = query.get("number", "").strip()[:_LONGEST_NUMBER]
    if not number:
        raise WantedError("expected an order's number, found none")
    database = request.app[DATABASE]
    store = request.app[STORES][name]
    story = await tell_whole_story(store, store.settings, database, number)
    known = [chapter.sides.shop_id for chapter in story.chapters if chapter.sides.shop_id]
    preview, trouble = await _preview(request, name, known[0] if known else number)
    expression = query.get("try", "").strip()[:_LONGEST_EXPRESSION]
    trial = None
    if expression and preview is not None:
        tried = await asyncio.to_thread(try_expression, expression, find_order(preview))
        trial = _hide_buyer(tried, preview)
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
        whole=True,
        dry_run=True,
    )
    try:
        async with open_store(name, store.settings, kind, services) as fresh:
            return await preview_order(fresh, number, heard), ""
    except ConnectorError as error:
        return None, str(error)


def _hide_buyer(trial: ExpressionTrial, preview: Preview) -> ExpressionTrial:
    """The same trial for the page: what it found as a text, and nothing of the buyer's."""
    mask = BuyerMask(preview.order)
    return ExpressionTrial(
        expression=trial.expression,
        found=write_json(mask.value(trial.found))[:_LONGEST_RESULT],
        error=mask.text(trial.error),
        hints=[mask.text(hint) for hint in trial.hints],
    )
