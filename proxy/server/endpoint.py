"""ShipStation's one URL for each store: orders by GET, shipment notices by POST."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

import structlog
from aiohttp import web

from connectors.shipments import Shipment
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.requests import (
    TRIAL_HEADER,
    Action,
    parse_action,
    parse_export,
    parse_notify,
)
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from proxy.server.admission.unread import UnreadAnswers
from proxy.server.answers import plain_answer, xml_error, xml_page
from proxy.server.auth import authenticate_store
from proxy.server.body import SLOWEST_CLIENT, read_body
from proxy.server.keys import DELIVERER, EXPORTER, POLLS, UNREAD
from proxy.server.packed import pack_body
from proxy.server.refusals import keep_refusal
from proxy.server.statuses import choose_status
from proxy.stores import Store

# In bytes: parsing more would hold up other requests for too long.
_LONG = 100 * 1024
_log = structlog.get_logger("portside.server")


def add_endpoint(app: web.Application) -> None:
    """The routes of ShipStation's side; a slash at the end of the URL is allowed."""
    app[UNREAD] = UnreadAnswers()
    for path in ("/stores/{name}", "/stores/{name}/"):
        app.router.add_get(path, give_orders, allow_head=False)
        app.router.add_head(path, greet)
        app.router.add_post(path, take_notice)


async def greet(request: web.Request) -> web.Response:
    """HEAD: the login is checked and nothing is read from the shop."""
    await authenticate_store(request)
    return web.Response(content_type="application/xml", charset="utf-8")


async def give_orders(request: web.Request) -> web.StreamResponse:
    """One page of orders.

    The page counts as sent only after its last byte has left. Trial requests are recorded
    separately.
    """
    store = await authenticate_store(request)
    with store.work:
        return await _give_page(request, store)


async def _give_page(request: web.Request, store: Store) -> web.StreamResponse:
    if parse_action(request.query) is not Action.EXPORT:
        raise WireError(
            "a shipment notice: expected POST, found GET", status=HTTPStatus.METHOD_NOT_ALLOWED
        )
    exporter, polls = request.app[EXPORTER], request.app[POLLS]
    began, wanted = time.monotonic(), None
    if (trial := request.headers.get(TRIAL_HEADER)) is not None:
        if trial == "begin":
            await exporter.forget_trials(store)
        store = store.on_trial(exact=trial != "polls")
    try:
        wanted = parse_export(request.query)
        page = await exporter.page(store, wanted)
        with request.app[UNREAD].hold(store.name, len(page.body)):
            packed = await pack_body(page.body, request.headers.get("Accept-Encoding", ""))
            response = await _send_response(request, xml_page(page.body, packed))
    except Exception as error:
        await polls.keep_failed(store, wanted, error, began)
        raise
    try:
        walked = await exporter.mark_sent(page)
        await polls.keep_given(store, page, walked, began)
    except Exception:  # noqa: BLE001 -- the answer is gone already, so an error is logged only; the next poll reaches further back
        _log.exception("Page sent but not recorded as sent.")
    return response


async def take_notice(request: web.Request) -> web.Response:
    """A shipment notice: 200 once the shop or the disk has it."""
    store = await authenticate_store(request)
    with store.work:
        shipment, doubts = await _read_notice(request, store)
        result = await request.app[DELIVERER].accept(store, shipment, doubts)
    status = choose_status(result)
    return (
        plain_answer(result.message)
        if status == HTTPStatus.OK
        else xml_error(status, result.message)
    )


async def _read_notice(request: web.Request, store: Store) -> tuple[Shipment, Sequence[str]]:
    """The shipment, and what of the notice could not be understood. What is refused is kept."""
    body, doubts = None, list[str]()
    try:
        _require_notice(request)
        body = await _body(request)
        shipment = (
            await asyncio.to_thread(parse_notify, request.query, body, doubts.append)
            if len(body) > _LONG
            else parse_notify(request.query, body, doubts.append)
        )
    except (WireError, web.HTTPRequestEntityTooLarge, web.RequestPayloadError) as error:
        await keep_refusal(request, store.name, error, body)
        raise
    return shipment, doubts


def _require_notice(request: web.Request) -> None:
    if parse_action(request.query) is not Action.SHIPNOTIFY:
        raise WireError("an export: expected GET, found POST", status=HTTPStatus.METHOD_NOT_ALLOWED)


async def _body(request: web.Request) -> bytes:
    """The body, if it is small enough and comes in time."""
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(
            max_size=MAX_BODY, actual_size=request.content_length or 0
        )
    body = await read_body(request, "the notice")
    if not body.strip() and request.headers.get("Content-Encoding"):
        # What was cut off before its first word unpacks to nothing, and no body at all would mean
        # that the whole order was shipped.
        raise WireError("body: expected a compressed ShipNotice, found nothing in it")
    return body


async def _send_response(request: web.Request, response: web.Response) -> web.Response:
    """Write the whole answer and see the last byte leave.

    Raises ConnectionResetError if the client is gone.
    """
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the client left before its answer was ready")
    # uvloop's transports do not derive from asyncio's.
    cast("asyncio.WriteTransport", transport).set_write_buffer_limits(high=0)
    try:
        async with asyncio.timeout(SLOWEST_CLIENT):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError as error:
        transport.abort()
        raise ConnectionResetError("the client was too slow to take its answer") from error
    if transport.is_closing():
        raise ConnectionResetError("the client left while its answer was written")
    return response
