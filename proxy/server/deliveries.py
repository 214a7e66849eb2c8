"""The outbox over the operator's side, as JSON: look at deliveries, bring them back, give them
up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import web

from connectors.reading.complaints import UNDECODABLE, read_complaint
from proxy.operator.deliveries import (
    Change,
    WantedError,
    change_deliveries,
    choose_deliveries,
    explain_unchanged,
    parse_limit,
    parse_reason,
    parse_wanted,
    plain,
    plain_attempt,
    record_change,
)
from proxy.operator.story import UnknownOrderError
from proxy.server.admin import name_operator
from proxy.server.keys import DATABASE, DELIVERER
from proxy.server.refusals import list_refused, show_refused
from proxy.storage.actions import OperatorActions
from proxy.storage.errors import StorageError, UnknownDeliveryError
from proxy.storage.outbox.interface import DEFAULT_LIMIT
from proxy.storage.outbox.operator import DatabaseDeliveries

# How many deliveries one answer may list, and one request may name.
_MOST = 1000
_log = structlog.get_logger("portside.server")


class _Order(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked for in the body of a POST."""

    ids: tuple[int, ...] = ()
    store: str | None = None
    states: tuple[str, ...] = ()
    since: str | None = None
    order: str | None = None
    everything: bool = msgspec.field(default=False, name="all")
    reason: str = ""
    dry_run: bool = False


def add_deliveries(app: web.Application) -> None:
    """`GET /deliveries` and `GET /deliveries/ID`, the same of `/deliveries/refused`, and `POST
    /deliveries/retry`, `/discard` and `/resend`.
    """
    app.router.add_get("/deliveries", answer_as_json(list_deliveries))
    app.router.add_get("/deliveries/refused", answer_as_json(list_refused))
    app.router.add_get("/deliveries/refused/{id}", answer_as_json(show_refused))
    app.router.add_get("/deliveries/{id}", answer_as_json(show_delivery))
    for change in Change:
        handler = answer_as_json(partial(_change, change=change))
        app.router.add_post(f"/deliveries/{change.value}", handler)


async def list_deliveries(request: web.Request) -> Mapping[str, Any]:
    """Query: `id`, `state` (each as often as wanted), `store`, `since`, `order`, `limit`,
    `before`.

    The newest first; `next` goes on from there as `before`, null at the end.
    """
    query = request.query
    wanted = parse_wanted(
        ids=query.getall("id", []),
        store=query.get("store"),
        states=query.getall("state", []),
        since=query.get("since"),
        order=query.get("order"),
        before=query.get("before"),
    )
    limit = parse_limit(query.get("limit"), DEFAULT_LIMIT, _MOST)
    found = await _deliveries(request).find(wanted, limit=limit + 1)
    shown = found[:limit]
    return {
        "deliveries": [plain(delivery) for delivery in shown],
        "next": shown[-1].id if len(found) > limit else None,
    }


async def show_delivery(request: web.Request) -> Mapping[str, Any]:
    """One delivery and all that was tried."""
    (number,) = parse_wanted(ids=[request.match_info["id"]]).ids
    delivery = await _deliveries(request).get(number)
    attempts = await _deliveries(request).attempts_at(number)
    return {**plain(delivery), "tried": [plain_attempt(attempt) for attempt in attempts]}


async def _change(request: web.Request, *, change: Change) -> Mapping[str, Any]:
    """Body: `{"ids": [1], "store": …, "states": …, "since": …, "order": …, "all": true, "reason":
    …, "dry_run": true}`; something must be named. A resend needs ids and a reason.

    `unchanged` says of each of the ids that was left alone, why.
    """
    if request.content_type != "application/json":
        # A form on a stranger's page can send this type only with our leave.
        raise WantedError("expected a body of Content-Type application/json")
    try:
        order = msgspec.json.decode(await request.read() or b"{}", type=_Order)
    except UNDECODABLE as error:
        raise WantedError(f"body: {read_complaint(error)}") from error
    if len(order.ids) > _MOST:
        raise WantedError(f"ids: expected at most {_MOST} at a time, found {len(order.ids)}")
    wanted = parse_wanted(
        ids=[str(number) for number in order.ids],
        store=order.store,
        states=order.states,
        since=order.since,
        order=order.order,
    )
    is_told = change is Change.RESEND or bool(order.reason)
    reason = parse_reason(order.reason) if is_told else ""
    meant = choose_deliveries(wanted, change, everything=order.everything)
    kept = _deliveries(request)
    unchanged = await explain_unchanged(kept, meant.ids, change)
    count, shown = await change_deliveries(
        kept, meant, change, dry_run=order.dry_run, reason=reason
    )
    if not order.dry_run:
        request.app[DELIVERER].wake.set()
        actions = OperatorActions(request.app[DATABASE])
        await record_change(actions, name_operator(request), change, count, shown, reason)
        _log.info("Deliveries changed by hand.", change=change.value, deliveries=count)
    return {
        "count": count,
        "dry_run": order.dry_run,
        "deliveries": _ids(shown),
        "unchanged": unchanged,
    }


def _ids(deliveries: Sequence[Any]) -> list[int]:
    return [delivery.id for delivery in deliveries]


def _deliveries(request: web.Request) -> DatabaseDeliveries:
    return DatabaseDeliveries(request.app[DATABASE])


def answer_as_json(handler: Any) -> Any:
    """The handler's plain values as JSON, and its errors as one sentence in JSON."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return _json(HTTPStatus.OK, await handler(request))
        except WantedError as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        except (UnknownDeliveryError, UnknownOrderError) as error:
            return _json(HTTPStatus.NOT_FOUND, {"error": str(error)})
        except StorageError as error:
            return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)})

    return answer


def _json(status: HTTPStatus, values: Mapping[str, Any]) -> web.Response:
    return web.Response(
        status=status,
        body=msgspec.json.encode(values) + b"\n",
        content_type="application/json",
        charset="utf-8",
    )
