"""The outbox over the operator's side, as JSON: look at deliveries, bring them back, give them
up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import web

from proxy.operator.deliveries import WantedError, change, parse_wanted, plain, plain_attempt
from proxy.server.keys import DATABASE, DELIVERER
from proxy.storage.errors import StorageError, UnknownDeliveryError
from proxy.storage.outbox.interface import DEFAULT_LIMIT
from proxy.storage.outbox.operator import DatabaseDeliveries

# How many deliveries one answer may list.
_MOST = 1000
_log = structlog.get_logger("portside.deliveries")


class _Order(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked for in the body of a POST."""

    ids: tuple[int, ...] = ()
    store: str | None = None
    states: tuple[str, ...] = ()
    since: str | None = None
    order: str | None = None
    dry_run: bool = False


def add_deliveries(app: web.Application) -> None:
    """`GET /deliveries`, `GET /deliveries/ID`, `POST /deliveries/retry`, `POST
    /deliveries/discard`.
    """
    app.router.add_get("/deliveries", answer_as_json(list_deliveries))
    app.router.add_get("/deliveries/{id}", answer_as_json(show_delivery))
    app.router.add_post("/deliveries/retry", answer_as_json(retry_deliveries))
    app.router.add_post("/deliveries/discard", answer_as_json(discard_deliveries))


async def list_deliveries(request: web.Request) -> Mapping[str, Any]:
    """Query: `id`, `state` (each as often as wanted), `store`, `since`, `order`, `limit`.

    The newest first.
    """
    query = request.query
    wanted = parse_wanted(
        ids=query.getall("id", []),
        store=query.get("store"),
        states=query.getall("state", []),
        since=query.get("since"),
        order=query.get("order"),
    )
    found = await _deliveries(request).find(
        wanted, limit=_limit(query.get("limit", str(DEFAULT_LIMIT)))
    )
    return {"deliveries": [plain(delivery) for delivery in found]}


async def show_delivery(request: web.Request) -> Mapping[str, Any]:
    """One delivery and all that was tried."""
    (number,) = parse_wanted(ids=[request.match_info["id"]]).ids
    delivery = await _deliveries(request).get(number)
    attempts = await _deliveries(request).attempts_at(number)
    return {**plain(delivery), "tried": [plain_attempt(attempt) for attempt in attempts]}


async def retry_deliveries(request: web.Request) -> Mapping[str, Any]:
    """Body: `{"ids": [1], "store": …, "states": …, "since": …, "order": …, "dry_run": true}`, all
    optional; none: all that are dead.
    """
    return await _change(request, discard=False)


async def discard_deliveries(request: web.Request) -> Mapping[str, Any]:
    """Body as for a retry; something must be named."""
    return await _change(request, discard=True)


async def _change(request: web.Request, *, discard: bool) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        # A form on a stranger's page can send this type only with our leave.
        raise WantedError("expected a body of Content-Type application/json")
    try:
        order = msgspec.json.decode(await request.read() or b"{}", type=_Order)
    except msgspec.DecodeError as error:
        raise WantedError(f"body: {error}") from error
    wanted = parse_wanted(
        ids=[str(number) for number in order.ids],
        store=order.store,
        states=order.states,
        since=order.since,
        order=order.order,
    )
    count, shown = await change(
        _deliveries(request), wanted, discard=discard, dry_run=order.dry_run
    )
    if not order.dry_run:
        request.app[DELIVERER].wake.set()
        _log.info("discarded by hand" if discard else "retried by hand", deliveries=count)
    return {"count": count, "dry_run": order.dry_run, "deliveries": _ids(shown)}


def _ids(deliveries: Sequence[Any]) -> list[int]:
    return [delivery.id for delivery in deliveries]


def _deliveries(request: web.Request) -> DatabaseDeliveries:
    return DatabaseDeliveries(request.app[DATABASE])


def _limit(text: str) -> int:
    if not (
        len(text) <= len(str(_MOST))
        and text.isascii()
        and text.isdigit()
        and 1 <= int(text) <= _MOST
    ):
        raise WantedError(f"limit: expected a number from 1 to {_MOST}, found {text[:20]!r}")
    return int(text)


def answer_as_json(handler: Any) -> Any:
    """The handler's plain values as JSON, and its errors as one sentence in JSON."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return _json(HTTPStatus.OK, await handler(request))
        except WantedError as error:
            return _json(HTTPStatus.BAD_REQUEST, {"error": str(error)})
        except UnknownDeliveryError as error:
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
