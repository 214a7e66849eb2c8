"""The story of one order over the operator's side, as JSON: `/orders/{number}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from proxy.operator.accounts import tell_whole_story
from proxy.operator.order_numbers import parse_order_number
from proxy.operator.story import UnknownOrderError, plain_story
from proxy.server.deliveries import answer_as_json
from proxy.server.keys import DATABASE
from proxy.server.standing import find_stores


def add_orders(app: web.Application) -> None:
    """`GET /orders/{number}`."""
    app.router.add_get("/orders/{number}", answer_as_json(show_order))


async def show_order(request: web.Request) -> Mapping[str, Any]:
    """The orders that a person calls by this number or id, in all stores or in the one named in the
    query; shop and account are asked. `unanswered` names the sides that did not answer.

    Raises WantedError, and UnknownOrderError where all sides answered and none knows it.
    """
    number = parse_order_number(request.match_info["number"])
    stories = [
        await tell_whole_story(store, store.settings, request.app[DATABASE], number)
        for store in find_stores(request).values()
    ]
    orders = [order for story in stories if story.is_known for order in plain_story(story)]
    unanswered = [
        {"store": story.store, "side": side, "error": error}
        for story in stories
        for side, error in (("shop", story.shop_error), ("account", story.account_error))
        if error
    ]
    if not orders and not unanswered:
        raise UnknownOrderError(
            f"no side knows an order {number!r}; compare the number with the shop's list of orders"
        )
    return {"orders": orders, "unanswered": unanswered}
