"""Around every request: its id, its time, its log line, and an answer for every error."""

from __future__ import annotations

import re
import time
import uuid
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from proxy.server.answers import REQUEST_ID_HEADER, xml_error
from proxy.server.keys import METRICS, REQUEST_ID, STORES
from proxy.server.statuses import answer_error
from proxy.telemetry.masking import mask_target

_ID = re.compile(r"[A-Za-z0-9._-]{4,64}", re.ASCII)
# Nobody hears it; the log and the metrics tell by it that an answer was not taken.
CLIENT_GONE = 499
_log = structlog.get_logger("portside.server")


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
            target=mask_target(request.path, request.query.items()),
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
            client=request.remote or "",
        )
        request.app[METRICS].count_answer(
            store=store, action=action, status=response.status, seconds=seconds
        )
    return response


@web.middleware
async def errors_as_xml(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a status and one sentence in XML."""
    try:
        return await handler(request)
    except ConnectionResetError:
        _log.info("client went away before its answer was written")
        return web.Response(status=CLIENT_GONE)
    except Exception as error:  # noqa: BLE001 -- the last resort: a client never sees a traceback
        answer = answer_error(error, request_id=request[REQUEST_ID])
        if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.exception("unexpected error")
        else:
            _log.warning(
                "refused",
                status=int(answer.status),
                reason=answer.message if isinstance(error, web.HTTPException) else error,
                kind=type(error).__name__,
            )
        return xml_error(answer.status, answer.message, answer.headers)


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
