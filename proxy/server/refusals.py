"""Notices that came with a right login and could not be understood: kept, masked, and shown to
the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

from proxy.doors.custom_store.requests import TRIAL_HEADER
from proxy.doors.custom_store.shipnotice.masking import MOST_KEPT, mask_body, mask_query
from proxy.operator.deliveries import parse_limit, parse_number, plain_refused
from proxy.server.keys import DATABASE, REQUEST_ID
from proxy.server.statuses import answer_error
from proxy.storage.errors import StorageError
from proxy.storage.outbox.interface import DEFAULT_LIMIT
from proxy.storage.outbox.refused import Refusal, RefusedNotices
from proxy.telemetry.masking import mask_text

_MOST_REASON = 500
_MOST_LISTED = 1000
_log = structlog.get_logger("portside.server")


async def keep_refusal(
    request: web.Request, store: str, error: Exception, body: bytes | None
) -> None:
    """Keep what of a refused notice may be kept; a trial's is not. `body` is None where it was not
    read.

    That it cannot be kept changes nothing in the answer.
    """
    if TRIAL_HEADER in request.headers:
        return
    answer = answer_error(error, request_id=request[REQUEST_ID])
    refusal = Refusal(
        status=answer.status,
        reason=mask_text(answer.message, _MOST_REASON),
        query=mask_text(mask_query(request.query), MOST_KEPT),
        body="" if body is None else mask_text(mask_body(body), MOST_KEPT),
        size=None if body is None else len(body),
    )
    try:
        await RefusedNotices(request.app[DATABASE]).keep(store, refusal)
    except StorageError as failure:
        _log.warning("Refused notice not kept.", reason=failure)


async def list_refused(request: web.Request) -> Mapping[str, Any]:
    """Query: `store`, `limit`. Seen last first."""
    limit = parse_limit(request.query.get("limit"), DEFAULT_LIMIT, _MOST_LISTED)
    found = await _open(request).list_kept(request.query.get("store"), limit)
    return {"refused": [plain_refused(notice) for notice in found]}


async def show_refused(request: web.Request) -> Mapping[str, Any]:
    """One of them."""
    number = parse_number(request.match_info["id"], "refused notice")
    return plain_refused(await _open(request).get(number))


def _open(request: web.Request) -> RefusedNotices:
    return RefusedNotices(request.app[DATABASE])
