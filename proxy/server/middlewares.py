"""Around every request: its id, its time, its log line, and an answer for every error."""

from __future__ import annotations

import logging
import re
import time
import uuid
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from connectors.quoting import describe_error
from proxy.server.admission.clients import has_forwarded
from proxy.server.admission.connections import PROVED
from proxy.server.answers import REQUEST_ID_HEADER, xml_error
from proxy.server.auth import TooManyLoginsError, WrongCredentialsError
from proxy.server.keys import CLIENT, LOG_PACE, METRICS, PROXIES, REQUEST_ID, STORES
from proxy.server.statuses import answer_error
from proxy.telemetry.masking import mask_target
from proxy.telemetry.tracing import trace

_ID = re.compile(r"[A-Za-z0-9._-]{4,64}", re.ASCII)
# No client receives it; the log and the metrics tell by it that an answer was not taken.
CLIENT_GONE = 499
# They have a line of their own, once a minute.
# What a client asked for, in the words of a log line.
_ASKED = {"export": "poll", "head": "login check", "shipnotify": "notice", "webhook": "webhook"}
_FAILED_LOGIN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})
_log = structlog.get_logger("portside.server")


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, find its client, measure it, and write one line of debugging when it
    is answered. No secret and no buyer's data is in that line.
    """
    given = request.headers.get(REQUEST_ID_HEADER, "")
    request_id = given if _ID.fullmatch(given) else uuid.uuid4().hex[:16]
    request[REQUEST_ID] = request_id
    began = time.perf_counter()
    name = request.match_info.get("name", "")
    store = name if name in request.app[STORES] else ""
    request[CLIENT] = request.app[PROXIES].find_client(request.remote or "", request.headers)
    _warn_of_proxy(request)
    with structlog.contextvars.bound_contextvars(request_id=request_id, store=store):
        action = _action(request)
        with trace(_ASKED.get(action, "request"), store=store, request_id=request_id) as span:
            response = await handler(request)
            if span is not None:
                span.set_attribute("portside.status", response.status)
        seconds = time.perf_counter() - began
        _log.debug(
            "Answered.",
            action=action,
            method=request.method,
            target=mask_target(request.path, request.query.items()),
            status=response.status,
            milliseconds=round(seconds * 1000, 1),
            client=request[CLIENT],
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
        event = "The client left before its answer was written."
        level, count = _choose_level(request, event, CLIENT_GONE, logging.INFO)
        _log.log(level, event, **count)
        return web.Response(status=CLIENT_GONE)
    except Exception as error:  # noqa: BLE001 -- the last resort: a client never sees a traceback
        answer = answer_error(error, request_id=request[REQUEST_ID])
        if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.exception("A request failed through a fault of our own.")
        else:
            level, count = _choose_level(request, "refused", answer.status, logging.WARNING)
            if isinstance(error, WrongCredentialsError | TooManyLoginsError):
                level = logging.DEBUG
            reason = (
                answer.message if isinstance(error, web.HTTPException) else describe_error(error)
            )
            _log.log(
                level,
                "Refused.",
                said=_tell_refusal(request, answer.status, reason, count.get("count", 1)),
                action=_action(request),
                status=int(answer.status),
                reason=reason,
                kind=type(error).__name__,
                **count,
            )
        return xml_error(answer.status, answer.message, answer.headers)


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer carries: no cache may keep it, and its request can be found in the log."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Server"] = "Portside"
    if REQUEST_ID in request:
        response.headers[REQUEST_ID_HEADER] = request[REQUEST_ID]


def _tell_refusal(request: web.Request, status: int, reason: str, count: int) -> str:
    times = "" if count == 1 else f" ({count} such answers since the last line)"
    if not request.get(PROVED):
        return f"a stranger's request was answered {status}: {reason}{times}"
    what = _ASKED.get(_action(request), "request")
    return f"{request.match_info['name']}: the {what} was answered {status}: {reason}{times}"


def _choose_level(
    request: web.Request, event: str, status: int, usual: int
) -> tuple[int, dict[str, int]]:
    """The level of a line about the request, and how many requests it stands for where that is not
    one: what strangers ask must not fill the log.
    """
    if request.get(PROVED):
        return usual, {}
    if status in _FAILED_LOGIN:
        return logging.DEBUG, {}
    count = request.app[LOG_PACE].count((event, status), time.monotonic())
    return (usual if count else logging.DEBUG), ({"count": count} if count > 1 else {})


def _warn_of_proxy(request: web.Request) -> None:
    peer = request.remote or ""
    if not has_forwarded(request.headers) or request.app[PROXIES].trusts(peer):
        return
    if count := request.app[LOG_PACE].count("forwarded", time.monotonic()):
        _log.warning(
            "Forwarded client addresses are not believed.",
            peer=peer,
            count=count,
            advice="name the peer in `trusted_proxies` if it is your proxy",
        )


def _action(request: web.Request) -> str:
    """A bounded label for what was asked."""
    if "name" not in request.match_info:
        return "other"
    if request.path.startswith("/webhooks/"):
        return "webhook"
    if request.path.startswith("/shipstation/"):
        return "account_webhook"
    return {"GET": "export", "HEAD": "head", "POST": "shipnotify"}.get(request.method, "other")
