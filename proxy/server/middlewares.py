"""Around every request: its id, its time, its log line, and the one table from error to status."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.errors import (
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    PermanentError,
    RefusedError,
    TemporaryError,
)
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.requests import CHALLENGE
from proxy.server.answers import REQUEST_ID_HEADER, retry_headers, xml_error
from proxy.server.auth import UnknownStoreError, WrongCredentialsError
from proxy.server.keys import METRICS, REQUEST_ID, STORES
from proxy.storage.errors import StorageError
from proxy.telemetry.masking import masked_target

_ID = re.compile(r"[A-Za-z0-9._-]{4,64}", re.ASCII)
Answer = tuple[int, str, dict[str, str]]
# Nobody hears it; the log and the metrics tell by it that an answer was not taken.
CLIENT_GONE = 499
_log = structlog.get_logger("portside.server")


def _as(status: int, headers: dict[str, str] | None = None) -> Callable[[Any], Answer]:
    return lambda error: (status, str(error), headers or {})


# The one table from error to answer; the first row that fits counts.
_TABLE: tuple[tuple[type[Exception], Callable[[Any], Answer]], ...] = (
    (WrongCredentialsError, _as(HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": CHALLENGE})),
    (UnknownStoreError, _as(HTTPStatus.NOT_FOUND)),
    (WireError, lambda error: (error.status, str(error), {})),
    (
        TemporaryError,
        lambda error: (
            HTTPStatus.SERVICE_UNAVAILABLE,
            str(error),
            retry_headers(error.retry_after),
        ),
    ),
    (ConnectorError, _as(HTTPStatus.BAD_GATEWAY)),
    (
        web.RequestPayloadError,
        lambda _error: (
            HTTPStatus.BAD_REQUEST,
            "body: expected what its headers promise, found it cut short or damaged",
            {},
        ),
    ),
    (
        StorageError,
        lambda error: (
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"Portside's own storage fails: {error}",
            retry_headers(None),
        ),
    ),
)
_NOTICE_TABLE: tuple[tuple[type[Exception], Callable[[Any], Answer]], ...] = (
    (OrderNotFoundError, _as(HTTPStatus.NOT_FOUND)),
    (ConflictError, _as(HTTPStatus.CONFLICT)),
    (RefusedError, _as(HTTPStatus.UNPROCESSABLE_ENTITY)),
    (PermanentError, _as(HTTPStatus.FAILED_DEPENDENCY)),
)


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, measure it, and write one line when it is answered.

    No secret and no buyer's data is in that line.
    """
    given = request.headers.get(REQUEST_ID_HEADER, "")
    request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex[:16]
    request[REQUEST_ID] = request_id
    began = time.perf_counter()
    name = request.match_info.get("name", "")
    store = name if name in request.app[STORES] else ""
    with structlog.contextvars.bound_contextvars(request_id=request_id, store=store):
        response = await handler(request)
        seconds = time.perf_counter() - began
        action = _action(request)
        _log.info(
            "answered",
            action=action,
            method=request.method,
            target=masked_target(request.path, request.query.items()),
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
            client=request.remote or "",
        )
        request.app[METRICS].answered(
            store=store, action=action, status=response.status, seconds=seconds
        )
    return response


@web.middleware
async def errors_as_xml(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong becomes a status and one sentence in XML."""
    try:
        return await handler(request)
    except ConnectionResetError:
        _log.info("client went away before its answer was written")
        return web.Response(status=CLIENT_GONE)
    except Exception as error:  # noqa: BLE001 -- the last resort: a client never sees a traceback
        status, message, headers = answer_for(
            error, notice=request.method == "POST", request_id=request[REQUEST_ID]
        )
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.exception("unexpected error")
        else:
            _log.warning("refused", status=int(status), reason=message, kind=type(error).__name__)
        return xml_error(status, message, headers)


def answer_for(error: Exception, *, notice: bool, request_id: str) -> Answer:
    """Status, sentence and headers for an error; `notice` tells a shipment notice from a poll."""
    if isinstance(error, web.HTTPException):
        return _http_answer(error)
    for kind, answer in _NOTICE_TABLE + _TABLE if notice else _TABLE:
        if isinstance(error, kind):
            return answer(error)
    return (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        f"Portside failed unexpectedly; its log tells more under {request_id}",
        {},
    )


def _http_answer(error: web.HTTPException) -> Answer:
    """Aiohttp's own refusals in our words."""
    match error.status:
        case HTTPStatus.NOT_FOUND:
            return (
                error.status,
                "nothing here; a custom store's URL ends in /stores/ and the store's name",
                {},
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return (
                error.status,
                "expected GET for orders or POST for a shipment notice",
                {"Allow": error.headers.get("Allow", "GET, POST")},
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return (
                error.status,
                "the notice is too large; expected at most 256 KiB",
                {"Connection": "close"},
            )
        case _:
            return error.status, error.reason, {}


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries: nobody may keep it, and its request can be found in the log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Server"] = "Portside"
    if REQUEST_ID in request:
        response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]


def _action(request: web.Request) -> str:
    """A bounded label for what was asked."""
    if "name" not in request.match_info:
        return "other"
    if request.path.startswith("/webhooks/"):
        return "webhook"
    return {"GET": "export", "HEAD": "head", "POST": "shipnotify"}.get(request.method, "other")
