"""The story of one order on the page, its three sides, and a box to try an expression on it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from connectors.errors import ConnectorError, OrderNotFoundError
from proxy.dashboard.frame import KINDS, answer_page, find_store_name
from proxy.dashboard.sides import lay_out
from proxy.operator.accounts import tell_whole_story
from proxy.operator.expressions import ExpressionTrial, find_order, try_expression
from proxy.operator.order_numbers import describe_unknown_order, parse_order_number
from proxy.operator.preview import Heard, Preview, preview_order, write_json
from proxy.operator.privacy import BuyerMask
from proxy.operator.telling import list_lines, name_order
from proxy.server.keys import DATABASE, STORES
from proxy.storage.shops.memory import DatabaseMemory
from proxy.stores import StoreServices, open_store

_LONGEST_RESULT = 20_000


async def show_order(request: web.Request) -> web.StreamResponse:
    """Query: `store`, `number` (or an id), and `try`, an expression over the shop's order."""
    query = request.query
    name = find_store_name(request, query.get("store", ""))
    number = parse_order_number(query.get("number", ""))
    database = request.app[DATABASE]
    store = request.app[STORES][name]
    story = await tell_whole_story(store, store.settings, database, number)
    known = [chapter.sides.shop_id for chapter in story.chapters if chapter.sides.shop_id]
    preview, trouble = await _preview(request, name, known[0] if known else number)
    expression = query.get("try", "").strip()
    trial = None
    if expression and preview is not None:
        trial = await asyncio.to_thread(_try_on_order, expression, preview)
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
        # An order may be of any size.
        sides=None if preview is None else await asyncio.to_thread(lay_out, preview),
        reason="" if preview is None else preview.reason,
        trouble=trouble,
        trial=trial,
    )


async def _preview(request: web.Request, name: str, number: str) -> tuple[Preview | None, str]:
    """The order as it would go out now, or why the shop does not show it."""
    store = request.app[STORES][name]
    kind = request.app[KINDS][store.settings.connector.type]
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
    except OrderNotFoundError as error:
        return None, describe_unknown_order(str(error), name)
    except ConnectorError as error:
        return None, f"{str(error).rstrip('.')}."


def _try_on_order(text: str, preview: Preview) -> ExpressionTrial:
    """A trial for the page: what it found as a text, and nothing of the buyer's."""
    trial = try_expression(text, find_order(preview))
    mask = BuyerMask(preview.order)
    return ExpressionTrial(
        expression=trial.expression,
        found=write_json(mask.value(trial.found))[:_LONGEST_RESULT],
        error=mask.text(trial.error),
        hints=[mask.text(hint) for hint in trial.hints],
    )
